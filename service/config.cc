// SPDX-License-Identifier: Apache-2.0
//
// Where a Config comes from: file, environment, options.

#include "service/config.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "base/edit_distance.h"
#include "base/guarded.h"
#include "service/input_file.h"
#include "service/normal_path.h"
#include "service/trust.h"
#include "service/vault_environment.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

// An environment variable; one that is set to nothing counts as not set.
std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

// A misspelt variable would be ignored without a word, and with it perhaps
// the scope that was meant. Names that resemble none of ours are not ours.
Result<void> check_variable_names() {
  const std::vector<std::string> known{
      "SOTTO_CATALOG",         "SOTTO_CONFIG",          "SOTTO_MODE",
      "SOTTO_OVERRIDES",       "SOTTO_PASSPHRASE_FILE", "SOTTO_SCOPE",
      "SOTTO_STORE",           "SOTTO_STRICT_MEMORY",   "SOTTO_VAULT_ADDR",
      "SOTTO_VAULT_CACERT",    "SOTTO_VAULT_NAMESPACE", "SOTTO_VAULT_PASSWORD",
      "SOTTO_VAULT_SECRET_ID", "SOTTO_VAULT_TOKEN"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with("SOTTO_")) continue;
    const auto meant = nearest(name, known);
    if (!meant || std::getenv(meant->c_str()) != nullptr || *meant == name) {
      continue;
    }
    // Three letters more or less are another word, not a misspelling.
    if (edit_distance(name, *meant, 2) > 2) continue;
    return fail(
        ErrorCode::kInvalidConfig,
        fmt::format("the environment variable \"{}\" is not known", name),
        fmt::format("did you mean \"{}\"?", *meant));
  }
  return {};
}

bool belongs_to_another(const fs::path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) == 0 && info.st_uid != ::geteuid();
}

// A file that was merely found: may it have what it asks for?
Result<void> check_trust(const Config& config, std::string_view text) {
  std::vector<std::string> reasons = reasons_for_trust(config);
  if (belongs_to_another(config.file)) {
    reasons.insert(reasons.begin(), "it belongs to another user");
  }
  if (reasons.empty()) return {};
  SOTTO_ASSIGN_OR_RETURN(const bool trusted, is_trusted(config.file, text));
  if (trusted) return {};
  return fail(ErrorCode::kUntrusted,
              fmt::format("\"{}\" is not trusted: {}", config.file.native(),
                          fmt::join(reasons, "; ")),
              "look at it, then run \"sotto trust\", or name it with --config");
}

Result<Config> load_file(const fs::path& file, bool named) {
  std::error_code error;
  if (fs::is_symlink(file, error) && !fs::exists(file, error) && !error) {
    return fail(ErrorCode::kIo,
                fmt::format("\"{}\" is a link to a file that does not exist",
                            file.native()),
                "mend the link, or name another file with --config");
  }
  SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                         read_input_file(file, kMaxConfigBytes));
  SOTTO_ASSIGN_OR_RETURN(Config config, parse_config(file, input.bytes));
  if (!named) SOTTO_RETURN_IF_ERROR(check_trust(config, input.bytes));
  return config;
}

Result<void> choose_scope(Config& config, const std::string& text,
                          ErrorCode code, std::string_view origin) {
  auto scope = Scope::parse(text);
  if (!scope) {
    if (scope.error().code == ErrorCode::kNoMemory) code = scope.error().code;
    return fail(code, fmt::format("{}: {}", origin, scope.error().message),
                scope.error().hint);
  }
  config.scope = *std::move(scope);
  return {};
}

Result<void> choose_store(Config& config, const std::string& name,
                          ErrorCode code, std::string_view origin) {
  if (config.find_store(name) == nullptr) {
    std::vector<std::string> names;
    for (const StoreConfig& store : config.stores) names.push_back(store.name);
    return fail(code, fmt::format("{}: there is no store \"{}\"", origin, name),
                names.empty()
                    ? std::string("none is configured")
                    : fmt::format("stores: {}", fmt::join(names, ", ")));
  }
  config.default_store = name;
  return {};
}

