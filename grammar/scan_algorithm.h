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
//   classify  which bytes are quotes, colons, digits, ...
//   check     bit algebra: which token follows which
//   visit     what is rare: brackets, unusual scalars, escapes, '<' in strings
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

// The number of the lowest bit, if there is one.
std::size_t first_bit(std::uint64_t bits) {
  return static_cast<std::size_t>(__builtin_ctzll(bits));
}

// What a scalar may be followed by.
bool ends_scalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' ||
         c == '\r' || c == '\t';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// What a window shows; what is behind it reads as NUL.
struct Text {
  const char* begin;
  const char* end;
  bool begins;  // Where the document does.
  bool ends;    // So does the document.

  explicit Text(const ScanWindow& window)
      : begin(window.bytes.data()),
        end(begin + window.bytes.size()),
        begins(window.offset == 0),
        ends(window.is_last) {}

  char at(const char* p) const { return p < end ? *p : '\0'; }
  [[gnu::always_inline]] bool has(const char* p, const char* word,
                                  std::size_t size) const {
    return static_cast<std::size_t>(end - p) >= size &&
           __builtin_memcmp(p, word, size) == 0;
  }
};

// How long the literal at `p` is: 0 if there is none.
std::size_t literal_size(const Text& text, const char* p) {
  if (text.has(p, "true", 4) || text.has(p, "null", 4)) return 4;
  return text.has(p, "false", 5) ? 5 : 0;
}

// Is the scalar around `p`, which is not made of digits alone, a number, true,
// false or null? All before `p` in it are digits.
bool is_scalar(const Text& text, const char* p) {
  while (p > text.begin && is_digit(p[-1])) --p;
  if (p == text.begin && !text.begins) return false;
  const auto ended = [&] {
    return p == text.end ? text.ends : ends_scalar(*p);
  };
  if (is_letter(*p)) {
    const std::size_t size = literal_size(text, p);
    p += size;
    return size != 0 && ended();
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

// May `c` stand behind a backslash?
bool is_escapable(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'u':
      return true;
    default:
      return false;
  }
}

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
        scalar_before_(Bits::last(carry_.in_scalar)),
        zero_before_(Bits::last(carry_.after_zero)),
        angle_before_(Bits::last(carry_.after_angle)) {}

  bool run();

 private:
  static constexpr std::size_t kBlock = 512;
  static constexpr std::size_t kBlocks = 8;  // That are scanned together.
  static constexpr std::size_t kChunk = 64;  // One lane.
  static constexpr std::size_t kChunks = kBlocks * kBlock / kChunk;

  // What the blocks have for visiting: bits by chunk.
  struct Found {
    alignas(64) std::uint64_t bracket[kChunks];
    alignas(64) std::uint64_t open[kChunks];
    alignas(64) std::uint64_t brace[kChunks];  // { or }, if it is a bracket.
    // Brackets with such commas between them and the bracket before.
    alignas(64) std::uint64_t keyed[kChunks];
    alignas(64) std::uint64_t unkeyed[kChunks];
    alignas(64) std::uint64_t unusual[kChunks];  // In scalars: no digits alone.
    alignas(64) std::uint64_t escape[kChunks];   // Not of a quote or backslash.
    alignas(64) std::uint64_t angle[kChunks];
    alignas(64) std::uint64_t key_end[kChunks];  // Colons of keys with a '<'.
    bool is_ascii[kBlocks];
    // Of which chunks are not empty.
    std::uint64_t with_bracket = 0;
    std::uint64_t with_unusual = 0;
    std::uint64_t with_escape = 0;
    std::uint64_t with_angle = 0;
    std::uint64_t with_key_end = 0;
  };

  // The tokens of a block.
  struct Tokens {
    Bits string;  // First quotes.
    Bits open;
    Bits close;
    Bits brace;  // { or }, if it is a bracket.
    Bits colon;
    Bits comma;
    Bits scalar;  // First characters.
    Bits all;
  };
  // Commas that are told apart by what follows: "key": or anything else.
  struct Commas {
    Bits keyed;
    Bits unkeyed;
  };
  // Up to 64 brackets, the first in bit 0.
  struct Brackets {
    std::uint64_t open = 0;
    std::uint64_t brace = 0;
    std::uint64_t keyed = 0;
    std::uint64_t unkeyed = 0;
    unsigned count = 0;
  };

  void scan_blocks(const char* bytes, std::size_t count);
  void check_block(const char* bytes, std::size_t index);
  Bits find_escaped(Bits backslash);
  Bits find_escaped_in_runs(Bits backslash);
  Commas check_order(const Tokens& tokens);
  Bits check_scalars(Bits start, Bits scalar, Bits digit, Bits zero);
  void check_utf8(const char* bytes);
  void visit_escapes();
  void visit_scalars();
  void visit_brackets();
  void visit_brackets(const Brackets& some);
  void visit_angles();
  void visit_key_ends();
  bool ended_well() const;

  // Bit n = bit n - 1 of `bits`; the first is the last of those before.
  static Bits shifted(Bits bits, Bits& before) {
    const Bits moved = bits.behind(before);
    before = bits;
    return moved;
  }
  // The first bit of `stops` behind, or at, each bit of `from`: a sum carries
  // it there through all that is no stop.
  static Bits stopped(Bits from, Bits stops, unsigned& carry) {
    const Bits here = from & stops;
    return (Bits::add(from & ~stops, ~stops, carry) & stops) | here;
  }

  const Text text_;
  const std::size_t offset_;
  const std::size_t max_depth_;
  AngleHandler& handler_;
  ScanState& state_;
  ScanState::Carry carry_;
  // Of the block before:
  Bits scalar_before_;            // Characters of scalars.
  Bits zero_before_;              // 0s that scalars begin with.
  Bits angle_before_;             // '<'s in strings.
  const char* at_ = nullptr;      // The first block of those at hand.
  Bits bad_bits_ = Bits::none();  // Any: the document is invalid.
  bool bad_ = false;              // So it is.
  Found found_;
};

