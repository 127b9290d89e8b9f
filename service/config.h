// SPDX-License-Identifier: Apache-2.0
//
// sotto.json, the environment and the flags, made into one Config.
// docs/configuration.md is the manual of all three.

#ifndef SOTTO_SERVICE_CONFIG_H_
#define SOTTO_SERVICE_CONFIG_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "resolver/cached_store.h"
#include "resolver/lint.h"
#include "store/vault_store.h"

namespace sotto {

// The name under which a configuration is looked for.
inline constexpr std::string_view kConfigName = "sotto.json";
inline constexpr std::size_t kMaxConfigBytes = 1u << 20;

// A store of type "vault".
struct VaultConfig {
  VaultOptions options;  // Without what the environment says.
  CacheLimits cache;
};

// One member of "stores". All paths of a Config are absolute.
struct StoreConfig {
  std::string name;
  // Of type "local": the file, and the one that holds its key; without that, a
  // passphrase opens the store.
  std::filesystem::path path;
  std::filesystem::path key_file;
  // Of another type; its place is not on this machine.
  std::optional<VaultConfig> vault = {};

  bool is_remote() const { return vault.has_value(); }
  std::string_view type() const { return is_remote() ? "vault" : "local"; }
};

// The member "lint": which rules count where. A pattern is a line of a
// .gitignore that would stand beside the file.
struct LintTable {
  using Levels = std::map<std::string, RuleLevel, std::less<>>;

  Levels rules;
  // What is looked at in folders; none: "*.json" and "*.jsonl".
  std::optional<std::vector<std::string>> include;
  std::vector<std::string> exclude;
  std::map<std::string, Levels> paths;  // By pattern.
  // The members of NodeTable that are not to be what they are by default.
  std::optional<std::vector<std::string>> type_members;
  std::optional<std::vector<std::string>> url_members;
  std::optional<std::vector<std::string>> log_types;
  std::optional<std::vector<std::string>> log_members;
};

struct Config {
  std::filesystem::path file;       // Empty: there is none.
  Scope scope;                      // Whose secrets are meant.
  std::vector<StoreConfig> stores;  // Sorted by name.
  std::string default_store;        // Where a new secret goes.
  std::filesystem::path catalog;
  bool development = false;
  // No value is ever in memory that is not locked: an engine fails instead.
  bool strict_memory = false;
  std::filesystem::path overrides;        // Read in development mode alone.
  std::filesystem::path passphrase_file;  // Empty: the caller is asked.
  LintTable lint;
  GroupSchemas groups;

  const StoreConfig* find_store(std::string_view name) const;
};

// What flags say; whatever is set wins over the environment and the file.
struct ConfigOptions {
  std::filesystem::path file;    // --config; empty: SOTTO_CONFIG, else found.
  std::filesystem::path folder;  // Where the search begins; empty: here.
  std::optional<std::string> scope;
  std::optional<std::string> store;  // The default store.
  bool development = false;
  bool strict_memory = false;
};

// Looks for sotto.json in `folder` and upwards; empty if there is none. Fails
// with kNoMemory.
Result<std::filesystem::path> find_config(const std::filesystem::path& folder);

// Reads the configuration: the file that the options or SOTTO_CONFIG name,
// else the one that is found, else none (a Config without stores). Then the
// environment, then the options.
//
// Fails with kInvalidConfig, saying where; kUntrusted if a file that was
// merely found asks for what needs trust (service/trust.h); kUsage for a bad
// option; kIo.
Result<Config> load_config(const ConfigOptions& options);

// What SOTTO_STRICT_MEMORY says, for who handles a value before there is a
// configuration. Fails with kInvalidConfig.
Result<std::optional<bool>> strict_memory_variable();

// One file by itself. `text` is its content.
Result<Config> parse_config(const std::filesystem::path& file,
                            std::string_view text);

// The text that `sotto init` writes, for a local store.
std::string default_config_text(const Scope& scope, bool with_key_file);
// The same for a Vault.
std::string vault_config_text(const Scope& scope, std::string_view address);

}  // namespace sotto

#endif  // SOTTO_SERVICE_CONFIG_H_
