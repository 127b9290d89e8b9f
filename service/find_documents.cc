// SPDX-License-Identifier: Apache-2.0

#include "service/find_documents.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "service/ignore_rules.h"
#include "service/normal_path.h"
#include "service/path_pattern.h"
#include "service/system_error.h"

namespace sotto {
namespace {

Result<std::string> working_folder() {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (!error) return here.native();
  return fail(ErrorCode::kIo, "the working directory cannot be told",
              "change into a folder that exists");
}

// "a/b" for "./a//b/": as it was named, but always the same.
std::string plain_name(std::string_view name) {
  std::string plain = name.starts_with('/') ? "/" : "";
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (part.empty() || part == ".") continue;
    if (!plain.empty() && plain.back() != '/') plain += '/';
    plain += part;
  }
  return plain;
}

std::string in_folder(const std::string& folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

// An absolute path without the '/' at its end: "" for the root.
std::string without_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

enum class Kind : std::uint8_t { kFile, kFolder, kOther };

Kind kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return Kind::kFolder;
  return S_ISREG(mode) ? Kind::kFile : Kind::kOther;
}

struct Entry {
  std::string name;
  Kind kind;
};

// A link counts as the file that it leads to; as a file, too, if it leads
// nowhere, which is told when it is to be read.
Kind kind_of(const dirent& entry, const std::string& path) {
  if (entry.d_type == DT_REG) return Kind::kFile;
  if (entry.d_type == DT_DIR) return Kind::kFolder;
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return Kind::kOther;
  if (!S_ISLNK(info.st_mode)) return kind_of(info.st_mode);
  if (::stat(path.c_str(), &info) != 0) return Kind::kFile;
  return S_ISREG(info.st_mode) ? Kind::kFile : Kind::kOther;
}

// What is in a folder, sorted by name.
Result<std::vector<Entry>> entries_of(const std::string& folder) {
  const std::string what = fmt::format("look into \"{}\"", folder);
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()),
                                                 ::closedir);
  if (open == nullptr) return system_failure(errno, what);
  std::vector<Entry> entries;
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr) {
      if (errno != 0) return system_failure(errno, what);
      break;
    }
    std::string name = entry->d_name;
    if (name == "." || name == ".." || name == ".git") continue;
    const Kind kind = kind_of(*entry, in_folder(folder, name));
    if (kind != Kind::kOther) entries.push_back({std::move(name), kind});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

// A glob: the folder where its wildcards begin, and what counts from there.
struct Glob {
  GlobPattern pattern;
  // How deep a file can lie that it matches; without limit if it has "**".
  std::size_t max_depth = 0;
};

class Finder {
 public:
  Finder(std::string here, const FindOptions& options)
      : here_(std::move(here)), options_(options) {}

  void look_at(const std::string& operand) {
    struct stat info{};
    if (operand == "-") {
      found_.names.push_back(operand);
    } else if (::stat(operand.c_str(), &info) == 0) {
      if (S_ISDIR(info.st_mode)) {
        walk(plain_name(operand), nullptr);
      } else {
        found_.names.push_back(plain_name(operand));
      }
    } else if (has_wildcard(operand)) {
      expand(operand);
    } else {
      found_.names.push_back(plain_name(operand));
    }
  }

  FoundDocuments take() {
    std::ranges::sort(found_.names);
    const auto rest = std::ranges::unique(found_.names);
    found_.names.erase(rest.begin(), rest.end());
    return std::move(found_);
  }

 private:
  struct Folder {
    std::string name;  // As it is shown: "" is the working folder.
    std::string path;  // Absolute, without a '/' at its end.
    std::size_t depth = 0;
    IgnoreRules::Ptr rules;
  };

