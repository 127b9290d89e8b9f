// SPDX-License-Identifier: Apache-2.0
//
// How many calls a store bears side by side: one more a round trip while it
// answers, half as many when it says that it is too much (RFC 5681 has the
// idea). Internal to store/; belongs to whoever holds the lock around it.

#ifndef SOTTO_STORE_HTTP_CALL_WINDOW_H_
#define SOTTO_STORE_HTTP_CALL_WINDOW_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sotto {

class CallWindow {
 public:
  CallWindow(std::size_t initial, std::size_t largest)
      : largest_(static_cast<double>(std::max<std::size_t>(largest, 1))),
        size_(std::clamp(static_cast<double>(initial), 1.0, largest_)) {}

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  std::size_t under_way() const { return under_way_; }
  bool has_room() const { return under_way_ < size(); }

  // A call begins; what comes out is given back when it ends.
  std::uint64_t begin() {
    ++under_way_;
    return ++begun_;
  }
  enum class End : std::uint8_t { kAnswered, kRefusedAsTooMuch, kNoAnswer };
  void end(std::uint64_t call, End how) {
    --under_way_;
    if (how == End::kAnswered) {
      size_ = std::min(largest_, size_ + 1 / size_);
    } else if (how == End::kRefusedAsTooMuch && call > last_before_cut_) {
      // Those that were under way at the last cut say what is known already.
      size_ = std::max(1.0, size_ / 2);
      last_before_cut_ = begun_;
    }
  }

 private:
  double largest_;
  double size_;
  std::size_t under_way_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t last_before_cut_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_CALL_WINDOW_H_
