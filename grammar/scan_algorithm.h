// SPDX-License-Identifier: Apache-2.0
//
// The algorithm of the scanner, written once for all processors. A kernel
// (grammar/scanner_*.cc) includes one grammar/block_*.h and then this.
//
// From there it takes two types:
//   Bits   512 bits, eight lanes of 64, for bit algebra.
//   Block  512 bytes of text, as eight Bits: one for each bit of the classes
//          of its characters (grammar/character_class.h).
//
// Each 512 bytes go through three steps (pictures in docs/scanner.md):
//   classify  which bytes are quotes, colons, digits, ...  (scan_check.h)
//   check     bit algebra: which token follows which       (scan_check.h)
//   visit     what is rare: brackets (scan_brackets.h), unusual scalars,
//             escapes (scan_text.h), '<' in strings
//
// All of it, here and in those headers, stands in an anonymous namespace, and
// no template of the standard library is used: each kernel compiles its own
// copy for a processor that may not be there. If the copies had one name, the
// linker would keep any one of them for all, and a processor without AVX-512
// would run into its instructions.

#ifndef SOTTO_GRAMMAR_SCAN_ALGORITHM_H_
#define SOTTO_GRAMMAR_SCAN_ALGORITHM_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "grammar/scan_brackets.h"
#include "grammar/scan_check.h"
#include "grammar/scan_found.h"
#include "grammar/scan_text.h"
#include "grammar/scanner.h"

namespace sotto {
namespace {

class Scan {
 public:
  Scan(ScanState& state, const ScanWindow& window, std::size_t max_depth,
       AngleHandler& handler)
      : text_(window),
        offset_(window.offset),
        max_depth_(max_depth),
        handler_(handler),
        state_(state),
        carry_(state.carry),
        checker_(state.carry) {}
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  bool run();

 private:
  static constexpr std::size_t kBefore = 3;

  void fill_tail(const char* begin);
  void scan_blocks(std::size_t count);
  void check_utf8(const char* bytes);
  void visit_escapes();
  void visit_scalars();
  void visit_angles();
  void visit_key_ends();
  bool ended_well() const;

  // The bytes of a block of those at hand.
  const char* block(std::size_t index) const {
    const char* const begin = at_ + index * kBlock;
    const bool whole = static_cast<std::size_t>(text_.end - begin) >= kBlock;
    return whole ? begin : tail_ + kBefore;
  }

