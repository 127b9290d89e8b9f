// SPDX-License-Identifier: Apache-2.0
//
// The member "lint" of a configuration, and rules as they are named. Internal
// to service/ and tool/.

#ifndef SOTTO_SERVICE_LINT_TABLE_H_
#define SOTTO_SERVICE_LINT_TABLE_H_

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "resolver/lint.h"
#include "service/config.h"
#include "service/config_reader.h"

namespace sotto {

// The nearest rule, or all of them: for a name that is none.
std::string rule_hint(std::string_view name);

// "near-miss=off", each of them: what a flag says. Fails with kUsage.
Result<LintTable::Levels> parse_rule_flags(std::span<const std::string> flags);

// `root` reads the whole configuration. Fails with kInvalidConfig.
Result<LintTable> parse_lint_table(const std::filesystem::path& file,
                                   ObjectReader& root);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LINT_TABLE_H_
