// SPDX-License-Identifier: Apache-2.0
//
// What the linter's tests share: the world of tests/lint/catalog.txt, and
// tokens that look real.

#ifndef SOTTO_TESTS_RESOLVER_TESTING_LINT_H_
#define SOTTO_TESTS_RESOLVER_TESTING_LINT_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "tests/resolver/testing_world.h"

namespace sotto::testing {

std::filesystem::path lint_folder();
std::string read_text(const std::filesystem::path& file);

// A token of each shape, as no other run has it: "%GITHUB%" and the token.
const std::vector<std::pair<std::string, std::string>>& fresh_tokens();
// The text with every %NAME% replaced by its token, and the other way round.
std::string with_tokens(std::string text);
std::string without_tokens(std::string text);

// By the name of a file: .json, .jsonl, all others plain text.
Format format_of(const std::filesystem::path& file);

struct LintWorld {
  LintWorld();

  std::vector<Diagnostic> find(std::string_view document,
                               Format format = Format::kJson) const;
  // find(), as people read it.
  std::string report(const std::string& name, std::string_view document,
                     Format format = Format::kJson) const;

  World world;
  LintSettings settings;
};

// "rule: message", in order.
std::vector<std::string> summary(const std::vector<Diagnostic>& diagnostics);

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_RESOLVER_TESTING_LINT_H_
