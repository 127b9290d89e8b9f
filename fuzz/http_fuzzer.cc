// SPDX-License-Identifier: Apache-2.0
//
// What is read of HTTP before and around a body, of any bytes: the first line
// is taken for an address and for a request, the rest for the head of an
// answer. An address has one spelling; what goes out is one line a header, and
// to where it may; of an answer no more is kept than its limit.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"
#include "store/http/date.h"
#include "store/http/head.h"
#include "store/http/message.h"
#include "store/http/url.h"

namespace {

using sotto::require;

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

void check_address(std::string_view text) {
  const auto origin = sotto::normal_origin(text);
  if (!origin) {
    require(!origin.error().hint.empty(), "an address refused without a hint");
    return;
  }
  require(sotto::normal_origin(*origin) == *origin, "two spellings");
  require(std::ranges::all_of(*origin, is_visible), "an unseen character");
  require(origin->find_first_of("@?#\\", 0) == origin->npos,
          "more than a host and a port");
}

void check_request(std::string_view text) {
  const std::vector<std::string> origins{"https://vault:8200"};
  sotto::HttpRequest request;
  request.url = text;
  request.headers = {{"X-Fuzzed", std::string(text)}};
  auto message = sotto::make_message(request, origins);
  if (message) {
    require(message->url.starts_with("https://vault:8200/"), "elsewhere");
    require(std::ranges::all_of(message->url, is_visible), "a broken path");
  }
  request.url = "https://vault:8200/v1/a";
  message = sotto::make_message(request, origins);
  if (!message) return;
  for (const std::string& line : message->lines) {
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == line.npos,
            "a header that is two");
  }
}

void check_head(std::string_view text) {
  sotto::HttpHead head;
  std::size_t fed = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const auto verdict = head.add(text.substr(0, end));
    fed += end;
    require(head.bytes() == fed, "bytes that are not counted");
    if (verdict == sotto::HttpHead::Verdict::kTooLarge) break;
    require(fed <= sotto::kMaxHeadBytes, "more than the limit");
    text.remove_prefix(end);
  }
  require(head.location().size() <= sotto::kMaxHeadBytes, "a location");
  const auto wait = head.retry_after(1'700'000'000);
  require(!wait || (wait->count() >= 0 && *wait <= sotto::kLongestRetryAfter),
          "a wait beyond its limits");
}

void check_date(std::string_view text) {
  const auto date = sotto::parse_http_date(text);
  require(!date || (*date > -63'000'000'000 && *date < 254'000'000'000),
          "a year that has no four digits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = text.substr(0, text.find('\n'));
  check_address(first);
  check_request(first);
  check_date(first);
  check_head(text);
  return 0;
}
