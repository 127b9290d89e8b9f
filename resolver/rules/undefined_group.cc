// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kUndefinedGroup{
    {"undefined-group", RuleLevel::kError,
     "no secret of a group is in a scope that is looked in"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "undefined-group", findings);
    },
    true};

}  // namespace sotto
