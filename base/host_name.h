// SPDX-License-Identifier: Apache-2.0
//
// Hosts that values may be sent to: "api.github.com", or "*.github.com" for
// every host below it.

#ifndef SOTTO_BASE_HOST_NAME_H_
#define SOTTO_BASE_HOST_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sotto {

inline constexpr std::size_t kMaxHostLength = 253;

// What is_host_pattern() checks, in the words of the hint that tells it.
inline constexpr std::string_view kHostRule =
    "name a host as in api.github.com or *.github.com, without scheme and port";

// Lower case, without a dot at its end.
inline std::string fold_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string folded(host);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

// Is it one that can be bound to: a name, an IPv4 address or an IPv6 one in
// brackets, or "*." and a name? No port, no scheme.
inline bool is_host_pattern(std::string_view pattern) {
  if (pattern.starts_with("*.")) pattern.remove_prefix(2);
  if (pattern.empty() || pattern.size() > kMaxHostLength) return false;
  if (pattern.starts_with('[')) {
    return pattern.ends_with(']') && pattern.size() > 3 &&
           pattern.find_first_not_of("0123456789abcdefABCDEF:.", 1) ==
               pattern.size() - 1;
  }
  if (pattern.starts_with('.') || pattern.find("..") != pattern.npos) {
    return false;
  }
  return pattern.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyz"
             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789-_.") == pattern.npos;
}

// Is `host` what the pattern says, in whatever case?
inline bool host_matches(std::string_view pattern, std::string_view host) {
  const std::string wanted = fold_host(pattern);
  const std::string given = fold_host(host);
  if (!wanted.starts_with("*.")) return given == wanted;
  const std::string_view below = std::string_view(wanted).substr(1);
  return given.size() > below.size() && given.ends_with(below);
}

}  // namespace sotto

#endif  // SOTTO_BASE_HOST_NAME_H_
