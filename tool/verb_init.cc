// SPDX-License-Identifier: Apache-2.0
//
// sotto init

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/secret_memory.h"
#include "service/config.h"
#include "service/output_file.h"
#include "service/report/json_report.h"
#include "service/system_error.h"
#include "service/trust.h"
#include "store/http/client.h"
#include "store/local_store.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

namespace fs = std::filesystem;

// The folder in the making: gone again unless keep() is called.
class NewFolder {
 public:
  static Result<NewFolder> make(fs::path path) {
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) {
        return fail(ErrorCode::kConflict,
                    fmt::format("\"{}\" exists already", path.native()),
                    "nothing was changed");
      }
      return system_failure(errno, fmt::format("make \"{}\"", path.native()));
    }
    return NewFolder(std::move(path));
  }
  NewFolder(NewFolder&& other) noexcept
      : path_(std::exchange(other.path_, fs::path())) {}
  NewFolder& operator=(NewFolder&&) = delete;
  ~NewFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  void keep() { path_.clear(); }

 private:
  explicit NewFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// What holds the values, and what opens that.
enum class NewStore : std::uint8_t { kKeyFile, kPassphrase, kVault };

bool is_there(const fs::path& file) {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0 || errno != ENOENT;
}

// A configuration that is there without its folder, as in a fresh checkout of
// somebody's project: is it of the form that init writes, so that the folder
// can be made to it? Then what is to be made.
Result<NewStore> store_of_config(const Call& call, const fs::path& file,
                                 const fs::path& folder) {
  const auto refuse = [&](std::string_view hint) {
    return fail(ErrorCode::kConflict,
                fmt::format("\"{}\" exists already", file.native()),
                std::string(hint));
  };
  if (is_there(folder) || call.options.scope || call.options.passphrase ||
      call.options.store_type) {
    return refuse("nothing was changed");
  }
  ConfigOptions options;
  options.file = file;
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(options));
  const auto in_folder = [&](const fs::path& path, std::string_view name) {
    return path == fs::absolute(folder / name).lexically_normal();
  };
  const bool is_vault = config.stores.size() == 1 && config.stores[0].vault;
  const bool as_written =
      config.stores.size() == 1 && in_folder(config.catalog, "catalog.db") &&
      (is_vault || (in_folder(config.stores[0].path, "store.db") &&
                    (config.stores[0].key_file.empty() ||
                     in_folder(config.stores[0].key_file, "key"))));
  if (!as_written) {
    return refuse("what it names is elsewhere: nothing was changed");
  }
  if (is_vault) return NewStore::kVault;
  return config.stores[0].key_file.empty() ? NewStore::kPassphrase
                                           : NewStore::kKeyFile;
}

Result<Scope> new_scope(const Options& options) {
  return Scope::parse(options.scope.value_or("platform"));
}

std::string created_text(std::span<const fs::path> files) {
  std::string text;
  for (const fs::path& file : files) {
    text += fmt::format("made {}\n", file.native());
  }
  return text;
}

void tell_what_opens_it(const Call& call, NewStore store) {
  if (call.options.json) return;
  switch (store) {
    case NewStore::kPassphrase:
      call.terminal.say(
          "sotto: hint: the passphrase opens the store: without it nothing "
          "can be read\n");
      return;
    case NewStore::kKeyFile:
      call.terminal.say(
          "sotto: hint: the key opens the store: keep a copy in a safe "
          "place, and do not commit it\n");
      return;
    case NewStore::kVault:
      call.terminal.say(
          "sotto: hint: \"sotto health\" tells whether the Vault lets you in, "
          "\"sotto catalog sync\" finds what it holds\n");
      return;
  }
}

Result<NewStore> wanted_store(const Options& options) {
  if (options.store_type != "vault") {
    return options.passphrase ? NewStore::kPassphrase : NewStore::kKeyFile;
  }
  if (!options.passphrase) return NewStore::kVault;
  return fail(ErrorCode::kUsage,
              "\"--passphrase\" is for a local store, and not for a Vault",
              "keep one of the two flags");
}

// Of the Vault that the new configuration is to name.
Result<std::string> vault_address() {
  for (const char* const name : {"SOTTO_VAULT_ADDR", "VAULT_ADDR"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    auto address = normal_origin(value);
    if (address) return address;
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{}: {}", name, address.error().message),
                address.error().hint);
  }
  return fail(ErrorCode::kUsage, "the address of the Vault is not known",
              "set it, as in: export VAULT_ADDR=https://vault:8200");
}

// Whoever makes a file has looked at it. Where there is no place for the list
// of trusted files, it can be named by hand.
void trust_own(const Call& call, const fs::path& config,
               std::string_view text) {
  if (const auto trusted = record_trust(config, text); !trusted) {
    call.terminal.warn(trusted.error().message, trusted.error().hint);
  }
}

// There is no configuration yet that could ask for it.
Result<void> lock_memory_if_asked(const Options& options) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<bool> variable,
                         strict_memory_variable());
  if (!options.strict_memory && !variable.value_or(false)) return {};
  return require_locked_memory();
}

Result<std::string> new_config_text(const Scope& scope, NewStore store) {
  if (store != NewStore::kVault) {
    return default_config_text(scope, store == NewStore::kKeyFile);
  }
  SOTTO_ASSIGN_OR_RETURN(const std::string address, vault_address());
  return vault_config_text(scope, address);
}

// Fills the new folder; says what it made.
Result<std::vector<fs::path>> fill(const fs::path& folder, NewStore store,
                                   const LocalKey& key) {
  std::vector<fs::path> files{folder / ".gitignore"};
  // Nothing in there is ever to be committed.
  SOTTO_RETURN_IF_ERROR(write_private_file(files.front(), "*\n"));
  if (store != NewStore::kVault) {
    files.push_back(folder / "store.db");
    SOTTO_RETURN_IF_ERROR(LocalStore::create("local", files.back(), key));
  }
  files.push_back(folder / "catalog.db");
  SOTTO_RETURN_IF_ERROR(Catalog::open(files.back(), {.create = true}));
  if (store == NewStore::kKeyFile) files.push_back(key.file);
  return files;
}

}  // namespace

Result<int> run_init(const Call& call) {
  const fs::path config = kConfigName;
  const fs::path folder = ".sotto";
  const bool configured = is_there(config);
  SOTTO_ASSIGN_OR_RETURN(const Scope scope, new_scope(call.options));
  SOTTO_ASSIGN_OR_RETURN(NewStore store, wanted_store(call.options));
  std::string text;
  if (configured) {
    SOTTO_ASSIGN_OR_RETURN(store, store_of_config(call, config, folder));
  } else {
    SOTTO_ASSIGN_OR_RETURN(text, new_config_text(scope, store));
  }
  SOTTO_RETURN_IF_ERROR(lock_memory_if_asked(call.options));
  LocalKey key;
  if (store == NewStore::kPassphrase) {
    SOTTO_ASSIGN_OR_RETURN(key.passphrase, new_passphrase(call));
  } else {
    key.file = folder / "key";
  }

  SOTTO_ASSIGN_OR_RETURN(NewFolder made, NewFolder::make(folder));
  SOTTO_ASSIGN_OR_RETURN(std::vector<fs::path> files, fill(folder, store, key));
  if (!configured) {
    SOTTO_RETURN_IF_ERROR(write_private_file(config, text));
    files.insert(files.begin(), config);
  }
  made.keep();
  if (!configured && store == NewStore::kVault) trust_own(call, config, text);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? created_json(files) : created_text(files)));
  tell_what_opens_it(call, store);
  return 0;
}

}  // namespace sotto::tool