Result<void> apply_environment(Config& config) {
  constexpr auto kCode = ErrorCode::kInvalidConfig;
  if (const auto scope = variable("SOTTO_SCOPE")) {
    SOTTO_RETURN_IF_ERROR(choose_scope(config, *scope, kCode, "SOTTO_SCOPE"));
  }
  if (const auto store = variable("SOTTO_STORE")) {
    SOTTO_RETURN_IF_ERROR(choose_store(config, *store, kCode, "SOTTO_STORE"));
  }
  if (const auto mode = variable("SOTTO_MODE")) {
    if (*mode != "development" && *mode != "production") {
      return fail(kCode, fmt::format("SOTTO_MODE: unknown mode \"{}\"", *mode),
                  "known modes: production, development");
    }
    config.development = *mode == "development";
  }
  SOTTO_ASSIGN_OR_RETURN(const std::optional<bool> strict,
                         strict_memory_variable());
  config.strict_memory = strict.value_or(config.strict_memory);
  if (auto file = variable("SOTTO_CATALOG")) {
    config.catalog = fs::absolute(*file);
  }
  if (auto file = variable("SOTTO_OVERRIDES")) {
    config.overrides = fs::absolute(*file);
  }
  if (auto file = variable("SOTTO_PASSPHRASE_FILE")) {
    config.passphrase_file = fs::absolute(*file);
  }
  return apply_vault_environment(config);
}

Result<void> apply_options(Config& config, const ConfigOptions& options) {
  if (options.scope) {
    SOTTO_RETURN_IF_ERROR(
        choose_scope(config, *options.scope, ErrorCode::kUsage, "--scope"));
  }
  if (options.store) {
    SOTTO_RETURN_IF_ERROR(
        choose_store(config, *options.store, ErrorCode::kUsage, "--store"));
  }
  if (options.development) config.development = true;
  if (options.strict_memory) config.strict_memory = true;
  return {};
}

// What load_config() does.
Result<Config> read_all(const ConfigOptions& options) try {
  SOTTO_RETURN_IF_ERROR(check_variable_names());
  const fs::path folder =
      options.folder.empty() ? fs::current_path() : options.folder;
  fs::path file = options.file;
  if (file.empty()) file = variable("SOTTO_CONFIG").value_or("");
  const bool named = !file.empty();
  if (named) {
    file = path_in(folder.native(), file.native());
  } else {
    SOTTO_ASSIGN_OR_RETURN(file, find_config(folder));
  }

  Config config;
  if (!file.empty()) {
    SOTTO_ASSIGN_OR_RETURN(config, load_file(file, named));
  }
  SOTTO_RETURN_IF_ERROR(apply_environment(config));
  SOTTO_RETURN_IF_ERROR(apply_options(config, options));
  return config;
} catch (const fs::filesystem_error&) {
  return fail(ErrorCode::kIo, "the working directory cannot be told",
              "change into a folder that exists");
}

}  // namespace

Result<fs::path> find_config(const fs::path& folder) {
  return guarded([&]() -> Result<fs::path> {
    std::error_code error;
    for (std::string here = folder.native();;) {
      if (!here.empty() && !here.ends_with('/')) here += '/';
      fs::path candidate = fmt::format("{}{}", here, kConfigName);
      // Also a link that leads nowhere: to pass it by would take another file,
      // of a folder above, for it.
      if (fs::exists(fs::symlink_status(candidate, error))) return candidate;
      here.resize(here.find_last_not_of('/') + 1);
      if (here.empty()) return fs::path();
      here.resize(folder_part(here).size());
    }
  });
}

Result<std::optional<bool>> strict_memory_variable() {
  return guarded([]() -> Result<std::optional<bool>> {
    const auto text = variable("SOTTO_STRICT_MEMORY");
    if (!text) return std::nullopt;
    if (*text == "true") return true;
    if (*text == "false") return false;
    return fail(ErrorCode::kInvalidConfig,
                "SOTTO_STRICT_MEMORY: expected true or false",
                "take it away to leave it to the configuration");
  });
}

Result<Config> load_config(const ConfigOptions& options) {
  return guarded([&] { return read_all(options); });
}

}  // namespace sotto
