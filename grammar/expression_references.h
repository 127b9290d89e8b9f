// SPDX-License-Identifier: Apache-2.0
//
// The references inside one expression, by its text.

#ifndef SOTTO_GRAMMAR_EXPRESSION_REFERENCES_H_
#define SOTTO_GRAMMAR_EXPRESSION_REFERENCES_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "base/secret_ref.h"
#include "base/span.h"

namespace sotto {

struct ExpressionReference {
  SecretRef ref;
  Span span;  // "SECRETS.group.KEY", in the raw document.
};

// In the order of the text, which is an expression that was read before.
std::vector<ExpressionReference> expression_references(const DecodedText& text);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_EXPRESSION_REFERENCES_H_
