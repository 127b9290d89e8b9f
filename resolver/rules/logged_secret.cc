// SPDX-License-Identifier: Apache-2.0
//
// What is written into a log, a note or a prompt is kept in the clear, and read
// by more than those who may read the secret.

#include <fmt/format.h>

#include <string>

#include "resolver/lint_rule.h"

namespace sotto {
namespace {

constexpr std::size_t kMaxTold = 100;

// "a node of type "log"", "member "prompt""
std::string place_of(const LintDocument& document, std::uint32_t string) {
  const DocumentOutline& outline = document.outline;
  if (document.nodes.is_in_log_node(string)) {
    const std::string type =
        document.nodes.type_of(document.nodes.node_of(string));
    return fmt::format("a node of type \"{}\"", type.substr(0, kMaxTold));
  }
  const std::uint32_t member = outline.strings()[string].member;
  const std::string name = outline.decoded(outline.members()[member].name);
  return fmt::format("member \"{}\"", name.substr(0, kMaxTold));
}

void check(const LintDocument& document, LintFindings& findings) {
  for (const LintUse& use : document.uses) {
    if (!document.nodes.is_in_log_node(use.string) &&
        !document.nodes.is_in_log_member(use.string)) {
      continue;
    }
    findings.add(
        use.span,
        fmt::format("secret \"{}\" stands in {}, which shows it or "
                    "keeps it in the clear",
                    to_string(*use.ref), place_of(document, use.string)),
        "name what it is for instead of putting its value there");
  }
}

}  // namespace

constexpr LintRule kLoggedSecret{
    {"logged-secret", RuleLevel::kWarning,
     "a value goes where it is shown or kept in the clear"},
    check};

}  // namespace sotto
