// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "resolver/group_schema.h"
#include "resolver/lint_rule.h"

namespace sotto {
namespace {

void check(const LintDocument& document, LintFindings& findings) {
  const GroupSchemas& groups = document.settings.groups;
  if (groups.empty()) return;
  for (const LintUse& use : document.uses) {
    const auto group = groups.find(use.ref->group);
    if (group == groups.end() || group->second.allows(use.ref->key)) continue;
    findings.add(use.span,
                 fmt::format("key \"{}\" is not in the schema of group \"{}\"",
                             use.ref->key, use.ref->group),
                 key_hint(group->second, *use.ref));
  }
}

}  // namespace

constexpr LintRule kUndefinedKeyOfSchema{
    {"undefined-key-of-schema", RuleLevel::kError,
     "a reference names a key that its group's schema has not"},
    check};

}  // namespace sotto
