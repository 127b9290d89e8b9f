// SPDX-License-Identifier: Apache-2.0
//
// The first two steps of grammar/scan_algorithm.h (which says why this stands
// in an anonymous namespace): they classify 512 bytes and check by bit algebra
// which token follows which. Takes Bits and Block from the grammar/block_*.h
// that was included before.

#ifndef SOTTO_GRAMMAR_SCAN_CHECK_H_
#define SOTTO_GRAMMAR_SCAN_CHECK_H_

#include <cstddef>
#include <cstdint>

#include "grammar/character_class.h"
#include "grammar/scan_escapes.h"
#include "grammar/scan_found.h"
#include "grammar/scanner.h"

namespace sotto {
namespace {

// The blocks of a document, one after another.
class Checker {
 public:
  // Borrows what is carried from one block to the next; three of it are brought
  // up to date by finish() alone.
  explicit Checker(ScanState::Carry& carry)
      : carry_(carry),
        scalar_before_(Bits::last(carry.in_scalar)),
        zero_before_(Bits::last(carry.after_zero)),
        angle_before_(Bits::last(carry.after_angle)) {}

  // The next block, which is number `index` of those in `found`.
  void check_block(const char* bytes, std::size_t index, Found& found);

  // Was there anything that makes the document invalid?
  bool bad() const { return bad_bits_.any(); }

  // To be called when there is no more to check.
  void finish() {
    carry_.in_scalar = scalar_before_.last_bit();
    carry_.after_zero = zero_before_.last_bit();
    carry_.after_angle = angle_before_.last_bit();
  }

 private:
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
  Commas check_order(const Tokens& tokens);
  Bits check_scalars(Bits start, Bits scalar, Bits digit, Bits zero);

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

  ScanState::Carry& carry_;
  // Of the block before:
  Bits scalar_before_;            // Characters of scalars.
  Bits zero_before_;              // 0s that scalars begin with.
  Bits angle_before_;             // '<'s in strings.
  Bits bad_bits_ = Bits::none();  // Any: the document is invalid.
};

void Checker::check_block(const char* bytes, std::size_t index, Found& found) {
  const Block block = Block::classify(bytes);
  const auto is = [&](ClassBit bit) { return block.planes[bit]; };
  const Bits raw_quote = raw_quotes(block);
  const Bits backslash = backslashes(block);
  const Bits escaped = find_escaped(backslash, carry_.is_escaped);
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
  keep_some(bracket, found.bracket, found.with_bracket);
  keep(tokens.open, found.open);
  keep(tokens.brace, found.brace);
  keep(stopped(commas.keyed, bracket, carry_.had_keyed), found.keyed);
  keep(stopped(commas.unkeyed, bracket, carry_.had_unkeyed), found.unkeyed);
  keep_some(check_scalars(tokens.scalar, scalar, is(kIsDigit) & scalar,
                          is(kIsRow3) & is(kIsDigit)),
            found.unusual, found.with_unusual);
  keep_some(escaped & ~(raw_quote | backslash), found.escape,
            found.with_escape);
  const Bits angle = is(kIsRowC) & is(kIsRow3) & in_string;
  keep_some(angle & ~shifted(angle, angle_before_), found.angle,
            found.with_angle);
  if (angle.any() || carry_.angle_in_string != 0) {
    // The token behind a string with a '<': a colon, if it is a key.
    keep_some(stopped(angle, tokens.all, carry_.angle_in_string) & tokens.colon,
              found.key_end, found.with_key_end);
  }
  found.is_ascii[index] = block.is_ascii;
}

// Every token is told by what comes before it: behind(a) is where the tokens
// are that follow a token in `a`. (Adding a run of gaps to a bit before it
// carries the bit to the run's end.) One sum asks about two kinds at once where
// a third sum can tell them apart.
Checker::Commas Checker::check_order(const Tokens& tokens) {
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
Bits Checker::check_scalars(Bits start, Bits scalar, Bits digit, Bits zero) {
  const Bits behind_zero = shifted(start & zero, zero_before_);
  bad_bits_ = bad_bits_ | (behind_zero & digit);
  return Bits::add(start, digit, carry_.in_digits) & scalar & ~digit;
}

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_CHECK_H_
