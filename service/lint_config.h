// SPDX-License-Identifier: Apache-2.0
//
// What counts for each document: the "lint" of the configuration, then those of
// every sotto.json below it down to the document's own folder, then the flags.

#ifndef SOTTO_SERVICE_LINT_CONFIG_H_
#define SOTTO_SERVICE_LINT_CONFIG_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "resolver/lint.h"
#include "service/config.h"

namespace sotto {

// What flags say; it wins over every file.
struct LintFlags {
  LintTable::Levels rules;
  std::vector<std::string> include;  // Patterns from the working folder.
  // Of one rule in one document, before a baseline takes some out.
  std::size_t max_per_rule = LintSettings().max_per_rule;
  // Files that are no documents, by absolute path: a baseline.
  std::vector<std::string> not_documents;
};

// For a configuration that does not count as a whole, because it is not trusted
// or for what else is wrong in it: the file that `options` name or that is
// found, with its "lint", its "groups" and whose secrets are meant. None of
// those names a store or a key. Fails as find_config(), read_input_file() and
// parse_config() do; without a file, it is a Config without one.
Result<Config> rules_alone(const ConfigOptions& options);

// Belongs to one thread. All paths are absolute, in normal form.
class LintConfig {
 public:
  // `config.file` may be empty: then files count from the working folder down.
  // Fails with kIo if that cannot be told.
  static Result<LintConfig> make(Config config, LintFlags flags);
  LintConfig(LintConfig&&) noexcept;
  LintConfig& operator=(LintConfig&&) noexcept;
  ~LintConfig();

  const Config& config() const;

  // Not a configuration, nor what the flags say is none.
  bool is_document(const std::string& file) const;

  // Is a folder, a file that is met in one, looked at? See FindOptions.
  bool enters(const std::string& folder);
  bool takes(const std::string& file);

  // For a document; "" is standard input. Shared where they are the same.
  std::shared_ptr<const LintSettings> settings_of(const std::string& file);

  // Of each sotto.json below that cannot be read; it counts as if it were not
  // there.
  const std::vector<Error>& errors() const;

 private:
  struct Impl;
  explicit LintConfig(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LINT_CONFIG_H_
