// SPDX-License-Identifier: Apache-2.0
//
// Do grammar and the naive reader see the same in a document?

#ifndef SOTTO_TESTS_ORACLE_AGREEMENT_H_
#define SOTTO_TESTS_ORACLE_AGREEMENT_H_

#include <string>
#include <string_view>

#include "grammar/template.h"

namespace sotto::oracle {

// Reads `document` with both and compares: how many expressions, their spans,
// trees and references, where errors are. Returns the first difference in
// words, or "" if there is none. `document` is valid in `format`.
std::string disagreement(std::string_view document, Format format);

// Checks what must be true of any template, whatever its bytes: spans sorted,
// disjoint and in range, trees well formed, references sorted, unique and all
// used, places of diagnostics in range and in order. "" or what is not true.
std::string broken_invariant(const Template& parsed);

// The tree of an expression in the form of to_text(NaiveNode).
std::string to_text(const Template& parsed, NodeId root);

}  // namespace sotto::oracle

#endif  // SOTTO_TESTS_ORACLE_AGREEMENT_H_
