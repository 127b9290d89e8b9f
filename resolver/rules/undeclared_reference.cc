// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <set>
#include <string>

#include "resolver/rules/declarations.h"

namespace sotto {
namespace {

void check(const LintDocument& document, LintFindings& findings) {
  for (const Declarations& declarations : declarations_of(document)) {
    std::set<std::string_view> declared;
    for (const auto& item : declarations.items) declared.insert(item.text);
    for (const LintUse& use : uses_in(document, declarations)) {
      const std::string name = to_string(*use.ref);
      if (declared.contains(use.ref->group) || declared.contains(name)) {
        continue;
      }
      findings.add(
          use.span,
          fmt::format("secret \"{}\" is not among those that the document "
                      "declares",
                      name),
          fmt::format("add \"{}\" to its \"secrets\", or take it out here",
                      name));
    }
  }
}

}  // namespace

constexpr LintRule kUndeclaredReference{
    {"undeclared-reference", RuleLevel::kError,
     "a reference is missing from the document's own \"secrets\""},
    check};

}  // namespace sotto