bool Scan::run() {
  at_ = text_.begin + (state_.scanned - offset_);
  const std::size_t left = static_cast<std::size_t>(text_.end - at_);
  std::size_t whole = text_.ends           ? left / kBlock
                      : left > kScanAround ? (left - kScanAround) / kBlock
                                           : 0;
  while (whole > 0 && !bad_) {
    const std::size_t count = whole < kBlocks ? whole : kBlocks;
    scan_blocks(at_, count);
    at_ += count * kBlock;
    whole -= count;
  }
  if (text_.ends && !bad_ && at_ != text_.end) {
    // The last block is filled up with blanks; UTF-8 looks back as well.
    constexpr std::size_t kBefore = 3;
    char tail[kBefore + kBlock];
    std::memset(tail, ' ', sizeof tail);
    const std::size_t size = static_cast<std::size_t>(text_.end - at_);
    const std::size_t seen = static_cast<std::size_t>(at_ - text_.begin);
    const std::size_t before = seen < kBefore ? seen : kBefore;
    std::memcpy(tail + kBefore - before, at_ - before, before + size);
    scan_blocks(tail + kBefore, 1);
    at_ = text_.end;
  }
  state_.scanned = offset_ + static_cast<std::size_t>(at_ - text_.begin);
  carry_.in_scalar = scalar_before_.last_bit();
  carry_.after_zero = zero_before_.last_bit();
  carry_.after_angle = angle_before_.last_bit();
  state_.carry = carry_;
  return !bad_ && (!text_.ends || ended_well());
}

// First what has no branches for all blocks, then what has: a branch that was
// guessed wrong then has nothing to wait for. `bytes` are those at at_, or a
// copy.
void Scan::scan_blocks(const char* bytes, std::size_t count) {
  found_.with_bracket = found_.with_unusual = 0;
  found_.with_escape = found_.with_angle = found_.with_key_end = 0;
  for (std::size_t i = 0; i < count; ++i) check_block(bytes + i * kBlock, i);
  bad_ |= bad_bits_.any();
  for (std::size_t i = 0; i < count; ++i) {
    if (!found_.is_ascii[i] || carry_.in_character != 0) {
      check_utf8(bytes + i * kBlock);
    }
  }
  visit_escapes();
  visit_scalars();
  visit_brackets();
  if (bad_) return;
  visit_angles();
  visit_key_ends();
}

