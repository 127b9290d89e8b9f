// SPDX-License-Identifier: Apache-2.0
//
// The scanner of JSON: validates a document to the letter of RFC 8259 and
// finds every '<' in its strings, many gigabytes a second. It says only
// whether a document is valid; JsonTokenizer says what is wrong with one that
// is not. docs/scanner.md explains the algorithm with pictures.

#ifndef SOTTO_GRAMMAR_SCANNER_H_
#define SOTTO_GRAMMAR_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sotto {

inline constexpr std::size_t kMaxScannerDepth = 1024;

// A part of a document, or all of it.
struct ScanWindow {
  std::string_view bytes;
  std::size_t offset = 0;  // Of the first byte, in the document.
  bool is_last = true;     // The document ends where the window does.
};

// How much of the document a window must show on both sides of what is
// scanned: a number, or an expression in its string, is looked at whole.
inline constexpr std::size_t kScanAround = 16u << 10;

// What is known between two windows of a document. Start with a new one.
struct ScanState {
  std::size_t scanned = 0;  // The document is scanned up to here.
  std::size_t depth = 0;    // Of brackets, where it is scanned up to.

  // For grammar/scan_*.h alone.
  std::size_t resume = 0;  // A '<' before is not to be told.
  // What the last byte or token was: 0 or 1.
  struct Carry {
    unsigned in_character = 0;  // Perhaps: it was not ASCII.
    unsigned in_string = 0;
    unsigned is_escaped = 0;  // The next byte.
    unsigned in_scalar = 0;
    unsigned in_digits = 0;
    unsigned after_zero = 0;
    unsigned after_angle = 0;
    unsigned angle_in_string = 0;   // And no token since.
    unsigned brace_or_colon = 1;    // { or : (with [ or :, it was a colon):
    unsigned bracket_or_colon = 1;  // a document is as a member's value.
    unsigned comma = 0;
    unsigned value_or_key = 0;
    unsigned any_key = 0;
    unsigned had_keyed = 0;  // Commas since the last bracket.
    unsigned had_unkeyed = 0;
  } carry;
  // What is open, innermost in bit 0: 1 for an object. Kept at each depth that
  // is a multiple of 64.
  std::uint64_t stack = 0;
  std::uint64_t kept[kMaxScannerDepth / 64 + 1];
};

// Is told of the '<'s inside strings, in order: of the first of each run, and
// of each that is spelled as an escape (\u003c), which is where its backslash
// is.
class AngleHandler {
 public:
  virtual ~AngleHandler() = default;

  // Offsets are the document's. Returns the one, beyond `at`, from which on to
  // be told again. What is told may still turn out to be part of an invalid
  // document.
  virtual std::size_t on_angle(std::size_t at) = 0;

  // A '<' that is no escape stands in a key, the string before this colon.
  virtual void on_key(std::size_t colon) = 0;
};

// The landmarks of a valid JSON text, by which alone lines and JSON pointers
// can be told, block by block: a bit for each byte, the first in bit 0 of the
// first number.
struct Landmarks {
  static constexpr std::size_t kBlock = 512;  // Bytes.

  // Of the last block.
  alignas(64) std::uint64_t structure[kBlock / 64];  // { } [ ] and ,
  alignas(64) std::uint64_t line_break[kBlock / 64];
  // What is known between two blocks: 0 or 1.
  unsigned in_string = 0;
  unsigned is_escaped = 0;  // The next byte.
};

// A processor's own way of scanning. All give the same answers.
struct ScannerKernel {
  std::string_view name;  // "avx512", "avx2", "portable"
  bool (*supported)();
  // Scans on, up to the end of the last window or to kScanAround before that
  // of any other; the next one begins at least as much before
  // `state.scanned`, or with the document. Is the document one valid JSON
  // text, nested no deeper than `max_depth` (<= kMaxScannerDepth), as far as
  // it was seen? Also false where a window shows too little to tell. Reads
  // not a byte outside of the window.
  bool (*scan)(ScanState& state, const ScanWindow& window,
               std::size_t max_depth, AngleHandler& handler);
  // Finds the landmarks of the next `size` bytes of a text, of which a block
  // has Landmarks::kBlock or fewer. Start with new ones. Reads no other byte.
  // Of a text that is not valid they mean nothing.
  void (*find_landmarks)(Landmarks& landmarks, const char* bytes,
                         std::size_t size);
};

// All that were compiled for this architecture, the fastest first; "portable",
// the last, is always supported.
std::span<const ScannerKernel> scanner_kernels();

// The fastest that this processor supports; or the one that the environment
// variable SOTTO_KERNEL names, if it is supported: for tests. Chosen once.
const ScannerKernel& scanner_kernel();

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCANNER_H_
