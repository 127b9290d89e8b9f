// SPDX-License-Identifier: Apache-2.0

#include "render/splicer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "render/saturating.h"

namespace sotto {
namespace {

// Short pieces are copied in whole blocks, of a size that the compiler knows:
// that is a few instructions, without a call and without branches on the size.
// What is copied too much is written over by the next piece, or lies behind the
// end of the text, where there is room for it.
constexpr std::size_t kBlock = 32;
constexpr std::size_t kLong = 256;  // From here on memcpy() is faster.
static_assert(Values::kPadding >= kBlock);

// Up to kBlock - 1 bytes behind `from` are read, and behind `to` written.
inline void copy_blocks(char* to, const char* from, std::size_t size) {
  std::memcpy(to, from, kBlock);
  for (std::size_t done = kBlock; done < size; done += kBlock) {
    std::memcpy(to + done, from + done, kBlock);
  }
}

inline char* copy_value(char* to, std::string_view value) {
  if (value.size() < kLong) {
    copy_blocks(to, value.data(), value.size());
  } else {
    std::memcpy(to, value.data(), value.size());
  }
  return to + value.size();
}

// Nothing can be read behind `end`.
inline char* copy_text(char* to, const char* from, std::size_t size,
                       const char* end) {
  if (size < kLong && static_cast<std::size_t>(end - from) >= kLong) {
    copy_blocks(to, from, size);
  } else {
    std::memcpy(to, from, size);
  }
  return to + size;
}

}  // namespace

Splicer::Splicer(const Template& parsed) noexcept
    : parsed_(parsed), values_(parsed) {}

RenderReport Splicer::prepare(const Bindings& bindings,
                              const RenderLimits& limits) {
  rewind();
  prepared_ = false;
  if (!parsed_.ok()) return RenderReport::of_document();
  try {
    RenderReport report(values_.prepare(bindings, limits));
    prepared_ = report.ok();
    return report;
  } catch (const std::bad_alloc&) {
    return RenderReport::no_memory();
  }
}

void Splicer::rewind() noexcept {
  position_ = 0;
  copied_ = 0;
  next_ = 0;
}

std::size_t Splicer::rendered_size(std::size_t size) const noexcept {
  return saturating_sum(size - values_.replaced(), values_.replacing());
}

// The size of what the bytes from position_ to `end` become.
std::size_t Splicer::size_until(std::size_t end) const {
  const auto expressions = parsed_.expressions();
  if (position_ == 0 &&
      (expressions.empty() || expressions.back().span.end <= end)) {
    return rendered_size(end);
  }
  const Values::View values = values_.view();
  std::size_t size = 0;
  std::size_t copied = std::max(copied_, position_);
  for (std::size_t i = next_; i < expressions.size(); ++i) {
    const Span span = expressions[i].span;
    if (span.begin >= end) break;
    size += span.begin - copied;
    size = saturating_sum(size, values[expressions[i].root].size());
    copied = span.end;
  }
  return copied < end ? saturating_sum(size, end - copied) : size;
}

bool Splicer::splice(std::string_view window, WipedBuffer& out) {
  if (!prepared_) return false;
  const std::size_t end = position_ + window.size();
  const std::size_t size = size_until(end);
  char* to = out.prepare(saturating_sum(size, kBlock));
  if (to == nullptr) return false;

  const auto expressions = parsed_.expressions().subspan(next_);
  const Values::View values = values_.view();
  const char* const window_end = window.data() + window.size();
  // Where the text stands that is to be copied next.
  const auto text = [&](std::size_t offset) {
    return window_end - (end - offset);
  };
  std::size_t copied = std::max(copied_, position_);
  std::size_t done = 0;
  for (; done < expressions.size(); ++done) {
    const Expression& expression = expressions[done];
    if (expression.span.begin >= end) break;
    to =
        copy_text(to, text(copied), expression.span.begin - copied, window_end);
    to = copy_value(to, values[expression.root]);
    copied = expression.span.end;
  }
  if (copied < end) std::memcpy(to, text(copied), end - copied);
  out.commit(size);
  position_ = end;
  copied_ = copied;
  next_ += done;
  return true;
}

}  // namespace sotto
