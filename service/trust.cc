// SPDX-License-Identifier: Apache-2.0
//
// The list of trusted files has one line each: the digest of the content
// (BLAKE2b-256, hexadecimal), a blank, and the path.

#include "service/trust.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "base/file_descriptor.h"
#include "base/guarded.h"
#include "service/content_digest.h"
#include "service/input_file.h"
#include "service/output_file.h"
#include "service/system_error.h"
#include "service/user_folder.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTrustBytes = 1u << 20;
constexpr std::chrono::seconds kLockWait{2};
constexpr std::chrono::milliseconds kLockPause{5};

fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path result = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : result;
}

bool lies_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

// The lines of the list; empty if there is none yet.
Result<std::string> read_list(const fs::path& file) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::string();
    return system_failure(errno, fmt::format("read \"{}\"", file.native()));
  }
  if (!is_own_file(info)) {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("\"{}\" must be a file that only you can write",
                            file.native()),
                fmt::format("chmod 600 \"{}\"", file.native()));
  }
  SOTTO_ASSIGN_OR_RETURN(InputFile list, read_input_file(file, kMaxTrustBytes));
  return std::move(list.bytes);
}

// Calls `use(digest, path)` for each line.
template <typename Use>
void for_each_line(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos) {
      use(line.substr(0, blank), line.substr(blank + 1));
    }
  }
}

// The list without the word on `path`.
std::string without_record(std::string_view list, std::string_view path) {
  std::string result;
  for_each_line(list,
                [&](std::string_view its_digest, std::string_view its_path) {
                  if (its_path != path) {
                    result += fmt::format("{} {}\n", its_digest, its_path);
                  }
                });
  return result;
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return {};
  return system_failure(error.value(),
                        fmt::format("make the folder \"{}\"", folder.native()));
}

// Keeps others from changing the list as long as it lives. A file of its own,
// because the list itself is replaced and not written into.
Result<FileDescriptor> lock_list(const fs::path& list) {
  const std::string file = list.native() + ".lock";
  FileDescriptor lock(::open(file.c_str(),
                             O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC,
                             S_IRUSR | S_IWUSR));
  if (!lock) return system_failure(errno, fmt::format("open \"{}\"", file));
  const auto give_up = std::chrono::steady_clock::now() + kLockWait;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return system_failure(errno, fmt::format("lock \"{}\"", file));
    }
    if (std::chrono::steady_clock::now() >= give_up) {
      return fail(ErrorCode::kBusy,
                  fmt::format("\"{}\" is locked by another process, for {} s "
                              "now",
                              file, kLockWait.count()),
                  "try again");
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

// Writes what `change` makes of the list, while no other process does.
template <typename Change>
Result<void> change_list(Change change) {
  SOTTO_ASSIGN_OR_RETURN(const fs::path file, trust_file());
  SOTTO_RETURN_IF_ERROR(make_folder(file.parent_path()));
  SOTTO_ASSIGN_OR_RETURN(const FileDescriptor lock, lock_list(file));
  SOTTO_ASSIGN_OR_RETURN(const std::string before, read_list(file));
  SOTTO_RETURN_IF_ERROR(write_private_file(file, change(before)));
  return {};
}

// Even without an address of its own it says what a credential is used for.
std::string remote_reason(const std::string& name, const VaultOptions& vault) {
  if (vault.address.empty()) {
    return fmt::format("the store \"{}\" is another machine's", name);
  }
  return fmt::format("the store \"{}\" is at \"{}\"", name, vault.address);
}

}  // namespace

std::vector<std::string> reasons_for_trust(const Config& config) {
  std::vector<std::string> reasons;
  const fs::path folder = resolved(config.file.parent_path());
  const auto must_lie_below = [&](const fs::path& path, std::string what) {
    if (path.empty() || lies_below(resolved(path), folder)) return;
    reasons.push_back(
        fmt::format("{} \"{}\" lies outside its folder", what, path.native()));
  };
  for (const StoreConfig& store : config.stores) {
    if (store.vault) {
      reasons.push_back(remote_reason(store.name, store.vault->options));
      continue;
    }
    must_lie_below(store.path, fmt::format("the store \"{}\" at", store.name));
    must_lie_below(
        store.key_file,
        fmt::format("the key file of the store \"{}\" at", store.name));
  }
  must_lie_below(config.catalog, "the catalog");
  must_lie_below(config.overrides, "the file of overrides");
  if (config.development) reasons.emplace_back("it turns development mode on");
  return reasons;
}

Result<fs::path> trust_file() {
  return guarded([&]() -> Result<fs::path> {
    const auto folder = user_folder("XDG_CONFIG_HOME", ".config");
    if (folder) return *folder / "trusted";
    return fail(ErrorCode::kInvalidConfig,
                "neither XDG_CONFIG_HOME nor HOME is set, so there is no place "
                "for the list of trusted files",
                "name the configuration with --config instead");
  });
}

Result<bool> is_trusted(const fs::path& config_file, std::string_view text) {
  return guarded([&]() -> Result<bool> {
    SOTTO_ASSIGN_OR_RETURN(const fs::path file, trust_file());
    SOTTO_ASSIGN_OR_RETURN(const std::string list, read_list(file));
    const std::string path = resolved(config_file).native();
    const std::string digest = content_digest(text);
    bool trusted = false;
    for_each_line(
        list, [&](std::string_view its_digest, std::string_view its_path) {
          trusted = trusted || (its_path == path && its_digest == digest);
        });
    return trusted;
  });
}

Result<void> record_trust(const fs::path& config_file, std::string_view text) {
  return guarded([&]() -> Result<void> {
    const std::string path = resolved(config_file).native();
    if (path.find('\n') != std::string::npos) {
      return fail(
          ErrorCode::kUsage,
          "a path with a line break in it cannot be recorded as trusted");
    }
    return change_list([&](const std::string& before) {
      return fmt::format("{}{} {}\n", without_record(before, path),
                         content_digest(text), path);
    });
  });
}

Result<bool> remove_trust(const fs::path& config_file) {
  return guarded([&]() -> Result<bool> {
    const std::string path = resolved(config_file).native();
    bool was_there = false;
    SOTTO_RETURN_IF_ERROR(change_list([&](const std::string& before) {
      std::string after = without_record(before, path);
      was_there = after.size() != before.size();
      return after;
    }));
    return was_there;
  });
}

}  // namespace sotto
