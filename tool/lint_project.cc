// SPDX-License-Identifier: Apache-2.0

#include "tool/lint_project.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "service/engine.h"
#include "service/input_file.h"
#include "service/lint_cache.h"
#include "service/locked_catalog.h"
#include "tool/session.h"

namespace sotto::tool {
namespace {

// What is found without a catalog is still worth knowing.
void warn_without_catalog(const Call& call, const Error& error) {
  call.terminal.warn(fmt::format("{}; rules that need the catalog find nothing",
                                 error.message),
                     error.hint);
}

std::optional<Error> why_no_catalog(const Config& config) {
  struct stat info{};
  if (config.stores.empty()) {
    if (config.file.empty()) {
      return Error{ErrorCode::kInvalidConfig,
                   "there is no sotto.json in this folder or above it",
                   "run \"sotto init\", or name one with --config"};
    }
    return Error{
        ErrorCode::kInvalidConfig,
        fmt::format("{}: no store is configured", config.file.native()),
        "add one to \"stores\""};
  }
  if (::stat(config.catalog.c_str(), &info) == 0 || errno != ENOENT) {
    return std::nullopt;
  }
  return Error{
      ErrorCode::kIo,
      fmt::format("there is no catalog at \"{}\"", config.catalog.native()),
      "make it with \"sotto catalog sync\""};
}

// One that cannot be read is told when it is asked: the rules that need no
// catalog are run first.
FactsSource from_lock(const Call& call, const Config& config) {
  auto read = LockedCatalog::read(*call.options.catalog);
  if (!read) {
    return [error = read.error()](std::span<const Template* const>) {
      return Result<LintFacts>(tl::unexpected<Error>(error));
    };
  }
  auto locked = std::make_shared<LockedCatalog>(*std::move(read));
  return [locked,
          scope = config.scope](std::span<const Template* const> templates) {
    return locked->lint_facts(templates, Caller{scope});
  };
}

Result<FactsSource> from_catalog(const Config& config) {
  SOTTO_ASSIGN_OR_RETURN(Engine opened, Engine::open(config));
  auto engine = std::make_shared<Engine>(std::move(opened));
  return [engine](std::span<const Template* const> templates) {
    return engine->lint_facts(templates);
  };
}

}  // namespace

Result<LintProject> open_lint_project(const Call& call) {
  LintProject project;
  auto config = load_config(call);
  const bool is_trusted =
      config || config.error().code != ErrorCode::kUntrusted;
  if (!is_trusted) {
    if (!call.options.catalog) warn_without_catalog(call, config.error());
    config = rules_alone(config_options(call.options));
  }
  SOTTO_RETURN_IF_ERROR(config);
  project.config = *std::move(config);
  const auto why = why_no_catalog(project.config);
  std::string names = call.options.catalog.value_or("");
  if (names.empty() && !why) names = project.config.catalog.native();
  // Before it is read: what changes in between is seen the next time.
  SOTTO_ASSIGN_OR_RETURN(project.cache_key,
                         lint_cache_key(project.config, names, SOTTO_VERSION));
  if (call.options.catalog) {
    project.facts = from_lock(call, project.config);
  } else if (!why) {
    SOTTO_ASSIGN_OR_RETURN(project.facts, from_catalog(project.config));
  } else if (is_trusted) {
    warn_without_catalog(call, *why);
  }
  return project;
}

Result<LintProject> open_validation(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine opened, open_engine(call));
  auto engine = std::make_shared<Engine>(std::move(opened));
  SOTTO_RETURN_IF_ERROR(engine->catalog());
  std::optional<std::size_t> max_calls;
  if (call.options.max_calls) max_calls = *call.options.max_calls;
  LintProject project;
  project.config = engine->config();
  project.validation =
      std::make_shared<Validation>(std::move(engine), max_calls);
  project.facts = [validation = project.validation](
                      std::span<const Template* const> templates) {
    return validation->facts(templates);
  };
  return project;
}

}  // namespace sotto::tool
