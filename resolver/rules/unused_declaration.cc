// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <set>
#include <string>

#include "resolver/rules/declarations.h"

namespace sotto {
namespace {

void check(const LintDocument& document, LintFindings& findings) {
  for (const Declarations& declarations : declarations_of(document)) {
    std::set<std::string> used;
    for (const LintUse& use : uses_in(document, declarations)) {
      used.insert(use.ref->group);
      used.insert(to_string(*use.ref));
    }
    for (const auto& item : declarations.items) {
      if (used.contains(item.text)) continue;
      findings.add(
          item.span,
          fmt::format("\"{}\" is declared and nothing refers to it", item.text),
          "take it out of \"secrets\"");
    }
  }
}

}  // namespace

constexpr LintRule kUnusedDeclaration{
    {"unused-declaration", RuleLevel::kWarning,
     "the document's own \"secrets\" names what nothing refers to"},
    check};

}  // namespace sotto
