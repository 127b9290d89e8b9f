// SPDX-License-Identifier: Apache-2.0
//
// Where a call goes. Stricter than URLs are elsewhere: what two readers could
// take for different places is none. Internal to store/.

#ifndef SOTTO_STORE_HTTP_URL_H_
#define SOTTO_STORE_HTTP_URL_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto {

struct HttpUrl {
  std::string origin;  // As normal_origin() has it: "https://vault:8200".
  std::string peer;    // "vault:8200", for messages.
  std::string target;  // What follows, as it was given: "/v1/secret", or "".
};

// Fails with kInvalidConfig, in words without a byte of `url` unless it is a
// whole origin: what was taken for an address may be a token.
Result<HttpUrl> parse_http_url(std::string_view url);

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_URL_H_
