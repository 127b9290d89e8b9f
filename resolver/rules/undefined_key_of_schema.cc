// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/edit_distance.h"
#include "resolver/lint_rule.h"

namespace sotto {
namespace {

constexpr std::size_t kMaxListed = 8;

// "did you mean "g.KEY"?", or the keys that there are.
std::string hint_for(const SecretRef& ref,
                     const std::vector<std::string>& keys) {
  if (const auto meant = nearest(ref.key, keys)) {
    return fmt::format("did you mean \"{}\"?",
                       to_string(SecretRef{ref.group, *meant}));
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(keys.size(), kMaxListed); ++i) {
    list += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", keys[i]);
  }
  if (keys.size() > kMaxListed) list += ", ...";
  return "its keys are " + list;
}

void check(const LintDocument& document, LintFindings& findings) {
  const auto& groups = document.settings.groups;
  if (groups.empty()) return;
  for (const LintUse& use : document.uses) {
    const auto group = groups.find(use.ref->group);
    if (group == groups.end() || group->second.keys.empty()) continue;
    const auto& keys = group->second.keys;
    if (std::find(keys.begin(), keys.end(), use.ref->key) != keys.end()) {
      continue;
    }
    findings.add(use.span,
                 fmt::format("key \"{}\" is not in the schema of group \"{}\"",
                             use.ref->key, use.ref->group),
                 hint_for(*use.ref, keys));
  }
}

}  // namespace

constexpr LintRule kUndefinedKeyOfSchema{
    {"undefined-key-of-schema", RuleLevel::kError,
     "a reference names a key that its group's schema has not"},
    check};

}  // namespace sotto
