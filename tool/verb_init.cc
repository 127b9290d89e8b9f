// SPDX-License-Identifier: Apache-2.0
//
// sotto init

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/secret_memory.h"
#include "service/config.h"
#include "service/json_report.h"
#include "service/output_file.h"
#include "service/system_error.h"
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

bool is_there(const fs::path& file) {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0 || errno != ENOENT;
}

// A configuration that is there without its folder, as in a fresh checkout of
// somebody's project: is it of the form that init writes, so that the folder
// can be made to it? Then whether a passphrase opens the store.
Result<bool> asks_for_passphrase(const Call& call, const fs::path& file,
                                 const fs::path& folder) {
  const auto refuse = [&](std::string_view hint) {
    return fail(ErrorCode::kConflict,
                fmt::format("\"{}\" exists already", file.native()),
                std::string(hint));
  };
  if (is_there(folder) || call.options.scope || call.options.passphrase) {
    return refuse("nothing was changed");
  }
  ConfigOptions options;
  options.file = file;
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(options));
  const auto in_folder = [&](const fs::path& path, std::string_view name) {
    return path == fs::absolute(folder / name).lexically_normal();
  };
  const bool as_written = config.stores.size() == 1 &&
                          in_folder(config.stores[0].path, "store.db") &&
                          in_folder(config.catalog, "catalog.db") &&
                          (config.stores[0].key_file.empty() ||
                           in_folder(config.stores[0].key_file, "key"));
  if (!as_written) {
    return refuse("what it names is elsewhere: nothing was changed");
  }
  return config.stores[0].key_file.empty();
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

void tell_what_opens_it(const Call& call, bool passphrase) {
  if (call.options.json) return;
  call.terminal.say(
      passphrase
          ? "sotto: hint: the passphrase opens the store: without it nothing "
            "can be read\n"
          : "sotto: hint: the key opens the store: keep a copy in a safe "
            "place, and do not commit it\n");
}

// There is no configuration yet that could ask for it.
Result<void> lock_memory_if_asked(const Options& options) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<bool> variable,
                         strict_memory_variable());
  if (!options.strict_memory && !variable.value_or(false)) return {};
  return require_locked_memory();
}

}  // namespace

Result<int> run_init(const Call& call) {
  const fs::path config = kConfigName;
  const fs::path folder = ".sotto";
  const bool configured = is_there(config);
  bool passphrase = call.options.passphrase;
  SOTTO_ASSIGN_OR_RETURN(const Scope scope, new_scope(call.options));
  if (configured) {
    SOTTO_ASSIGN_OR_RETURN(passphrase,
                           asks_for_passphrase(call, config, folder));
  }
  SOTTO_RETURN_IF_ERROR(lock_memory_if_asked(call.options));
  LocalKey key;
  if (passphrase) {
    SOTTO_ASSIGN_OR_RETURN(key.passphrase, new_passphrase(call));
  } else {
    key.file = folder / "key";
  }

  SOTTO_ASSIGN_OR_RETURN(NewFolder made, NewFolder::make(folder));
  // Nothing in there is ever to be committed.
  SOTTO_RETURN_IF_ERROR(write_private_file(folder / ".gitignore", "*\n"));
  SOTTO_RETURN_IF_ERROR(LocalStore::create("local", folder / "store.db", key));
  SOTTO_RETURN_IF_ERROR(Catalog::open(folder / "catalog.db", {.create = true}));
  std::vector<fs::path> files{folder / ".gitignore", folder / "store.db",
                              folder / "catalog.db"};
  if (!configured) {
    SOTTO_RETURN_IF_ERROR(
        write_private_file(config, default_config_text(scope, !passphrase)));
    files.insert(files.begin(), config);
  }
  made.keep();
  if (!passphrase) files.push_back(key.file);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? created_json(files) : created_text(files)));
  tell_what_opens_it(call, passphrase);
  return 0;
}

}  // namespace sotto::tool
