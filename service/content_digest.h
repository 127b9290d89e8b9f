// SPDX-License-Identifier: Apache-2.0
//
// What tells one content from another, where somebody may have an interest in
// confusing them. Never of a value.

#ifndef SOTTO_SERVICE_CONTENT_DIGEST_H_
#define SOTTO_SERVICE_CONTENT_DIGEST_H_

#include <string>
#include <string_view>

namespace sotto {

// BLAKE2b-256, 64 hexadecimal digits.
std::string content_digest(std::string_view text);

}  // namespace sotto

#endif  // SOTTO_SERVICE_CONTENT_DIGEST_H_
