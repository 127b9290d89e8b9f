// SPDX-License-Identifier: Apache-2.0
//
// What a document itself says is not to be told: in JSON a member
// "sotto:ignore" with a rule or an array of rules, for its object and all in
// it; in plain text "sotto:ignore RULE[,RULE]", for its line and the next.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_LINT_SUPPRESSIONS_H_
#define SOTTO_RESOLVER_LINT_SUPPRESSIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/template.h"
#include "resolver/document_outline.h"
#include "resolver/lint_rule.h"

namespace sotto {

class LintSuppressions {
 public:
  // Both are borrowed.
  LintSuppressions(const Template& parsed, const DocumentOutline& outline);

  // Is a finding of this rule here not to be told? What covers it is used.
  bool covers(std::string_view rule, std::size_t offset);

  // Tells what was never used, and what can never be. Whether it would have
  // been is known of those rules alone that `was_checked`.
  void report_unused(
      LintFindings& findings,
      const std::function<bool(std::string_view)>& was_checked) const;

 private:
  using RuleSet = std::uint64_t;  // Of all_lint_rules(), by place.

  // Where rules are not told.
  struct Area {
    std::uint32_t object = 0;  // In plain text none.
    Span span;
    RuleSet rules = 0;
    RuleSet used = 0;
  };
  // One rule, as it is named.
  struct Naming {
    Span span;
    std::size_t area = 0;
    std::string name;
    RuleSet rule = 0;  // 0: there is no such rule.
  };

  static RuleSet set_of(std::string_view rule);
  void read_members(const DocumentOutline& outline);
  void read_lines(std::string_view text);
  void read_list(std::string_view text, std::size_t begin, std::size_t end);
  bool covers_here(Area& area, RuleSet rule);

  const DocumentOutline& outline_;
  bool is_text_;
  std::vector<Area> areas_;  // By object, or by place.
  std::vector<Naming> namings_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LINT_SUPPRESSIONS_H_
