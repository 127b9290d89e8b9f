// SPDX-License-Identifier: Apache-2.0
//
// What counts for a document that an editor has open: its configuration, and
// the catalog that names are looked up in; where there is none, the
// secrets.lock beside the configuration. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_PROJECT_H_
#define SOTTO_SERVICE_LSP_PROJECT_H_

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "service/config.h"
#include "service/engine.h"
#include "service/file_state.h"
#include "service/lint_config.h"
#include "service/locked_catalog.h"

namespace sotto {

// One configuration as it was read, and its catalog, opened read only when it
// is first needed. Belongs to one thread.
class LspProject {
 public:
  // Of `options.folder`, or of the file that the options name. What cannot be
  // had is a trouble(), not a failure. Fails with kNoMemory, and with kIo where
  // the working folder cannot be told.
  static Result<std::shared_ptr<LspProject>> open(const ConfigOptions& options);

  // The file that it was read from; empty if there is none.
  const std::filesystem::path& file() const { return rules_.config().file; }
  LintConfig& rules() { return rules_; }
  // The secrets.lock beside it, which need not be there.
  std::string lock_file() const;
  // Would `sotto lint` look at it, if it looked at a folder around it?
  bool has_document(const std::string& path);
  // Where a name is looked up, in this order.
  std::vector<Scope> scopes() const { return scope_.lookup_order(); }
  // Null: rules that need a catalog find nothing, and trouble() says why. Fails
  // as Engine::catalog().
  Result<const Catalog*> catalog();
  // As Engine::lint_facts(); without a catalog, none.
  Result<LintFacts> lint_facts(std::span<const Template* const> templates);
  const std::optional<Error>& trouble() const { return trouble_; }

  // Are configuration, catalog and secrets.lock still what they were? If not,
  // it is to be opened anew.
  bool is_current() const;

 private:
  // Of the configuration, the catalog and its write-ahead log, and the lock.
  using States = std::array<std::optional<FileState>, 4>;

  LspProject(LintConfig rules, std::optional<Error> trouble);
  void open_catalog(Config config);
  void open_lock();
  bool is_locked_out() const;
  States states() const;

  LintConfig rules_;
  std::optional<Error> trouble_;
  Scope scope_;
  std::filesystem::path catalog_;
  std::optional<Engine> engine_;
  std::optional<LockedCatalog> locked_;  // In its place.
  States states_;
};

// The projects of all open documents. Belongs to one thread.
class LspProjects {
 public:
  // What flags say; `flags.folder` counts for documents that are in none.
  explicit LspProjects(ConfigOptions flags) : flags_(std::move(flags)) {}

  void set_folder(std::string folder) { flags_.folder = std::move(folder); }

  // Of the document of this path, which may be empty: the same as long as
  // nothing has changed that it was made from. Fails as LspProject::open().
  Result<std::shared_ptr<LspProject>> of(const std::string& path);

  // Tries those again that have a trouble; what became of them, of() tells.
  Result<void> retry();
  // All are opened anew.
  void forget() { projects_.clear(); }

 private:
  Result<std::string> key_of(const ConfigOptions& options) const;

  ConfigOptions flags_;
  struct Entry {
    ConfigOptions options;
    std::shared_ptr<LspProject> project;
  };
  std::map<std::string, Entry> projects_;  // By the configuration's path.
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_PROJECT_H_
