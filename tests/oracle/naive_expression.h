// SPDX-License-Identifier: Apache-2.0
//
// A second reader of expressions, for tests only: recursive descent straight
// from the ABNF of docs/expressions.md, one function a production, slow on
// purpose. It shares no code with grammar/, so that the two can be compared.

#ifndef SOTTO_TESTS_ORACLE_NAIVE_EXPRESSION_H_
#define SOTTO_TESTS_ORACLE_NAIVE_EXPRESSION_H_

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sotto::oracle {

// (group, key).
using Name = std::pair<std::string, std::string>;

struct NaiveNode {
  enum class Kind { kReference, kString, kCall, kSum, kAlternatives };
  Kind kind = Kind::kReference;
  Name name;         // kReference
  std::string text;  // kString: what it stands for; kCall: "base64"
  std::vector<NaiveNode> children;
};

struct NaiveExpression {
  std::size_t begin = 0;  // Into the decoded text: the first '<'.
  std::size_t end = 0;    // Behind the last '>'.
  NaiveNode root;
};

struct NaiveScan {
  std::vector<NaiveExpression> expressions;
  std::vector<std::size_t> errors;  // Where each begins.
};

enum class Surroundings {
  kJsonString,  // FN.json may be all of it; lone surrogates stand in it.
  kPlainText,   // No FN.json.
};

// Finds all expressions of a decoded text, left to right. After an error the
// scanning goes on where the error is; after an expression behind it.
NaiveScan naive_scan(std::string_view text, Surroundings surroundings);

// Is the expression FN.json(...) and nothing else?
bool is_json_call(const NaiveNode& root);

// Adds all references below `node`.
void collect_names(const NaiveNode& node, std::set<Name>& names);

// "(+ a.B 'x' (base64 c.D))": a tree as text, to compare and to print.
std::string to_text(const NaiveNode& node);

}  // namespace sotto::oracle

#endif  // SOTTO_TESTS_ORACLE_NAIVE_EXPRESSION_H_
