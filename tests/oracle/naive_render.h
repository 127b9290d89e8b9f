// SPDX-License-Identifier: Apache-2.0
//
// A second renderer, for tests only: it finds the expressions of a whole
// document with naive_scan() and puts values in, once into the bytes and once
// into the tree. Its values are std::strings and no secrets.

#ifndef SOTTO_TESTS_ORACLE_NAIVE_RENDER_H_
#define SOTTO_TESTS_ORACLE_NAIVE_RENDER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/naive_expression.h"

namespace sotto::oracle {

struct NaiveValue {
  enum class Kind {
    kString,
    kJson,     // A number, an object, ...: its JSON text.
    kMissing,  // Proven absent.
    kTrouble,  // Forbidden, unreachable, ...
  };
  Kind kind = Kind::kString;
  std::string text;
};

// A name that is not in it is missing.
using NaiveValues = std::map<Name, NaiveValue>;

// The result of an expression.
struct NaiveResult {
  enum class Kind { kText, kMissing, kFailure };
  Kind kind = Kind::kText;
  std::string text;
};

// What `node` is worth; adds every name that was looked at to `used`.
NaiveResult naive_evaluate(const NaiveNode& node, const NaiveValues& values,
                           std::set<Name>& used);

struct NaivePlace {
  std::size_t begin = 0;  // Raw bytes that the value replaces.
  std::size_t end = 0;
  NaiveNode root;
};

// All expressions of a document, with places in its raw bytes.
struct NaiveDocument {
  std::vector<NaivePlace> places;
  std::vector<std::size_t> errors;  // Raw; in the order of the document.
  bool expression_in_key = false;
  std::set<Name> names;
};

// `document` is valid JSON or valid JSON Lines, or any text.
NaiveDocument naive_document(std::string_view document,
                             Surroundings surroundings);

// The rendered bytes; nothing if any expression fails or the document has
// errors.
std::optional<std::string> naive_splice(std::string_view document,
                                        Surroundings surroundings,
                                        const NaiveValues& values);

// The events (naive_json.h) of the rendered document, made from the events of
// the document without looking at bytes. Nothing if anything fails.
std::optional<std::vector<std::string>> naive_substitute(
    std::string_view document, const NaiveValues& values);

}  // namespace sotto::oracle

#endif  // SOTTO_TESTS_ORACLE_NAIVE_RENDER_H_
