// SPDX-License-Identifier: Apache-2.0
//
// The algorithm of the scanner, written once for all processors. A kernel
// (grammar/scanner_*.cc) includes one grammar/block_*.h and then this.
//
// From there it takes two types:
//   Block  64 bytes of text; answers questions about each as 64 bits.
//   Bits   512 bits, eight lanes of 64: what Blocks answered, for bit algebra.
//
// A document is read in chunks of 4 KiB, each in three steps (pictures in
// docs/scanner.md):
//   classify  64 blocks -> masks: where are quotes, colons, digits, ...
//   check     bit algebra over 512 bytes at once: which token follows which
//   visit     what is rare: brackets, unusual scalars, '<' in strings
//
// Only what is needed of the standard library is used, and no template of it:
// this code is compiled for a processor that may not be there, and no function
// compiled here may serve other files.

#ifndef SOTTO_GRAMMAR_SCAN_ALGORITHM_H_
#define SOTTO_GRAMMAR_SCAN_ALGORITHM_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "grammar/scanner.h"

namespace sotto {
namespace {

// Tables for Block::in_table(): each character in the row of its low four
// bits; the other rows hold a byte of another row, which is never equal.
alignas(16) constexpr std::uint8_t kBlanks[16] = {
    ' ', 0, 1, 1, 1, 1, 1, 1, 1, '\t', '\n', 1, 1, '\r', 1, 1};
alignas(16) constexpr std::uint8_t kEscapes[16] = {
    1, 0, '"', 1, 't', 'u', 'f', 1, 1, 1, 1, 1, '\\', 1, 'n', '/'};

// What a scalar may be followed by.
bool ends_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' ||
         c == '\r' || c == '\t';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// The text with its end; what is behind it reads as NUL.
struct Text {
  const char* begin;
  const char* end;

  char at(const char* p) const { return p < end ? *p : '\0'; }
  bool has(const char* p, const char* word, std::size_t size) const {
    return static_cast<std::size_t>(end - p) >= size &&
           std::memcmp(p, word, size) == 0;
  }
};

// Is the scalar around `p`, which is not made of digits alone, a number, true,
// false or null? All before `p` in it are digits.
bool is_scalar(const Text& text, const char* p) {
  while (p > text.begin && is_digit(p[-1])) --p;
  const auto ended = [&] { return p == text.end || ends_scalar(*p); };
  for (const char* const word : {"true", "false", "null"}) {
    const std::size_t size = word[0] == 'f' ? 5 : 4;
    if (*p == word[0]) {
      if (!text.has(p, word, size)) return false;
      p += size;
      return ended();
    }
  }
  const auto digits = [&] {
    if (!is_digit(text.at(p))) return false;
    while (is_digit(text.at(p))) ++p;
    return true;
  };
  if (*p == '-') ++p;
  if (text.at(p) == '0') {
    ++p;
  } else if (!digits()) {
    return false;
  }
  if (text.at(p) == '.') {
    ++p;
    if (!digits()) return false;
  }
  if ((text.at(p) | 0x20) == 'e') {
    ++p;
    if (text.at(p) == '+' || text.at(p) == '-') ++p;
    if (!digits()) return false;
  }
  return ended();
}

// The length of the UTF-8 character at `p` (RFC 3629); 0 if it is none.
unsigned character_length(const Text& text, const char* p) {
  const auto byte = [&](int i) {
    return static_cast<unsigned char>(text.at(p + i));
  };
  const auto tail = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0xC2 || first > 0xF4 || !tail(1)) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) {
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second >= 0xA0) return 0;
    return tail(2) ? 3 : 0;
  }
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second >= 0x90) return 0;
  return tail(2) && tail(3) ? 4 : 0;
}

class Scan {
 public:
  Scan(std::string_view text, std::size_t max_depth, AngleHandler& handler)
      : text_{text.data(), text.data() + text.size()},
        size_(text.size()),
        max_depth_(max_depth),
        handler_(handler) {}

  bool run() {
    for (std::size_t at = 0; at < size_; at += kChunk) {
      const std::size_t left = size_ - at;
      const std::size_t blocks = left < kChunk ? (left + 63) / 64 : kBlocks;
      classify(at, blocks);
      for (std::size_t group = 0; group < blocks; group += 8) {
        if (!check_and_visit(at, group)) return false;
      }
      if (bad_ != 0) return false;
    }
    return ended_well();
  }

 private:
  static constexpr std::size_t kBlocks = 64;
  static constexpr std::size_t kChunk = 64 * kBlocks;