  const Text text_;
  const std::size_t offset_;
  const std::size_t max_depth_;
  AngleHandler& handler_;
  ScanState& state_;
  ScanState::Carry& carry_;  // Of state_.
  Checker checker_;
  const char* at_ = nullptr;  // The first block of those at hand.
  bool bad_ = false;          // The document is invalid.
  Found found_;
  char tail_[kBefore + kBlock];  // The last block, if it is not a whole one.
};

bool Scan::run() {
  at_ = text_.begin + (state_.scanned - offset_);
  const std::size_t left = static_cast<std::size_t>(text_.end - at_);
  std::size_t blocks = left / kBlock;
  if (!text_.ends) {
    blocks = left > kScanAround ? (left - kScanAround) / kBlock : 0;
  } else if (left % kBlock != 0) {
    fill_tail(text_.end - left % kBlock);
    ++blocks;
  }
  while (blocks > 0 && !bad_) {
    const std::size_t count = blocks < kBlocks ? blocks : kBlocks;
    scan_blocks(count);
    blocks -= count;
    at_ = blocks == 0 && text_.ends ? text_.end : at_ + count * kBlock;
  }
  state_.scanned = offset_ + static_cast<std::size_t>(at_ - text_.begin);
  checker_.finish();
  return !bad_ && (!text_.ends || ended_well());
}

// The last block, which begins at `begin`, is filled up with blanks. UTF-8
// looks back as well.
void Scan::fill_tail(const char* begin) {
  const std::size_t size = static_cast<std::size_t>(text_.end - begin);
  const std::size_t seen = static_cast<std::size_t>(begin - text_.begin);
  const std::size_t before = seen < kBefore ? seen : kBefore;
  std::memset(tail_, ' ', sizeof tail_);
  std::memcpy(tail_ + kBefore - before, begin - before, before + size);
}

// First what has no branches for all blocks, then what has: a branch that was
// guessed wrong then has nothing to wait for. (Not inlined: g++ makes the
// portable kernel a tenth slower where it is.)
[[gnu::noinline]] void Scan::scan_blocks(std::size_t count) {
  found_.with_bracket = found_.with_unusual = 0;
  found_.with_escape = found_.with_angle = found_.with_key_end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    checker_.check_block(block(i), i, found_);
  }
  bad_ |= checker_.bad();
  for (std::size_t i = 0; i < count; ++i) {
    if (!found_.is_ascii[i] || carry_.in_character != 0) check_utf8(block(i));
  }
  visit_escapes();
  visit_scalars();
  bad_ |= !visit_brackets(found_, state_, max_depth_);
  if (bad_) return;
  visit_angles();
  visit_key_ends();
}

void Scan::check_utf8(const char* bytes) {
  for (std::size_t i = 0; i < kBlock; i += kChunk) {
    const char* chunk = bytes + i;
    const bool ascii = Block::is_ascii_chunk(chunk);
    if (ascii && carry_.in_character == 0) continue;
    char first[3 + kChunk] = {};  // Before the text there is nothing.
    if (chunk == text_.begin) {
      std::memcpy(first + 3, chunk, kChunk);
      chunk = first + 3;
    }
    bad_ |= !Block::is_utf8_chunk(chunk);
    carry_.in_character = !ascii;
  }
}

// The u of a \u003c is added to the '<'s.
void Scan::visit_escapes() {
  for (auto with = found_.with_escape; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    for (std::uint64_t bits = found_.escape[i]; bits != 0; bits &= bits - 1) {
      const std::size_t bit = first_bit(bits);
      const char* const p = at_ + kChunk * i + bit;
      if (text_.at(p) != 'u') {
        bad_ |= !is_escapable(text_.at(p));
        continue;
      }
      for (int digit = 1; digit <= 4; ++digit) {
        bad_ |= !is_hex(text_.at(p + digit));
      }
      if (text_.has(p, "u003c", 5) || text_.has(p, "u003C", 5)) {
        found_.angle[i] |= std::uint64_t{1} << bit;
        found_.with_angle |= std::uint64_t{1} << i;
      }
    }
  }
}

void Scan::visit_scalars() {
  for (auto with = found_.with_unusual; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    for (std::uint64_t bits = found_.unusual[i]; bits != 0; bits &= bits - 1) {
      bad_ |= !is_scalar(text_, at_ + kChunk * i + first_bit(bits));
    }
  }
}

void Scan::visit_angles() {
  for (auto with = found_.with_angle; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    for (std::uint64_t bits = found_.angle[i]; bits != 0; bits &= bits - 1) {
      const char* angle = at_ + kChunk * i + first_bit(bits);
      if (*angle == 'u') --angle;
      const std::size_t at =
          offset_ + static_cast<std::size_t>(angle - text_.begin);
      if (at >= state_.resume) state_.resume = handler_.on_angle(at);
    }
  }
}

void Scan::visit_key_ends() {
  for (auto with = found_.with_key_end; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    for (std::uint64_t bits = found_.key_end[i]; bits != 0; bits &= bits - 1) {
      const char* const colon = at_ + kChunk * i + first_bit(bits);
      handler_.on_key(offset_ + static_cast<std::size_t>(colon - text_.begin));
    }
  }
}

bool Scan::ended_well() const {
  return (carry_.in_string | carry_.brace_or_colon | carry_.bracket_or_colon |
          carry_.comma | carry_.any_key | carry_.had_keyed |
          carry_.had_unkeyed) == 0 &&
         state_.depth == 0;
}

// What a kernel exports.
bool scan(ScanState& state, const ScanWindow& window, std::size_t max_depth,
          AngleHandler& handler) {
  return Scan(state, window, max_depth, handler).run();
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_ALGORITHM_H_
