// SPDX-License-Identifier: Apache-2.0
//
// What the rules about names share: each tells of those that its id stands
// with. Internal to resolver/.

#ifndef SOTTO_RESOLVER_RULES_NAMES_H_
#define SOTTO_RESOLVER_RULES_NAMES_H_

#include <optional>
#include <string_view>

#include "resolver/lint_rule.h"

namespace sotto {

// Tells every use that fails for what `rule` stands for. Where a name is near
// enough to be meant, it is the fix.
inline void report_names(const LintDocument& document, std::string_view rule,
                         LintFindings& findings) {
  for (const LintUse& use : document.uses) {
    if (use.trouble == nullptr || use.trouble->rule != rule) continue;
    std::optional<Fix> fix;
    if (use.trouble->meant) {
      fix = Fix{use.span, "SECRETS." + to_string(*use.trouble->meant)};
    }
    findings.add(use.span, use.trouble->error.message, use.trouble->error.hint,
                 std::move(fix));
  }
}

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RULES_NAMES_H_
