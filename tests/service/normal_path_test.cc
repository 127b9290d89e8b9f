// SPDX-License-Identifier: Apache-2.0

#include "service/normal_path.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sotto {
namespace {

// All texts of up to 8 characters of "/", "." and "a".
std::vector<std::string> small_paths() {
  std::vector<std::string> paths{""};
  for (std::size_t i = 0; paths[i].size() < 8; ++i) {
    for (const char c : {'/', '.', 'a'}) paths.push_back(paths[i] + c);
  }
  return paths;
}

TEST(NormalPath, IsWhatTheStandardLibraryMakes) {
  for (const std::string& path : small_paths()) {
    // As paths: of slashes alone, the library keeps all of them.
    EXPECT_EQ(std::filesystem::path(normal_path(path)),
              std::filesystem::path(path).lexically_normal())
        << '"' << path << '"';
  }
}

TEST(NormalPath, InAFolderIsWhatTheStandardLibraryMakes) {
  for (const std::filesystem::path folder :
       {"", "/", "/x", "/x/", "x/y", "..", "/x/./y"}) {
    for (const std::string path :
         {"", "a", "a/b", "./a", "../a", "../../a", "/a/../b", "a/", "."}) {
      EXPECT_EQ(path_in(folder.native(), path).native(),
                (folder / path).lexically_normal().native())
          << folder << " / " << path;
    }
  }
}

TEST(NormalPath, TheFolderOfAFileHasItsSlash) {
  EXPECT_EQ(folder_part("/a/b"), "/a/");
  EXPECT_EQ(folder_part("/a"), "/");
  EXPECT_EQ(folder_part("a"), "");
}

}  // namespace
}  // namespace sotto
