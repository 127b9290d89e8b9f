// SPDX-License-Identifier: Apache-2.0
//
// Generated documents and values for property tests: as odd as JSON allows.

#ifndef SOTTO_TESTS_RENDER_TESTING_DOCUMENTS_H_
#define SOTTO_TESTS_RENDER_TESTING_DOCUMENTS_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "tests/oracle/naive_render.h"

namespace sotto {

// Makes documents; the same seed makes the same ones.
class DocumentMaker {
 public:
  explicit DocumentMaker(std::uint64_t seed) : random_(seed) {}

  // Valid JSON with some expressions, without lone surrogates.
  std::string json();
  std::string json_lines();
  std::string plain_text();

  // Values for the names that documents use; `troubled`: some are missing,
  // some out of reach, some not what is needed.
  oracle::NaiveValues values(bool troubled);

  // "SECRETS.g1.K2 + 'x'": valid between << and >>.
  std::string sum(int depth);

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string_view pick(std::initializer_list<std::string_view> choices);

  std::string value(int depth);
  std::string object(int depth);
  std::string array(int depth);
  std::string number();
  std::string string_token();
  std::string key_token();
  std::string blank();
  std::string text_piece();
  std::string expression();
  std::string alternatives(int depth);
  std::string term(int depth, bool first);
  std::string quoted_string();
  std::string spelled(std::string_view text);
  std::string value_text();

  std::mt19937_64 random_;
  bool one_line_ = false;
};

// All that a splice tells apart: short and long pieces of text and of values,
// none at all, expressions side by side, escaped ones, and one that takes its
// quotes away.
std::string varied_document();
// Its values; most are made of `filler`.
oracle::NaiveValues varied_values(char filler);

}  // namespace sotto

#endif  // SOTTO_TESTS_RENDER_TESTING_DOCUMENTS_H_
