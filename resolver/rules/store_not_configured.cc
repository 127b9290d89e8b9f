// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kStoreNotConfigured{
    {"invalid-config", RuleLevel::kError,
     "a secret is held by a store that is not configured"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "invalid-config", findings);
    },
    true};

}  // namespace sotto
