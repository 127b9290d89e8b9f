// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kWrongScope{
    {"wrong-scope", RuleLevel::kError,
     "a secret is defined, but in no scope that is looked in"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "wrong-scope", findings);
    },
    true};

}  // namespace sotto
