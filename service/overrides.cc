// SPDX-License-Identifier: Apache-2.0

#include "service/overrides.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/guarded.h"
#include "service/dotenv.h"
#include "service/input_file.h"
#include "service/system_error.h"

namespace sotto {
namespace {

// Capital letters, digits and '_'.
std::string normalized(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 0x20);
    } else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
      c = '_';
    }
  }
  return result;
}

// Could it mean a secret at all? Everything else in the environment is not
// looked at.
bool has_form(std::string_view name) {
  const std::string capital = normalized(name);
  return (capital.starts_with("PLATFORM__") || capital.starts_with("ORG_")) &&
         capital.find("__") != std::string::npos;
}

tl::unexpected<Error> same_name(std::string_view one, std::string_view other) {
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("{} and {} mean the same secret", one, other),
              "keep one of them");
}

}  // namespace

std::string override_name(const Scope& scope, const SecretRef& ref) {
  return normalized(
      fmt::format("{}__{}__{}", to_string(scope), ref.group, ref.key));
}

Result<Overrides> Overrides::load(const std::filesystem::path& file,
                                  std::span<const char* const> environment) {
  return guarded([&]() -> Result<Overrides> {
    Overrides overrides;
    SOTTO_RETURN_IF_ERROR(overrides.read_file(file));
    SOTTO_RETURN_IF_ERROR(overrides.read_environment(environment));
    return overrides;
  });
}

Result<void> Overrides::read_file(const std::filesystem::path& file) {
  struct stat info{};
  if (file.empty()) return {};
  if (::lstat(file.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return system_failure(errno, fmt::format("read \"{}\"", file.native()));
  }
  if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() ||
      (info.st_mode & 0077) != 0) {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("\"{}\" must be a file of your own with mode 0600",
                            file.native()),
                fmt::format("chmod 600 \"{}\"", file.native()));
  }
  SOTTO_ASSIGN_OR_RETURN(const WipedBuffer text, read_secret_text_file(file));
  SOTTO_ASSIGN_OR_RETURN(std::vector<DotenvEntry> entries,
                         parse_dotenv(text.expose(), file.native()));
  for (DotenvEntry& entry : entries) {
    const std::string source = fmt::format("{}:{}", file.native(), entry.line);
    const auto [it, is_new] = entries_.try_emplace(
        normalized(entry.name), Entry{source, std::move(entry.value)});
    if (!is_new) return same_name(it->second.source, source);
  }
  return {};
}

Result<void> Overrides::read_environment(
    std::span<const char* const> environment) {
  std::map<std::string, std::string> seen;  // From normalized to spelled.
  for (const char* const entry : environment) {
    const std::string_view text = entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name(text.substr(0, equals));
    if (!has_form(name)) continue;
    const auto [it, is_new] = seen.try_emplace(normalized(name), name);
    if (!is_new) {
      return same_name(fmt::format("the variables \"{}\"", it->second),
                       fmt::format("\"{}\"", name));
    }
    SOTTO_ASSIGN_OR_RETURN(SecretString value,
                           SecretString::copy_of(text.substr(equals + 1)));
    entries_.insert_or_assign(
        it->first,
        Entry{fmt::format("the variable {}", name), std::move(value)});
  }
  return {};
}

Result<std::vector<Overrides::Use>> Overrides::bind(
    std::span<const SecretRef> refs, std::span<const Scope> scopes,
    Bindings& bindings) const {
  return guarded([&]() -> Result<std::vector<Use>> {
    std::vector<Use> uses;
    std::map<const Entry*, const SecretRef*> used;
    for (const SecretRef& ref : refs) {
      for (const Scope& scope : scopes) {
        const auto found = entries_.find(override_name(scope, ref));
        if (found == entries_.end()) continue;
        const Entry& entry = found->second;
        const auto [other, is_new] = used.try_emplace(&entry, &ref);
        if (!is_new) {
          return fail(
              ErrorCode::kInvalidConfig,
              fmt::format("{} means both \"{}\" and \"{}\"", entry.source,
                          to_string(*other->second), to_string(ref)),
              "give one of them a value in the store instead");
        }
        SOTTO_ASSIGN_OR_RETURN(SecretString value, entry.value.clone());
        bindings.bind(ref, std::move(value));
        uses.push_back({ref, entry.source});
        break;
      }
    }
    return uses;
  });
}

}  // namespace sotto
