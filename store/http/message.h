// SPDX-License-Identifier: Apache-2.0
//
// A request as it goes over the wire: checked, so that it goes where it may and
// no header can become two. Internal to store/.

#ifndef SOTTO_STORE_HTTP_MESSAGE_H_
#define SOTTO_STORE_HTTP_MESSAGE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/http/client.h"

namespace sotto {

std::string_view to_string(HttpMethod method);

struct HttpMessage {
  std::string url;                 // In its one spelling.
  std::string peer;                // "vault:8200", for messages.
  std::vector<std::string> lines;  // "Name: value", without the credential.
  SecretString credential;         // The same; empty if there is none.
};

// `origins` as normal_origin() has them. Fails with kUsage and kNoMemory.
Result<HttpMessage> make_message(const HttpRequest& request,
                                 std::span<const std::string> origins);

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_MESSAGE_H_