void Scan::check_block(const char* bytes, std::size_t index) {
  const Block block = Block::classify(bytes);
  const auto is = [&](ClassBit bit) { return block.planes[bit]; };
  const Bits raw_quote = is(kIsRow2) & is(kBit1);
  const Bits backslash = is(kIsRowC) & ~(is(kIsRow2) | is(kIsRow3));
  const Bits escaped = find_escaped(backslash);
  const Bits quote = raw_quote & ~escaped;
  const Bits in_string = quote.parity(carry_.in_string);  // With the first.
  const Bits outside = ~in_string;

  const Bits blank =
      (is(kIsRow2) & ~(is(kIsRowC) | is(kBit1))) | is(kIsControl);
  const Bits bracket = is(kIsBracket) & outside;
  Tokens tokens;
  tokens.string = quote & in_string;
  tokens.open = bracket & is(kBit1);
  tokens.close = bracket & ~is(kBit1);
  tokens.brace = is(kBit5);
  tokens.colon = is(kIsRow3) & is(kBit1) & outside;
  tokens.comma = is(kIsRowC) & is(kIsRow2) & outside;
  const Bits scalar =
      outside & ~(bracket | tokens.colon | tokens.comma | blank | quote);
  tokens.scalar = scalar & ~shifted(scalar, scalar_before_);
  tokens.all =
      tokens.string | bracket | tokens.colon | tokens.comma | tokens.scalar;
  // A control character in a string, or one that is nowhere allowed; an
  // escape outside of strings.
  bad_bits_ = bad_bits_ | (is(kIsControl) & (in_string | is(kIsDigit))) |
              (escaped & outside);

  const Commas commas = check_order(tokens);
  const std::size_t at = index * (kBlock / kChunk);
  const auto keep = [at](Bits bits, std::uint64_t(&all)[kChunks]) {
    bits.store(all + at);
  };
  const auto keep_some = [&](Bits bits, std::uint64_t(&all)[kChunks],
                             std::uint64_t& with) {
    keep(bits, all);
    with |= std::uint64_t{bits.lanes_with_any()} << at;
  };
  keep_some(bracket, found_.bracket, found_.with_bracket);
  keep(tokens.open, found_.open);
  keep(tokens.brace, found_.brace);
  keep(stopped(commas.keyed, bracket, carry_.had_keyed), found_.keyed);
  keep(stopped(commas.unkeyed, bracket, carry_.had_unkeyed), found_.unkeyed);
  keep_some(check_scalars(tokens.scalar, scalar, is(kIsDigit) & scalar,
                          is(kIsRow3) & is(kIsDigit)),
            found_.unusual, found_.with_unusual);
  keep_some(escaped & ~(raw_quote | backslash), found_.escape,
            found_.with_escape);
  const Bits angle = is(kIsRowC) & is(kIsRow3) & in_string;
  keep_some(angle & ~shifted(angle, angle_before_), found_.angle,
            found_.with_angle);
  if (angle.any() || carry_.angle_in_string != 0) {
    // The token behind a string with a '<': a colon, if it is a key.
    keep_some(stopped(angle, tokens.all, carry_.angle_in_string) & tokens.colon,
              found_.key_end, found_.with_key_end);
  }
  found_.is_ascii[index] = block.is_ascii;
}

// The characters behind backslashes that are not themselves escaped.
Bits Scan::find_escaped(Bits backslash) {
  if (!backslash.any() && carry_.is_escaped == 0) return Bits::none();
  const Bits behind = backslash.behind(Bits::last(carry_.is_escaped));
  if (!(backslash & behind).any()) {
    carry_.is_escaped = backslash.last_bit();
    return behind;
  }
  return find_escaped_in_runs(backslash);
}

// In each run of backslashes every second one, and what follows a run of odd
// length. (Adding a run to its first backslash, if that stands at an odd place,
// carries it behind the run: so runs of odd and even length part, as in
// simdjson.)
Bits Scan::find_escaped_in_runs(Bits backslash) {
  const Bits even = Bits::all(0x5555555555555555);
  const Bits before = Bits::last(carry_.is_escaped);
  const Bits run = backslash & ~Bits::first(carry_.is_escaped);
  const Bits behind = run.behind(before);
  carry_.is_escaped = 0;
  const Bits past = Bits::add(run & ~(even | behind), run, carry_.is_escaped);
  return (even ^ past.behind(Bits::none())) & behind;
}

