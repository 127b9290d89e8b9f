// SPDX-License-Identifier: Apache-2.0
//
// The head of an answer, line by line as it arrives. Nothing is kept but what
// is asked for; how much may come is limited. Internal to store/.

#ifndef SOTTO_STORE_HTTP_HEAD_H_
#define SOTTO_STORE_HTTP_HEAD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sotto {

// Of all heads of one answer together: there may be any number of 1xx before
// the one that counts, and trailers after it.
inline constexpr std::size_t kMaxHeadBytes = 64u << 10;
inline constexpr std::size_t kMaxHeadLines = 100;

class HttpHead {
 public:
  enum class Verdict : std::uint8_t {
    kGoOn,
    kTooLarge,
    // A Content-Encoding, or a Transfer-Encoding other than chunked: neither
    // was asked for, and a few bytes of it may be gigabytes.
    kEncoded,
  };

  // The next line, its line break included. std::bad_alloc.
  Verdict add(std::string_view line);

  std::size_t bytes() const { return bytes_; }
  // Has the empty line come that ends it?
  bool whole() const { return ended_; }
  const std::string& location() const { return location_; }
  std::optional<std::int64_t> date() const { return date_; }
  // A date in Retry-After is seen from the server's own clock, if it told it,
  // else from `now`.
  std::optional<std::chrono::seconds> retry_after(std::int64_t now) const;

 private:
  Verdict add_field(std::string_view name, std::string_view value);

  std::size_t bytes_ = 0;
  std::size_t lines_ = 0;
  bool interim_ = false;  // The head of a 1xx.
  bool ended_ = false;    // What comes now are trailers.
  std::string location_;
  std::string retry_after_;
  std::optional<std::int64_t> date_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_HEAD_H_
