// SPDX-License-Identifier: Apache-2.0

#include "store/vault/time.h"

#include <algorithm>
#include <chrono>

namespace sotto {
namespace {

// `text` begins with that many digits, which are cut off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// "2026-11-22", of which the days exist.
std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  const bool first = take_char(text, '-');
  const auto month = take_digits(text, 2);
  const bool second = take_char(text, '-');
  const auto day = take_digits(text, 2);
  if (!year || !month || !day || !first || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// "23:59:60" (leap seconds are the next second).
std::optional<std::chrono::seconds> take_time_of_day(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  const bool first = take_char(text, ':');
  const auto minute = take_digits(text, 2);
  const bool second = take_char(text, ':');
  const auto seconds = take_digits(text, 2);
  if (!hour || !minute || !seconds || !first || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *seconds > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*seconds);
}

// "Z" or "+01:00".
std::optional<std::chrono::seconds> take_offset(std::string_view& text) {
  if (take_char(text, 'Z')) return std::chrono::seconds(0);
  const bool west = take_char(text, '-');
  if (!west && !take_char(text, '+')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  const bool colon = take_char(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || !colon) return std::nullopt;
  const std::chrono::seconds offset =
      std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_vault_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take_char(text, 'T')) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  if (take_char(text, '.')) {
    const std::size_t digits =
        std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Timestamp(*date) + *time - *offset;
}

}  // namespace sotto
