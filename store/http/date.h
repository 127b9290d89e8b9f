// SPDX-License-Identifier: Apache-2.0
//
// Times as HTTP writes them (RFC 9110, 5.6.7 and 10.2.3). Internal to store/.

#ifndef SOTTO_STORE_HTTP_DATE_H_
#define SOTTO_STORE_HTTP_DATE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sotto {

inline constexpr std::chrono::seconds kLongestRetryAfter{3600};

// Seconds since 1970, of the form that is to be sent and the two obsolete ones
// that are to be understood. None for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// The value of Retry-After: seconds, or a date, seen from `now`. Never less
// than 0 nor more than kLongestRetryAfter. None for anything else.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::int64_t now);

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_DATE_H_
