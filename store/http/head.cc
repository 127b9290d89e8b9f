// SPDX-License-Identifier: Apache-2.0

#include "store/http/head.h"

#include <algorithm>

#include "store/http/date.h"

namespace sotto {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// "HTTP/1.1 100 Continue"
bool is_interim(std::string_view status_line) {
  const std::size_t blank = status_line.find(' ');
  return blank != status_line.npos && status_line.substr(blank + 1, 1) == "1";
}

}  // namespace

HttpHead::Verdict HttpHead::add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMaxHeadBytes || ++lines_ > kMaxHeadLines) {
    return Verdict::kTooLarge;
  }
  if (ended_) return Verdict::kGoOn;
  if (line.starts_with("HTTP/")) {
    interim_ = is_interim(line);
    return Verdict::kGoOn;
  }
  if (interim_) return Verdict::kGoOn;
  if (trimmed(line).empty()) {
    ended_ = true;
    return Verdict::kGoOn;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  return add_field(line.substr(0, colon),
                   trimmed(line.substr(std::min(colon + 1, line.size()))));
}

HttpHead::Verdict HttpHead::add_field(std::string_view name,
                                      std::string_view value) {
  if (same_word(name, "content-encoding")) {
    return same_word(value, "identity") ? Verdict::kGoOn : Verdict::kEncoded;
  }
  if (same_word(name, "transfer-encoding")) {
    return same_word(value, "chunked") ? Verdict::kGoOn : Verdict::kEncoded;
  }
  if (same_word(name, "location")) {
    location_ = value;
  } else if (same_word(name, "retry-after")) {
    retry_after_ = value;
  } else if (same_word(name, "date")) {
    date_ = parse_http_date(value);
  }
  return Verdict::kGoOn;
}

std::optional<std::chrono::seconds> HttpHead::retry_after(
    std::int64_t now) const {
  return parse_retry_after(retry_after_, date_.value_or(now));
}

}  // namespace sotto
