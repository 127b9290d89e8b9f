// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kDeletedSecret{
    {"deleted", RuleLevel::kError, "a secret was deleted and can be restored"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "deleted", findings);
    },
    true};

}  // namespace sotto
