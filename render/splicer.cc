// SPDX-License-Identifier: Apache-2.0

#include "render/splicer.h"

#include <cstring>
#include <new>
#include <string_view>

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

std::size_t Splicer::rendered_size() const noexcept {
  return saturating_sum(parsed_.bytes().size() - values_.replaced(),
                        values_.replacing());
}

bool Splicer::splice(WipedBuffer& out) const {
  if (!prepared_) return false;
  const std::size_t size = rendered_size();
  char* to = out.prepare(saturating_sum(size, kBlock));
  if (to == nullptr) return false;

  const Values::View values = values_.view();
  const std::string_view bytes = parsed_.bytes();
  const char* text = bytes.data();  // What is to be copied next.
  const char* const end = text + bytes.size();
  for (const Expression& expression : parsed_.expressions()) {
    const char* const begin = bytes.data() + expression.span.begin;
    to = copy_text(to, text, static_cast<std::size_t>(begin - text), end);
    to = copy_value(to, values[expression.root]);
    text = bytes.data() + expression.span.end;
  }
  if (text != end) std::memcpy(to, text, static_cast<std::size_t>(end - text));
  out.commit(size);
  return true;
}

}  // namespace sotto
