// SPDX-License-Identifier: Apache-2.0
//
// file:///a%20b.json and /a b.json. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_URI_H_
#define SOTTO_SERVICE_LSP_URI_H_

#include <string>
#include <string_view>

namespace sotto {

// The absolute path, in normal form, that a URI means; empty if it means none:
// a document that was never saved, a file of another machine.
std::string path_of_uri(std::string_view uri);

std::string uri_of_path(std::string_view path);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_URI_H_
