// SPDX-License-Identifier: Apache-2.0

#include "store/http/date.h"

#include <algorithm>
#include <array>

namespace sotto {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr",
                                                   "May", "Jun", "Jul", "Aug",
                                                   "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the left; once something is not as expected, failed() stays true.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(std::string_view text) { failed_ = !skip(text) || failed_; }

  int digits(std::size_t count) {
    int number = 0;
    if (rest_.size() < count ||
        !std::ranges::all_of(rest_.substr(0, count), is_digit)) {
      failed_ = true;
      return 0;
    }
    for (const char c : rest_.substr(0, count))
      number = number * 10 + (c - '0');
    rest_.remove_prefix(count);
    return number;
  }

  // 1 for January.
  unsigned month() {
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      if (skip(kMonths[i])) return i + 1;
    }
    failed_ = true;
    return 0;
  }

  // Letters: the name of a day, which says nothing that the date does not.
  void word() {
    while (!rest_.empty() && rest_.front() >= 'A' && rest_.front() <= 'z') {
      rest_.remove_prefix(1);
    }
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

struct Time {
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;

  void read_clock(Reader& reader) {
    hour = reader.digits(2);
    reader.expect(":");
    minute = reader.digits(2);
    reader.expect(":");
    second = reader.digits(2);
  }
};

// "Sun, 06 Nov 1994 08:49:37 GMT", or "Sunday, 06-Nov-94 08:49:37 GMT".
void read_with_comma(Reader& reader, Time& time) {
  time.day = reader.digits(2);
  const bool obsolete = reader.skip("-");
  if (!obsolete) reader.expect(" ");
  time.month = reader.month();
  reader.expect(obsolete ? "-" : " ");
  time.year = reader.digits(obsolete ? 2 : 4);
  // Two digits: not more than fifty years from now, as the RFC has it.
  if (obsolete) time.year += time.year < 76 ? 2000 : 1900;
  reader.expect(" ");
  time.read_clock(reader);
  reader.expect(" GMT");
}

// "Sun Nov  6 08:49:37 1994", as C's asctime() writes it.
void read_asctime(Reader& reader, Time& time) {
  reader.expect(" ");
  time.month = reader.month();
  reader.expect(" ");
  time.day = reader.skip(" ") ? reader.digits(1) : reader.digits(2);
  reader.expect(" ");
  time.read_clock(reader);
  reader.expect(" ");
  time.year = reader.digits(4);
}

std::optional<std::int64_t> seconds_of(const Time& time) {
  using namespace std::chrono;
  const year_month_day date(year(time.year), month(time.month),
                            day(static_cast<unsigned>(time.day)));
  // 60: a leap second.
  if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 60) {
    return std::nullopt;
  }
  return sys_seconds(sys_days(date)).time_since_epoch().count() +
         time.hour * 3600 + time.minute * 60 + time.second;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  Reader reader(text);
  Time time;
  reader.word();
  if (reader.skip(", ")) {
    read_with_comma(reader, time);
  } else {
    read_asctime(reader, time);
  }
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return seconds_of(time);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::int64_t now) {
  if (text.empty()) return std::nullopt;
  std::int64_t wait = 0;
  if (std::ranges::all_of(text, is_digit)) {
    for (const char c : text) {
      wait = std::min<std::int64_t>(wait * 10 + (c - '0'),
                                    kLongestRetryAfter.count());
    }
  } else if (const auto date = parse_http_date(text)) {
    wait = std::clamp<std::int64_t>(*date - now, 0, kLongestRetryAfter.count());
  } else {
    return std::nullopt;
  }
  return std::chrono::seconds(wait);
}

}  // namespace sotto