  // One mask a block, for each question.
  struct Masks {
    alignas(64) std::uint64_t quote[kBlocks];  // Not escaped.
    alignas(64) std::uint64_t escaped[kBlocks];
    alignas(64) std::uint64_t angle[kBlocks];  // '<', or the u of \u003c.
    alignas(64) std::uint64_t open[kBlocks];   // { [
    alignas(64) std::uint64_t close[kBlocks];  // } ]
    alignas(64) std::uint64_t brace[kBlocks];  // Of these, which are { }.
    alignas(64) std::uint64_t colon[kBlocks];
    alignas(64) std::uint64_t comma[kBlocks];
    alignas(64) std::uint64_t blank[kBlocks];
    alignas(64) std::uint64_t control[kBlocks];
    alignas(64) std::uint64_t digit[kBlocks];
    alignas(64) std::uint64_t zero[kBlocks];
  };

  // What surrounds a token, deciding which commas may be followed by what.
  enum Context : std::uint8_t { kTop, kObject, kArray };

  void classify(std::size_t at, std::size_t blocks);
  void classify_block(const Block& block, std::size_t at, std::size_t index);
  std::uint64_t escaped_by(std::uint64_t backslash);
  void check_escapes(const Block& block, std::size_t at, std::size_t index);
  void check_utf8(std::uint64_t not_ascii, std::size_t at);
  bool check_and_visit(std::size_t at, std::size_t group);
  bool visit_brackets(std::uint64_t brackets, std::uint64_t open,
                      std::uint64_t brace, std::uint64_t keyed,
                      std::uint64_t unkeyed);
  void visit_angles(std::uint64_t angles, std::size_t at);
  bool ended_well() const;

  // a + b over all 512 bits; `carry` comes in and goes out.
  static Bits add(Bits a, Bits b, unsigned& carry) {
    const Bits sum = Bits::add_lanes(a, b);
    const unsigned overflowed = Bits::overflowed(a, b, sum);
    const unsigned full = sum.full_lanes();
    const unsigned carries = ((overflowed << 1 | carry) + full) ^ full;
    carry = carries >> 8 & 1;
    return sum.plus_lanes(carries & 0xFF);
  }
  // Bit n = bit n - 1 of `bits`.
  static Bits shifted(Bits bits, unsigned& carry) {
    const unsigned tops = bits.top_bits();
    const unsigned in = tops << 1 | carry;
    carry = tops >> 7;
    return Bits::add_lanes(bits, bits).plus_lanes(in & 0xFF);
  }
  // Bit n = the parity of bits 0 to n: from quotes to what is inside them.
  static Bits parity(Bits bits, unsigned& carry) {
    const Bits lanes = bits.prefix_parity();
    unsigned odd = lanes.top_bits();
    odd ^= odd << 1;
    odd ^= odd << 2;
    odd ^= odd << 4;
    odd = (odd << 1 ^ (0u - carry)) & 0x1FF;
    carry = odd >> 8;
    return lanes.flip_lanes(odd & 0xFF);
  }

  const Text text_;
  const std::size_t size_;
  const std::size_t max_depth_;
  AngleHandler& handler_;
  Masks masks_;

  std::uint64_t bad_ = 0;  // Not 0: the document is invalid.
  std::uint64_t escape_carry_ = 0;
  std::size_t checked_utf8_ = 0;  // Up to here.
  std::size_t resume_ = 0;        // Angles before are not to be told.

  // What the last token of the group before was, as carries.
  unsigned in_string_ = 0;
  unsigned in_scalar_ = 0;
  unsigned in_digits_ = 0;
  unsigned after_zero_ = 0;
  unsigned after_brace_ = 0;
  unsigned after_bracket_ = 0;
  unsigned after_colon_ = 1;  // The document is as the value of a member.
  unsigned after_comma_ = 0;
  unsigned after_value_ = 0;
  unsigned after_first_key_ = 0;
  unsigned after_comma_string_ = 0;

  std::size_t depth_ = 0;
  Context contexts_[kMaxScannerDepth + 1] = {kTop};
};

void Scan::classify(std::size_t at, std::size_t blocks) {
  for (std::size_t i = 0; i < blocks; ++i, at += 64) {
    if (size_ - at >= 64) {
      classify_block(Block::load(text_.begin + at), at, i);
    } else {
      char tail[64];
      std::memset(tail, ' ', sizeof tail);
      std::memcpy(tail, text_.begin + at, size_ - at);
      classify_block(Block::load(tail), at, i);
    }
  }
  // A group is eight blocks: the missing ones are blank.
  for (std::size_t i = blocks; i % 8 != 0; ++i) {
    masks_.quote[i] = masks_.escaped[i] = masks_.angle[i] = 0;
    masks_.open[i] = masks_.close[i] = masks_.brace[i] = 0;
    masks_.colon[i] = masks_.comma[i] = masks_.control[i] = 0;
    masks_.digit[i] = masks_.zero[i] = 0;
    masks_.blank[i] = ~std::uint64_t{0};
  }
}

