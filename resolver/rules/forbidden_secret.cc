// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kForbiddenSecret{
    {"forbidden", RuleLevel::kError,
     "a store does not let this caller read a secret"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "forbidden", findings);
    },
    true};

}  // namespace sotto
