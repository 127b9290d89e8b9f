// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kDisabledSecret{
    {"disabled-secret", RuleLevel::kError,
     "a secret is switched off in its store"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "disabled-secret", findings);
    },
    true};

}  // namespace sotto