void Scan::classify_block(const Block& block, std::size_t at,
                          std::size_t index) {
  masks_.angle[index] = block.equal('<');
  masks_.open[index] = block.equal_but_bit5('{');
  masks_.close[index] = block.equal_but_bit5('}');
  masks_.brace[index] = block.bit5();
  masks_.colon[index] = block.equal(':');
  masks_.comma[index] = block.equal(',');
  masks_.blank[index] = block.in_table(kBlanks);
  masks_.control[index] = block.control();
  masks_.digit[index] = block.digit();
  masks_.zero[index] = block.equal('0');
  const std::uint64_t escaped = escaped_by(block.equal('\\'));
  masks_.escaped[index] = escaped;
  masks_.quote[index] = block.equal('"') & ~escaped;
  if (escaped != 0) check_escapes(block, at, index);
  if (const std::uint64_t bytes = block.not_ascii()) check_utf8(bytes, at);
}

// The characters behind backslashes that are not themselves escaped: in each
// run of backslashes every second one, and what follows a run of odd length.
// (Subtracting runs from their odd positions finds both at once, as in
// simdjson's stage 1.)
std::uint64_t Scan::escaped_by(std::uint64_t backslash) {
  if (backslash == 0) {
    const std::uint64_t escaped = escape_carry_;
    escape_carry_ = 0;
    return escaped;
  }
  constexpr std::uint64_t kOdd = 0xAAAAAAAAAAAAAAAA;
  const std::uint64_t runs = backslash & ~escape_carry_;
  const std::uint64_t behind = ((runs << 1 | kOdd) - runs) ^ kOdd;
  const std::uint64_t escaped = behind ^ (backslash | escape_carry_);
  escape_carry_ = (behind & backslash) >> 63;
  return escaped;
}

void Scan::check_escapes(const Block& block, std::size_t at,
                         std::size_t index) {
  const std::uint64_t escaped = masks_.escaped[index];
  bad_ |= escaped &
          ~(block.in_table(kEscapes) | block.equal('b') | block.equal('r'));
  for (std::uint64_t u = escaped & block.equal('u'); u != 0; u &= u - 1) {
    const int bit = __builtin_ctzll(u);
    const char* const digits = text_.begin + at + bit + 1;
    for (int i = 0; i < 4; ++i) bad_ |= !is_hex(text_.at(digits + i));
    if (text_.has(digits, "003c", 4) || text_.has(digits, "003C", 4)) {
      masks_.angle[index] |= std::uint64_t{1} << bit;
    }
  }
}

void Scan::check_utf8(std::uint64_t not_ascii, std::size_t at) {
  for (; not_ascii != 0; not_ascii &= not_ascii - 1) {
    const std::size_t begin =
        at + static_cast<std::size_t>(__builtin_ctzll(not_ascii));
    if (begin < checked_utf8_) continue;
    const unsigned length = character_length(text_, text_.begin + begin);
    bad_ |= length == 0;
    checked_utf8_ = begin + (length == 0 ? 1 : length);
  }
}

