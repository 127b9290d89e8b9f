// SPDX-License-Identifier: Apache-2.0
//
// The table of rules.

#include <algorithm>
#include <array>
#include <vector>

#include "resolver/lint.h"
#include "resolver/lint_rule.h"

namespace sotto {
namespace {

// What parse_template() finds, and what lint() itself does.
constexpr LintRule kFlatReference{{"deprecated-flat-reference",
                                   RuleLevel::kError,
                                   "a reference names no group"}};
constexpr LintRule kExpressionInKey{
    {"expression-in-key", RuleLevel::kError,
     "an expression stands in the key of an object"}};
constexpr LintRule kLimit{
    {"limit", RuleLevel::kError,
     "something is larger, deeper or more than a limit allows"}};
constexpr LintRule kNearMiss{
    {"near-miss", RuleLevel::kWarning,
     "text that may have been meant as an expression"}};
constexpr LintRule kNoMemory{
    {"no-memory", RuleLevel::kError, "there is no memory to read a document"}};
constexpr LintRule kSyntax{
    {"syntax", RuleLevel::kError,
     "the document is no JSON, or an expression is none"}};
constexpr LintRule kUnusedSuppression{
    {"unused-suppression", RuleLevel::kWarning,
     "\"sotto:ignore\" names a rule that finds nothing there"}};

constexpr std::array<const LintRule*, 25> kRules{
    &kDeletedSecret,
    &kFlatReference,
    &kDisabledSecret,
    &kDuplicateKey,
    &kEmbeddedJson,
    &kExpressionInKey,
    &kForbiddenSecret,
    &kForeignHost,
    &kHardCodedSecret,
    &kStoreNotConfigured,
    &kLimit,
    &kLoggedSecret,
    &kNearMiss,
    &kNoMemory,
    &kSecretInUrlHost,
    &kSecretInUrlQuery,
    &kSyntax,
    &kUndeclaredReference,
    &kUndefinedGroup,
    &kUndefinedKeyOfSchema,
    &kUndefinedSecret,
    &kUnreachableSecret,
    &kUnusedDeclaration,
    &kUnusedSuppression,
    &kWrongScope,
};

}  // namespace

std::span<const LintRule* const> all_lint_rules() { return kRules; }

std::span<const RuleInfo> lint_rules() {
  static const std::array<RuleInfo, kRules.size()> infos = [] {
    std::array<RuleInfo, kRules.size()> made;
    std::transform(kRules.begin(), kRules.end(), made.begin(),
                   [](const LintRule* rule) { return rule->info; });
    return made;
  }();
  return infos;
}

const RuleInfo* find_rule(std::string_view id) {
  const auto rules = lint_rules();
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), id,
                       [](const RuleInfo& rule, std::string_view wanted) {
                         return rule.id < wanted;
                       });
  return found != rules.end() && found->id == id ? &*found : nullptr;
}

std::string_view to_string(RuleLevel level) {
  switch (level) {
    case RuleLevel::kOff:
      return "off";
    case RuleLevel::kWarning:
      return "warning";
    case RuleLevel::kError:
      return "error";
  }
  return {};
}

std::optional<RuleLevel> parse_rule_level(std::string_view text) {
  for (const RuleLevel level :
       {RuleLevel::kOff, RuleLevel::kWarning, RuleLevel::kError}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

RuleLevel LintSettings::level_of(std::string_view rule) const {
  const auto level = levels.find(rule);
  if (level != levels.end()) return level->second;
  const RuleInfo* const info = find_rule(rule);
  return info == nullptr ? RuleLevel::kError : info->level;
}

}  // namespace sotto
