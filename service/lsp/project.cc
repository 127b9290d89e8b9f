// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/project.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/guarded.h"
#include "service/input_file.h"
#include "service/normal_path.h"
#include "service/secrets_lock.h"

namespace sotto {
namespace {

// What is said of the rules counts even where the rest does not. A file that
// cannot be read is watched all the same: it may be mended.
Result<Config> watched_rules(const ConfigOptions& options) {
  if (auto rules = rules_alone(options)) return rules;
  Config config;
  config.file = options.file;
  if (config.file.empty()) {
    SOTTO_ASSIGN_OR_RETURN(config.file, find_config(options.folder));
  }
  return config;
}

Error no_configuration() {
  return {ErrorCode::kMissing,
          "there is no sotto.json in this folder or above it",
          "run \"sotto init\", or name one with --config"};
}

}  // namespace

LspProject::LspProject(LintConfig rules, std::optional<Error> trouble)
    : rules_(std::move(rules)), trouble_(std::move(trouble)) {}

Result<std::shared_ptr<LspProject>> LspProject::open(
    const ConfigOptions& options) {
  return guarded([&]() -> Result<std::shared_ptr<LspProject>> {
    std::optional<Error> trouble;
    auto config = load_config(options);
    if (!config) {
      if (config.error().code == ErrorCode::kNoMemory) {
        return tl::unexpected<Error>(config.error());
      }
      trouble = std::move(config.error());
      config = watched_rules(options);
      SOTTO_RETURN_IF_ERROR(config);
    } else if (config->file.empty()) {
      trouble = no_configuration();
    }
    SOTTO_ASSIGN_OR_RETURN(LintConfig rules, LintConfig::make(*config, {}));
    std::shared_ptr<LspProject> project(
        new LspProject(std::move(rules), std::move(trouble)));
    project->scope_ = config->scope;
    if (project->trouble_) {
      project->states_ = project->states();
    } else {
      project->open_catalog(*std::move(config));
    }
    if (project->is_locked_out()) project->open_lock();
    return project;
  });
}

void LspProject::open_catalog(Config config) {
  catalog_ = config.catalog;
  // Its state is taken before it is opened: what changes in between is seen.
  states_ = states();
  auto engine = Engine::open(std::move(config));
  if (engine) {
    const auto catalog = engine->catalog();
    if (catalog) {
      engine_ = *std::move(engine);
    } else {
      trouble_ = catalog.error();
    }
  } else {
    trouble_ = engine.error();
  }
}

// Is there no catalog, by what is known of a configuration whose scope counts?
bool LspProject::is_locked_out() const {
  if (!trouble_ || file().empty()) return false;
  return trouble_->code == ErrorCode::kUntrusted ||
         (!catalog_.empty() && !state_of(catalog_.native()));
}

// Most projects have none, and then the trouble stays what it is.
void LspProject::open_lock() {
  const std::string lock = lock_file();
  if (!state_of(lock)) return;
  auto locked = LockedCatalog::read(lock);
  if (locked) {
    locked_ = *std::move(locked);
    trouble_.reset();
  } else {
    trouble_ = locked.error();
  }
}

std::string LspProject::lock_file() const {
  if (file().empty()) return {};
  return fmt::format("{}{}", folder_part(file().native()), kLockName);
}

Result<const Catalog*> LspProject::catalog() {
  if (locked_) return &locked_->catalog();
  if (!engine_) return nullptr;
  return engine_->catalog();
}

Result<LintFacts> LspProject::lint_facts(
    std::span<const Template* const> templates) {
  if (locked_) return locked_->lint_facts(templates, Caller{scope_});
  if (!engine_) return LintFacts::none();
  return engine_->lint_facts(templates);
}

bool LspProject::has_document(const std::string& path) {
  if (!rules_.takes(path)) return false;
  // A folder that is left out takes all in it along.
  const std::string_view root = folder_part(file().native());
  if (root.empty() || !path.starts_with(root)) return true;
  for (std::size_t end = path.rfind('/'); end >= root.size();
       end = path.rfind('/', end - 1)) {
    if (!rules_.enters(path.substr(0, end))) return false;
  }
  return true;
}

LspProject::States LspProject::states() const {
  const std::string& catalog = catalog_.native();
  return {state_of(rules_.config().file.native()), state_of(catalog),
          state_of(catalog.empty() ? "" : catalog + "-wal"),
          state_of(lock_file())};
}

bool LspProject::is_current() const { return states() == states_; }

// Documents with the same configuration have the same project.
Result<std::string> LspProjects::key_of(const ConfigOptions& options) const {
  if (!options.file.empty()) return options.file.native();
  const char* const named = std::getenv("SOTTO_CONFIG");
  if (named != nullptr && *named != '\0') return std::string(named);
  SOTTO_ASSIGN_OR_RETURN(const std::filesystem::path found,
                         find_config(options.folder));
  return found.native();
}

Result<std::shared_ptr<LspProject>> LspProjects::of(const std::string& path) {
  return guarded([&]() -> Result<std::shared_ptr<LspProject>> {
    ConfigOptions options = flags_;
    if (options.file.empty() && !path.empty()) {
      options.folder = std::string(folder_part(path));
    }
    SOTTO_ASSIGN_OR_RETURN(const std::string key, key_of(options));
    Entry& entry = projects_[key];
    if (entry.project == nullptr || !entry.project->is_current()) {
      entry.options = std::move(options);
      SOTTO_ASSIGN_OR_RETURN(entry.project, LspProject::open(entry.options));
    }
    return entry.project;
  });
}

Result<void> LspProjects::retry() {
  return guarded([&]() -> Result<void> {
    for (auto& [key, entry] : projects_) {
      if (entry.project == nullptr || !entry.project->trouble() ||
          entry.project->file().empty()) {
        continue;
      }
      SOTTO_ASSIGN_OR_RETURN(auto anew, LspProject::open(entry.options));
      const auto& now = anew->trouble();
      if (!now || now->message != entry.project->trouble()->message) {
        entry.project = std::move(anew);
      }
    }
    return {};
  });
}

}  // namespace sotto