// Eight blocks. Every token is told by what comes before it: next(a) is where
// the tokens are that follow a token in `a`. (Adding a run of gaps to a bit
// before it carries the bit to the run's end.)
bool Scan::check_and_visit(std::size_t at, std::size_t group) {
  const auto mask = [&](const std::uint64_t(&all)[kBlocks]) {
    return Bits::load(all + group);
  };
  const Bits quote = mask(masks_.quote);
  const Bits in_string = parity(quote, in_string_);  // With its first quote.
  const Bits outside = ~in_string;
  const Bits blank = mask(masks_.blank);
  const Bits brace = mask(masks_.brace);

  const Bits open = mask(masks_.open) & outside;
  const Bits close = mask(masks_.close) & outside;
  const Bits colon = mask(masks_.colon) & outside;
  const Bits comma = mask(masks_.comma) & outside;
  const Bits string = quote & in_string;
  const Bits mark = open | close | colon | comma;
  const Bits scalar = outside & ~(mark | blank | quote);
  const Bits scalar_start = scalar & ~shifted(scalar, in_scalar_);

  const Bits token = mark | string | scalar_start;
  const Bits gap = ~token;
  const auto next = [&](Bits tokens, unsigned& carry) {
    return add(tokens, tokens | gap, carry) & token;
  };
  const Bits first_in_object = next(open & brace, after_brace_);
  const Bits first_in_array = next(open & ~brace, after_bracket_);
  const Bits behind_colon = next(colon, after_colon_);
  const Bits behind_comma = next(comma, after_comma_);
  const Bits value_string = string & (first_in_array | behind_colon);
  const Bits behind_value =
      next(scalar_start | close | value_string, after_value_);
  const Bits behind_first_key =
      next(string & first_in_object, after_first_key_);
  const Bits behind_comma_string =
      next(string & behind_comma, after_comma_string_);

  const Bits value = string | scalar_start | open;
  const Bits misplaced = (first_in_object & ~(string | close)) |
                         (first_in_array & ~(value | close)) |
                         ((behind_colon | behind_comma) & ~value) |
                         (behind_value & ~(comma | close)) |
                         (behind_first_key & ~colon) |
                         (behind_comma_string & ~(colon | comma | close));
  const Bits forbidden = (mask(masks_.control) & (in_string | ~blank)) |
                         (mask(masks_.escaped) & outside);

  // A scalar of digits alone is a number unless it begins with 0; any other is
  // looked at where its first other character is.
  const Bits digit = mask(masks_.digit) & scalar;
  const Bits unusual = add(scalar_start, digit, in_digits_) & ~digit & scalar;
  const Bits behind_zero =
      shifted(scalar_start & mask(masks_.zero), after_zero_) & digit;
  bad_ |= (misplaced | forbidden | behind_zero).any();

  // Behind a comma an object has a string and a colon, an array has not.
  const Bits keyed = behind_comma_string & colon;
  const Bits unkeyed =
      (behind_comma_string & ~colon) | (behind_comma & ~string);

  alignas(64) std::uint64_t brackets[8], opens[8], keyeds[8], unkeyeds[8];
  alignas(64) std::uint64_t unusuals[8], angles[8];
  (open | close).store(brackets);
  open.store(opens);
  keyed.store(keyeds);
  unkeyed.store(unkeyeds);
  unusual.store(unusuals);
  (mask(masks_.angle) & in_string).store(angles);
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t block_at = at + 64 * (group + i);
    if (!visit_brackets(brackets[i], opens[i], masks_.brace[group + i],
                        keyeds[i], unkeyeds[i])) {
      return false;
    }
    for (std::uint64_t bits = unusuals[i]; bits != 0; bits &= bits - 1) {
      const char* const p = text_.begin + block_at + __builtin_ctzll(bits);
      bad_ |= !is_scalar(text_, p);
    }
    if (angles[i] != 0 && bad_ == 0) visit_angles(angles[i], block_at);
  }
  return true;
}

// Checks each stretch between two brackets against what it stands in.
bool Scan::visit_brackets(std::uint64_t brackets, std::uint64_t open,
                          std::uint64_t brace, std::uint64_t keyed,
                          std::uint64_t unkeyed) {
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};
  static constexpr std::uint64_t kForbidsKeyed[] = {kAll, 0, kAll};
  static constexpr std::uint64_t kForbidsUnkeyed[] = {kAll, kAll, 0};
  const auto wrong = [&] {
    const Context context = contexts_[depth_];
    return (keyed & kForbidsKeyed[context]) |
           (unkeyed & kForbidsUnkeyed[context]);
  };
  std::uint64_t stretch = kAll;
  for (; brackets != 0; brackets &= brackets - 1) {
    const std::uint64_t bit = brackets & (0 - brackets);
    bad_ |= wrong() & stretch & (bit | (bit - 1));
    stretch = ~(bit | (bit - 1));
    const Context context = (brace & bit) != 0 ? kObject : kArray;
    if ((open & bit) != 0) {
      if (depth_ == max_depth_) return false;
      contexts_[++depth_] = context;
    } else {
      if (contexts_[depth_] != context) return false;
      --depth_;
    }
  }
  bad_ |= wrong() & stretch;
  return true;
}

void Scan::visit_angles(std::uint64_t angles, std::size_t at) {
  for (; angles != 0; angles &= angles - 1) {
    std::size_t angle = at + static_cast<std::size_t>(__builtin_ctzll(angles));
    if (text_.begin[angle] == 'u') --angle;
    if (angle >= resume_) resume_ = handler_.on_angle(angle);
  }
}

bool Scan::ended_well() const {
  return (in_string_ | after_brace_ | after_bracket_ | after_colon_ |
          after_comma_ | after_first_key_ | after_comma_string_) == 0 &&
         depth_ == 0;
}

// What a kernel exports.
bool scan(std::string_view text, std::size_t max_depth, AngleHandler& handler) {
  return Scan(text, max_depth, handler).run();
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_ALGORITHM_H_
