// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kUndefinedSecret{
    {"undefined-secret", RuleLevel::kError,
     "a secret is in no scope that is looked in"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "undefined-secret", findings);
    },
    true};

}  // namespace sotto
