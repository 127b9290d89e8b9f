// SPDX-License-Identifier: Apache-2.0
//
// The fast reader of JSON: validates a document to the letter of RFC 8259 and
// finds every '<' in its strings, many gigabytes a second. It says only
// whether a document is valid; JsonTokenizer says what is wrong with one that
// is not. docs/scanner.md explains the algorithm with pictures.

#ifndef SOTTO_GRAMMAR_SCANNER_H_
#define SOTTO_GRAMMAR_SCANNER_H_

#include <cstddef>
#include <span>
#include <string_view>

namespace sotto {

// Is told of each '<' inside a string, in order. A '<' that is spelled as an
// escape (\u003c) counts, and is where its backslash is.
class AngleHandler {
 public:
  virtual ~AngleHandler() = default;

  // Returns the offset, beyond `at`, from which on to be told again. What is
  // told may still turn out to be part of an invalid document.
  virtual std::size_t on_angle(std::size_t at) = 0;
};

// A processor's own way of scanning. All give the same answers.
struct ScannerKernel {
  std::string_view name;  // "avx512", "avx2", "portable"
  bool (*supported)();
  // Is `text` one valid JSON text nested no deeper than `max_depth`
  // (<= kMaxScannerDepth)? Reads not a byte outside of it.
  bool (*scan)(std::string_view text, std::size_t max_depth,
               AngleHandler& handler);
};

inline constexpr std::size_t kMaxScannerDepth = 1024;

// All that were compiled for this architecture, the fastest first; "portable",
// the last, is always supported.
std::span<const ScannerKernel> scanner_kernels();

// The fastest that this processor supports; or the one that the environment
// variable SOTTO_KERNEL names, if it is supported: for tests. Chosen once.
const ScannerKernel& scanner_kernel();

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCANNER_H_
