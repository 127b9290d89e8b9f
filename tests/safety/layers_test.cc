// SPDX-License-Identifier: Apache-2.0
//
// Who may include whom (ARCHITECTURE.md), which file may use which library,
// and what no file of the library may do.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/safety/testing_tree.h"

namespace sotto::testing_safety {
namespace {

// Arrows point down only.
const std::map<std::string, std::set<std::string>>& arrows() {
  static const std::map<std::string, std::set<std::string>> table{
      {"base", {}},
      {"grammar", {"base"}},
      {"store", {"base"}},
      {"resolver", {"base", "grammar", "store"}},
      {"render", {"base", "grammar"}},
      {"service", {"base", "grammar", "store", "resolver", "render"}},
      {"tool", {"base", "grammar", "store", "resolver", "render", "service"}},
  };
  return table;
}

// The rooms of store/: each knows the headers of store/ itself, and of other
// rooms only these. What speaks HTTP knows of no store, and what speaks SQLite
// neither.
const std::map<std::string, std::set<std::string>>& rooms_of_store() {
  static const std::map<std::string, std::set<std::string>> table{
      {"store/azure", {}},  {"store/catalog", {"store/sqlite"}},
      {"store/http", {}},   {"store/local", {"store/sqlite"}},
      {"store/sqlite", {}}, {"store/vault", {"store/http"}},
  };
  return table;
}

// A library, by what its includes begin with, and the files that may use it:
// whole paths, or the beginning of one ("store/").
struct Library {
  std::string name;
  std::vector<std::string> files;
  bool in_headers = false;  // Also in a header that is not public.
};

const std::vector<Library>& libraries() {
  static const std::vector<Library> table{
      {"tl/expected.hpp", {"base/result.h"}, true},
      {"fmt/",
       {"base/", "grammar/", "store/", "resolver/", "render/", "service/",
        "tool/"}},
      {"sodium.h",
       {"base/secret_memory.cc", "base/secret_string.cc",
        "base/wiped_buffer.cc", "service/harden_process.cc",
        "service/content_digest.cc", "store/"}},
      {"sanitizer/", {"base/secret_memory.cc"}},
      {"tao/pegtl", {"grammar/"}, true},
      {"sqlite3.h", {"store/sqlite/"}},
      {"curl/", {"store/http/curl_transport.cc"}},
      {"nlohmann/", {"service/config_json.cc"}},
      {"CLI/", {"tool/"}},
  };
  return table;
}

// <vector>, <unistd.h>, <sys/mman.h>: the language and the operating system.
bool is_system_header(const std::string& name) {
  static const std::regex kStandard("[a-z0-9_]+");
  static const std::set<std::string> kSystem{
      "arpa/inet.h", "dlfcn.h",     "malloc.h",  "dirent.h",  "errno.h",
      "fcntl.h",     "immintrin.h", "poll.h",    "pthread.h", "pwd.h",
      "signal.h",    "spawn.h",     "stdio.h",   "stdlib.h",  "string.h",
      "termios.h",   "time.h",      "unistd.h",  "stdint.h",  "stddef.h",
      "arm_neon.h",  "limits.h",    "linux/fs.h"};
  return std::regex_match(name, kStandard) || name.starts_with("sys/") ||
         kSystem.contains(name);
}

const Library* library_of(const std::string& include) {
  for (const Library& library : libraries()) {
    if (include.starts_with(library.name)) return &library;
  }
  return nullptr;
}

bool may_use(const SourceFile& file, const Library& library) {
  if (file.is_header() && !library.in_headers) return false;
  return std::ranges::any_of(library.files, [&](const std::string& allowed) {
    return allowed.ends_with('/') ? file.path.starts_with(allowed)
                                  : file.path == allowed;
  });
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.find('/'));
}

TEST(Layers, TheTreeIsThere) {
  for (const auto& [folder, below] : arrows()) {
    if (folder == "tool") continue;  // May be left out of a checkout.
    EXPECT_TRUE(std::ranges::any_of(product_files(), [&](const auto& file) {
      return file.folder == folder;
    })) << folder;
  }
  EXPECT_GE(public_headers().size(), 20u);
}

TEST(Layers, ArrowsPointDownOnly) {
  for (const SourceFile& file : product_files()) {
    for (const Include& include : includes_of(file.text)) {
      if (!include.quoted) continue;
      const std::string target = folder_of(include.name);
      EXPECT_TRUE(target == file.folder ||
                  arrows().at(file.folder).contains(target))
          << file.path << " includes \"" << include.name << "\"";
    }
  }
}

TEST(Layers, ARoomOfTheStoreKnowsOnlyThoseBelowIt) {
  const auto room_of = [](const std::string& path) {
    return path.substr(0, path.rfind('/'));
  };
  for (const SourceFile& file : product_files()) {
    const std::string room = room_of(file.path);
    if (file.folder != "store" || room == "store") continue;
    for (const Include& include : includes_of(file.text)) {
      const std::string target = room_of(include.name);
      if (!include.quoted || !target.starts_with("store/")) continue;
      EXPECT_TRUE(target == room || rooms_of_store().at(room).contains(target))
          << file.path << " includes \"" << include.name << "\"";
    }
  }
}

TEST(Layers, EveryQuotedIncludeIsAFileOfTheProject) {
  std::set<std::string> paths;
  for (const SourceFile& file : product_files()) paths.insert(file.path);
  for (const SourceFile& file : product_files()) {
    for (const Include& include : includes_of(file.text)) {
      if (!include.quoted) continue;
      EXPECT_TRUE(paths.contains(include.name))
          << file.path << " includes \"" << include.name << "\"";
    }
  }
}

TEST(Layers, LibrariesAreUsedInTheirNamedFilesOnly) {
  for (const SourceFile& file : product_files()) {
    for (const Include& include : includes_of(file.text)) {
      if (include.quoted || is_system_header(include.name)) continue;
      const Library* const library = library_of(include.name);
      ASSERT_NE(library, nullptr) << file.path << " includes <" << include.name
                                  << ">, which is no library of the table";
      EXPECT_TRUE(may_use(file, *library))
          << file.path << " includes <" << include.name << ">";
    }
  }
}

TEST(Layers, OnlyOneFileKnowsTheCommandLineParser) {
  std::vector<std::string> files;
  for (const SourceFile& file : product_files()) {
    for (const Include& include : includes_of(file.text)) {
      if (include.name.starts_with("CLI/")) files.push_back(file.path);
    }
  }
  EXPECT_LE(files.size(), 1u) << testing::PrintToString(files);
}

TEST(Layers, NoPublicHeaderShowsALibrary) {
  for (const SourceFile& file : product_files()) {
    if (!std::ranges::binary_search(public_headers(), file.path)) continue;
    for (const Include& include : includes_of(file.text)) {
      if (file.path == "base/result.h" && include.name == "tl/expected.hpp") {
        continue;
      }
      EXPECT_TRUE(include.quoted || is_system_header(include.name))
          << file.path << " includes <" << include.name << ">";
    }
  }
}

TEST(Layers, PublicHeadersIncludePublicHeadersOnly) {
  for (const SourceFile& file : product_files()) {
    if (!std::ranges::binary_search(public_headers(), file.path)) continue;
    for (const Include& include : includes_of(file.text)) {
      if (!include.quoted) continue;
      EXPECT_TRUE(std::ranges::binary_search(public_headers(), include.name))
          << file.path << " includes \"" << include.name << "\"";
    }
  }
}

TEST(Layers, GrammarAndRenderDoNoInputOrOutput) {
  static const std::set<std::string> kIo{
      "fstream",  "iostream", "filesystem", "cstdio", "stdio.h",
      "unistd.h", "fcntl.h",  "thread",     "mutex",  "cstdlib"};
  for (const SourceFile& file : product_files()) {
    if (file.folder != "grammar" && file.folder != "render") continue;
    for (const Include& include : includes_of(file.text)) {
      // SOTTO_KERNEL, by which tests choose a kernel: the one thing that is
      // read, once.
      if (file.path == "grammar/scanner.cc" && include.name == "cstdlib") {
        continue;
      }
      // What the processor can: the C library knows it already.
      if (include.name == "sys/platform/x86.h") continue;
      EXPECT_FALSE(kIo.contains(include.name) ||
                   include.name.starts_with("sys/"))
          << file.path << " includes <" << include.name << ">";
    }
  }
}

TEST(Layers, TheLibraryNeverPrintsAndNeverExits) {
  static const std::regex kForbidden(
      R"(\bstd::(cout|cerr|clog)\b|\bfmt::print\b|)"
      R"(\b(v|f|vf|d|vd)?printf\s*\(|\bf?puts\s*\(|\bputchar\s*\(|)"
      R"(\b(perror|syslog|abort|exit|_exit|_Exit|quick_exit|terminate)\s*\()");
  for (const SourceFile& file : product_files()) {
    if (file.folder == "tool") continue;
    const std::string code = code_of(file.text);
    std::smatch match;
    EXPECT_FALSE(std::regex_search(code, match, kForbidden))
        << file.path << " calls " << match.str();
  }
}

// The checks above are only as good as their reading of the sources.
TEST(Layers, ReadsCodeAndNotComments) {
  EXPECT_EQ(code_of("a(); // exit(1)\nb(\"exit(2)\", 'x', 1'000);"),
            "a();           \nb(         ,    , 1'000);");
  EXPECT_EQ(code_of("/* x */ R\"(exit(1))\" y"), "                     y");
  const std::vector<Include> includes =
      includes_of("#include <a/b.h>\n  # include \"c/d.h\"\n// #include <e>\n");
  ASSERT_EQ(includes.size(), 2u);
  EXPECT_EQ(includes[0].name, "a/b.h");
  EXPECT_FALSE(includes[0].quoted);
  EXPECT_EQ(includes[1].name, "c/d.h");
  EXPECT_TRUE(includes[1].quoted);
}

}  // namespace
}  // namespace sotto::testing_safety
