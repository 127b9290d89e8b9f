// SPDX-License-Identifier: Apache-2.0
//
// A part of grammar/scan_algorithm.h (which says why this stands in an
// anonymous namespace): what is looked at character by character, scalars and
// escapes.

#ifndef SOTTO_GRAMMAR_SCAN_TEXT_H_
#define SOTTO_GRAMMAR_SCAN_TEXT_H_

#include <cstddef>

#include "grammar/scanner.h"

namespace sotto {
namespace {

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

}  // namespace
}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCAN_TEXT_H_