  void expand(const std::string& operand) {
    const std::string name = plain_name(operand);
    const std::size_t wild = name.find_first_of("*?[");
    const std::size_t slash = name.rfind('/', wild);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    const std::string rest = name.substr(begin);
    Glob glob{GlobPattern(rest)};
    glob.max_depth =
        rest.find("**") != std::string::npos
            ? std::string::npos
            : static_cast<std::size_t>(std::ranges::count(rest, '/'));
    const std::size_t before = found_.names.size() + found_.errors.size();
    const std::string folder = plain_name(name.substr(0, begin));
    struct stat info{};
    if (folder.empty() || ::stat(folder.c_str(), &info) == 0) {
      walk(folder, &glob);
    }
    if (found_.names.size() + found_.errors.size() > before) return;
    note(Error{ErrorCode::kIo, fmt::format("\"{}\" matches no file", operand),
               ""});
  }

  // Folders in folders, without recursion: they may be nested as deeply as
  // somebody likes.
  void walk(const std::string& name, const Glob* glob) {
    Folder first{name, without_slash(path_in(here_, name).native()), 0,
                 nullptr};
    if (auto rules = IgnoreRules::of_folder(first.path)) {
      first.rules = *std::move(rules);
    } else {
      note(std::move(rules.error()));
    }
    const std::size_t prefix =
        name.empty() || name.ends_with('/') ? name.size() : name.size() + 1;
    std::vector<Folder> open{std::move(first)};
    while (!open.empty()) {
      const Folder folder = std::move(open.back());
      open.pop_back();
      look_into(folder, glob, prefix, open);
    }
  }

  void look_into(const Folder& folder, const Glob* glob, std::size_t prefix,
                 std::vector<Folder>& open) {
    auto entries = entries_of(folder.name.empty() ? "." : folder.name);
    if (!entries) {
      note(std::move(entries.error()));
      return;
    }
    const IgnoreRules::Ptr rules = rules_in(folder, *entries);
    const std::size_t first = open.size();
    for (const Entry& entry : *entries) {
      const std::string path = fmt::format("{}/{}", folder.path, entry.name);
      const bool is_folder = entry.kind == Kind::kFolder;
      if (rules != nullptr && rules->ignore(path, is_folder)) continue;
      std::string name = in_folder(folder.name, entry.name);
      if (is_folder) {
        if (glob != nullptr ? folder.depth < glob->max_depth
                            : options_.enters(path)) {
          open.push_back({std::move(name), path, folder.depth + 1, rules});
        }
      } else if (glob != nullptr ? glob->pattern.matches(
                                       std::string_view(name).substr(prefix))
                                 : options_.takes(path)) {
        found_.names.push_back(std::move(name));
      }
    }
    // The last one is the next.
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());
  }

  // Those of the first folder are there already.
  IgnoreRules::Ptr rules_in(const Folder& folder,
                            const std::vector<Entry>& entries) {
    if (folder.depth == 0) return folder.rules;
    const bool has_file = std::ranges::binary_search(
        entries, std::string_view(".gitignore"), {},
        [](const Entry& entry) { return std::string_view(entry.name); });
    auto rules = IgnoreRules::inside(folder.rules, folder.path, has_file);
    if (rules) return *std::move(rules);
    note(std::move(rules.error()));
    return folder.rules;
  }

  void note(Error error) { found_.errors.push_back(std::move(error)); }

  std::string here_;
  const FindOptions& options_;
  FoundDocuments found_;
};

}  // namespace

Result<FoundDocuments> find_documents(std::span<const std::string> operands,
                                      const FindOptions& options) {
  return guarded([&]() -> Result<FoundDocuments> {
    SOTTO_ASSIGN_OR_RETURN(std::string here, working_folder());
    Finder finder(std::move(here), options);
    for (const std::string& operand : operands) finder.look_at(operand);
    return finder.take();
  });
}

Format format_by_name(std::string_view name) {
  const bool is_lines = name.ends_with(".jsonl") || name.ends_with(".ndjson");
  return is_lines ? Format::kLines : Format::kJson;
}

Result<std::string> absolute_name(const std::string& name) {
  return guarded([&]() -> Result<std::string> {
    if (name == "-") return std::string();
    if (name.starts_with('/')) return normal_path(name);
    SOTTO_ASSIGN_OR_RETURN(const std::string here, working_folder());
    return path_in(here, name).native();
  });
}

}  // namespace sotto
