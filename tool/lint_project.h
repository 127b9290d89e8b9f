// SPDX-License-Identifier: Apache-2.0
//
// What lint works on: a configuration, and a catalog if there is one.

#ifndef SOTTO_TOOL_LINT_PROJECT_H_
#define SOTTO_TOOL_LINT_PROJECT_H_

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "service/config.h"
#include "service/lint_files.h"
#include "service/validation.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

struct LintProject {
  Config config;
  FactsSource facts;  // Empty: there is no catalog.
  // With which findings may be kept: lint_cache_key(). None: they may not.
  std::optional<std::string> cache_key;
  std::shared_ptr<Validation> validation;  // Of open_validation() alone.
};

// With --catalog, a secrets.lock takes the place of the catalog; one that
// cannot be read is the error of `facts`. Fails as load_config() does, but for
// a configuration that is not trusted: that, and whatever else keeps the
// catalog away, is told in a warning, and the rules that need none are run.
Result<LintProject> open_lint_project(const Call& call);

// The same for `sotto validate`, which is nothing without the stores: fails for
// whatever keeps them, or the catalog, away.
Result<LintProject> open_validation(const Call& call);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_LINT_PROJECT_H_
