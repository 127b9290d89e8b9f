// SPDX-License-Identifier: Apache-2.0

#include "service/ignore_rules.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "service/input_file.h"
#include "service/normal_path.h"
#include "service/system_error.h"

namespace sotto {
namespace {

// No .gitignore is near as large.
constexpr std::size_t kMaxIgnoreBytes = 16u << 20;

// Its content; none if there is no such file. A link is none, as for Git.
Result<std::optional<std::string>> read_if_there(const std::string& file) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return system_failure(errno, fmt::format("read \"{}\"", file));
  }
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  SOTTO_ASSIGN_OR_RETURN(InputFile input,
                         read_input_file(file, kMaxIgnoreBytes));
  return std::move(input.bytes);
}

std::string first_line(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  return std::string(text);
}

// Where the repository of `root` keeps what all its work trees share: .git, or
// where a file of that name says.
Result<std::string> git_folder(const std::string& root) {
  std::string folder = root + "/.git";
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> elsewhere,
                         read_if_there(folder));
  constexpr std::string_view kElsewhere = "gitdir: ";
  if (!elsewhere || !elsewhere->starts_with(kElsewhere)) return folder;
  folder =
      path_in(root, first_line(*elsewhere).substr(kElsewhere.size())).native();
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> common,
                         read_if_there(folder + "/commondir"));
  return common ? path_in(folder, first_line(*common)).native() : folder;
}

// "/a/b", "/a", "": the folder itself and those around it, up to the root of
// the repository; the folder alone if it is in none.
std::vector<std::string> up_to_root(const std::string& folder, bool& is_root) {
  std::vector<std::string> folders{folder};
  struct stat info{};
  for (std::string here = folder;; folders.push_back(here)) {
    is_root = ::lstat((here + "/.git").c_str(), &info) == 0;
    if (is_root) return folders;
    if (here.empty()) break;
    here.resize(here.rfind('/'));
  }
  return {folder};
}

}  // namespace

Result<std::vector<PathPattern>> IgnoreRules::read(const std::string& file) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> content,
                         read_if_there(file));
  std::vector<PathPattern> patterns;
  if (!content) return patterns;
  std::string_view text = *content;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto pattern = PathPattern::parse_line(text.substr(0, end))) {
      patterns.push_back(*std::move(pattern));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return patterns;
}

Result<IgnoreRules::Ptr> IgnoreRules::of_folder(const std::string& folder) {
  bool is_root = false;
  const std::vector<std::string> folders = up_to_root(folder, is_root);
  Ptr rules;
  if (is_root) {
    SOTTO_ASSIGN_OR_RETURN(const std::string git, git_folder(folders.back()));
    auto shared = std::make_shared<IgnoreRules>();
    shared->lines_.base_size = folders.back().size() + 1;
    SOTTO_ASSIGN_OR_RETURN(shared->lines_.patterns,
                           read(git + "/info/exclude"));
    rules = std::move(shared);
  }
  for (std::size_t i = folders.size(); i-- > 0;) {
    SOTTO_ASSIGN_OR_RETURN(
        rules, inside(std::move(rules), folders[i], /*has_file=*/true));
  }
  return rules;
}

Result<IgnoreRules::Ptr> IgnoreRules::inside(Ptr outer,
                                             const std::string& folder,
                                             bool has_file) {
  if (!has_file && outer != nullptr) return outer;
  auto rules = std::make_shared<IgnoreRules>();
  rules->lines_.base_size = folder.size() + 1;
  if (has_file) {
    SOTTO_ASSIGN_OR_RETURN(rules->lines_.patterns,
                           read(folder + "/.gitignore"));
  }
  rules->outer_ = std::move(outer);
  return rules;
}

// The last line that matches says it, of the nearest file that has one.
bool IgnoreRules::ignore(std::string_view path, bool is_folder) const {
  for (const IgnoreRules* rules = this; rules != nullptr;
       rules = rules->outer_.get()) {
    const auto& [base_size, patterns] = rules->lines_;
    const auto found =
        std::find_if(patterns.rbegin(), patterns.rend(),
                     [&, base = base_size](const PathPattern& pattern) {
                       return pattern.matches(path.substr(base), is_folder);
                     });
    if (found != patterns.rend()) return !found->is_negated();
  }
  return false;
}

}  // namespace sotto
