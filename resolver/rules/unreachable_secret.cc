// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/names.h"

namespace sotto {

constexpr LintRule kUnreachableSecret{
    {"unreachable", RuleLevel::kError, "a store cannot be asked for a secret"},
    [](const LintDocument& document, LintFindings& findings) {
      report_names(document, "unreachable", findings);
    },
    true};

}  // namespace sotto
