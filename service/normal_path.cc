// SPDX-License-Identifier: Apache-2.0

#include "service/normal_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sotto {

std::string normal_path(std::string_view path) {
  if (path.empty()) return {};
  const bool absolute = path.front() == '/';
  std::vector<std::string_view> names;
  bool is_folder = false;  // Does it end in a slash, or as if it did?
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    begin = end + 1;
    is_folder = name.empty() || name == "." || name == "..";
    if (name == ".." && !names.empty() && names.back() != "..") {
      names.pop_back();
    } else if (!is_folder || (name == ".." && !absolute)) {
      names.push_back(name);
    }
  }
  if (names.empty()) return absolute ? "/" : ".";
  is_folder = is_folder && names.back() != "..";
  return fmt::format("{}{}{}", absolute ? "/" : "", fmt::join(names, "/"),
                     is_folder ? "/" : "");
}

std::filesystem::path path_in(std::string_view folder, std::string_view path) {
  if (folder.empty() || path.starts_with('/')) return normal_path(path);
  return normal_path(fmt::format("{}/{}", folder, path));
}

std::string_view folder_part(std::string_view file) {
  return file.substr(0, file.rfind('/') + 1);
}

}  // namespace sotto
