// SPDX-License-Identifier: Apache-2.0
//
// What a document says that it uses: its own top-level
// "secrets": ["group.KEY", "group"]. Internal to resolver/.

#ifndef SOTTO_RESOLVER_RULES_DECLARATIONS_H_
#define SOTTO_RESOLVER_RULES_DECLARATIONS_H_

#include <set>
#include <string>
#include <vector>

#include "base/secret_ref.h"
#include "base/span.h"
#include "resolver/lint_rule.h"

namespace sotto {

// The list of one JSON text.
struct Declarations {
  struct Item {
    Span span;         // The string's content.
    std::string text;  // "group.KEY", or "group" for all of it.
  };

  Span document;  // Of the text.
  std::vector<Item> items;
};

// Of each text that has one. What else is called "secrets" (an object, an array
// with anything but names in it) is no list.
std::vector<Declarations> declarations_of(const LintDocument& document);

// The uses in the text that a list is of.
std::span<const LintUse> uses_in(const LintDocument& document,
                                 const Declarations& declarations);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RULES_DECLARATIONS_H_