// Every token is told by what comes before it: behind(a) is where the tokens
// are that follow a token in `a`. (Adding a run of gaps to a bit before it
// carries the bit to the run's end.) One sum asks about two kinds at once where
// a third sum can tell them apart.
Scan::Commas Scan::check_order(const Tokens& tokens) {
  const Bits string = tokens.string;
  const Bits close = tokens.close;
  const Bits colon = tokens.colon;
  const Bits comma = tokens.comma;
  const Bits value = string | tokens.scalar | tokens.open;
  const Bits token = tokens.all;
  const Bits gap = ~token;
  const auto behind = [&](Bits some, unsigned& carry) {
    return Bits::add(some, some | gap, carry) & token;
  };
  const Bits brace_or_colon =
      behind((tokens.open & tokens.brace) | colon, carry_.brace_or_colon);
  const Bits bracket_or_colon =
      behind((tokens.open & ~tokens.brace) | colon, carry_.bracket_or_colon);
  const Bits behind_comma = behind(comma, carry_.comma);
  const Bits behind_colon = brace_or_colon & bracket_or_colon;
  const Bits first_in_object = brace_or_colon & ~bracket_or_colon;
  const Bits first_in_array = bracket_or_colon & ~brace_or_colon;

  // A string is a key if it is an object's first; behind a comma it may be.
  const Bits first_key = string & first_in_object;
  const Bits comma_string = string & behind_comma;
  const Bits value_or_key = behind(
      tokens.scalar | close | (string & ~comma_string), carry_.value_or_key);
  const Bits any_key = behind(first_key | comma_string, carry_.any_key);
  const Bits behind_value = value_or_key & ~any_key;
  const Bits behind_key = value_or_key & any_key;
  const Bits behind_comma_string = any_key & ~value_or_key;

  const Bits misplaced = (first_in_object & ~(string | close)) |
                         (first_in_array & ~(value | close)) |
                         ((behind_colon | behind_comma) & ~value) |
                         (behind_value & ~(comma | close)) |
                         (behind_key & ~colon) |
                         (behind_comma_string & ~(colon | comma | close));
  bad_bits_ = bad_bits_ | misplaced;
  return {behind_comma_string & colon,
          (behind_comma_string & ~colon) | (behind_comma & ~string)};
}

// A scalar of digits alone is a number unless it begins with 0. Returns the
// first other character of the others.
Bits Scan::check_scalars(Bits start, Bits scalar, Bits digit, Bits zero) {
  const Bits behind_zero = shifted(start & zero, zero_before_);
  bad_bits_ = bad_bits_ | (behind_zero & digit);
  return Bits::add(start, digit, carry_.in_digits) & scalar & ~digit;
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

// Those of several chunks are put side by side, so that one loop visits them.
void Scan::visit_brackets() {
  Brackets some;
  for (auto with = found_.with_bracket; with != 0; with &= with - 1) {
    const std::size_t i = first_bit(with);
    const std::uint64_t mask = found_.bracket[i];
    const unsigned count = static_cast<unsigned>(__builtin_popcountll(mask));
    if (some.count + count > 64) {
      visit_brackets(some);
      some = Brackets();
    }
    const unsigned at = some.count & 63;
    some.open |= Block::extract(found_.open[i], mask) << at;
    some.brace |= Block::extract(found_.brace[i], mask) << at;
    some.keyed |= Block::extract(found_.keyed[i], mask) << at;
    some.unkeyed |= Block::extract(found_.unkeyed[i], mask) << at;
    some.count += count;
  }
  visit_brackets(some);
}

// Around each bracket is an object, an array or, at the top, nothing. The stack
// of what is open has a bit a level, 1 for an object: a word with the innermost
// in bit 0, which is kept where a level is a multiple of 64.
void Scan::visit_brackets(const Brackets& some) {
  std::uint64_t in_object = 0;  // By bracket.
  std::uint64_t at_top = 0;
  std::uint64_t stack = state_.stack;
  std::size_t depth = state_.depth;
  for (unsigned i = 0; i < some.count; ++i) {
    const bool open = some.open >> i & 1;
    in_object |= (stack & 1) << i;
    at_top |= std::uint64_t{depth == 0} << i;
    if (depth == (open ? max_depth_ : 0)) {
      bad_ = true;
      return;
    }
    if (depth % 64 == 0) state_.kept[depth / 64] = stack;
    const std::uint64_t pushed = stack << 1 | (some.brace >> i & 1);
    stack = open ? pushed : stack >> 1;
    depth = open ? depth + 1 : depth - 1;
    if (depth % 64 == 0 && !open) stack = state_.kept[depth / 64];
  }
  const std::uint64_t close =
      ~some.open &
      (some.count == 0 ? 0 : ~std::uint64_t{0} >> (64 - some.count));
  bad_ |= ((some.keyed & (~in_object | at_top)) |
           (some.unkeyed & (in_object | at_top)) |
           (close & (some.brace ^ in_object))) != 0;
  state_.stack = stack;
  state_.depth = depth;
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
