// SPDX-License-Identifier: Apache-2.0

#include "service/find_documents.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class FindDocuments : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = fs::current_path();
    fs::current_path(folder_.path());
  }
  void TearDown() override { fs::current_path(before_); }

  void write(const std::string& name, std::string_view text = "{}") {
    folder_.write(name, text);
  }

  FoundDocuments find(const Names& operands) {
    FindOptions options;
    options.enters = [](const std::string&) { return true; };
    options.takes = [](const std::string& file) {
      return file.ends_with(".json");
    };
    auto found = find_documents(operands, options);
    EXPECT_TRUE(found) << error_of(found);
    return found ? *std::move(found) : FoundDocuments{};
  }

  Names names(const Names& operands) {
    FoundDocuments found = find(operands);
    for (const Error& error : found.errors) ADD_FAILURE() << describe(error);
    return found.names;
  }

  TempFolder folder_;
  fs::path before_;
};

TEST_F(FindDocuments, OfFilesAndFoldersAreSortedAndUnique) {
  write("b/z.json");
  write("b/c/a.json");
  write("a.json");
  write("b/readme.md");
  EXPECT_EQ(names({"."}), (Names{"a.json", "b/c/a.json", "b/z.json"}));
  EXPECT_EQ(names({"b", "./b//z.json", "b/"}),
            (Names{"b/c/a.json", "b/z.json"}));
  EXPECT_EQ(names({"b/readme.md", "-", "a.json"}),
            (Names{"-", "a.json", "b/readme.md"}));
  EXPECT_EQ(names({folder_.path().native() + "/b/c/."}),
            Names{folder_.path().native() + "/b/c/a.json"});
  // Whether it is there is found when it is read.
  EXPECT_EQ(names({"gone.json"}), Names{"gone.json"});
}

TEST_F(FindDocuments, OfGlobsAreWhatTheyMatch) {
  write("flows/a.json");
  write("flows/b.txt");
  write("flows/x/c.json");
  write("flows/x/y/d.json");
  write("a[1].json");
  EXPECT_EQ(names({"flows/*.json"}), Names{"flows/a.json"});
  EXPECT_EQ(names({"flows/*"}), (Names{"flows/a.json", "flows/b.txt"}));
  EXPECT_EQ(names({"flows/**/*.json"}),
            (Names{"flows/a.json", "flows/x/c.json", "flows/x/y/d.json"}));
  EXPECT_EQ(names({"**/[cd].json"}),
            (Names{"flows/x/c.json", "flows/x/y/d.json"}));
  EXPECT_EQ(names({"./fl?ws/x/*.json"}), Names{"flows/x/c.json"});
  EXPECT_EQ(names({"a[1].json"}), Names{"a[1].json"});
  const FoundDocuments none = find({"flows/*.yaml", "nowhere/*.json"});
  ASSERT_EQ(none.errors.size(), 2u);
  EXPECT_EQ(describe(none.errors[0]), "io: \"flows/*.yaml\" matches no file");
  EXPECT_EQ(describe(none.errors[1]), "io: \"nowhere/*.json\" matches no file");
}

TEST_F(FindDocuments, LeaveOutWhatGitIgnoresUnlessItIsNamed) {
  write(".git/HEAD", "");
  write(".git/config.json");
  write(".git/info/exclude", "local.json\n");
  write(".gitignore", "build/\n*.tmp.json\n");
  write("a.json");
  write("a.tmp.json");
  write("local.json");
  write("build/b.json");
  write("x/.gitignore", "!keep.tmp.json\n");
  write("x/keep.tmp.json");
  EXPECT_EQ(names({"."}), (Names{"a.json", "x/keep.tmp.json"}));
  EXPECT_EQ(names({"*.json"}), Names{"a.json"});
  EXPECT_EQ(names({"x"}), Names{"x/keep.tmp.json"});
  EXPECT_EQ(names({"build", "a.tmp.json"}),
            (Names{"a.tmp.json", "build/b.json"}));
}

TEST_F(FindDocuments, FollowLinksToFilesAndNotToFolders) {
  write("real/a.json");
  fs::create_directory_symlink("..", folder_ / "real/up");
  fs::create_directory_symlink("real", folder_ / "other");
  fs::create_symlink("a.json", folder_ / "real/link.json");
  fs::create_symlink("nowhere", folder_ / "real/lost.json");
  fs::create_symlink("itself.json", folder_ / "real/itself.json");
  ASSERT_EQ(::mkfifo((folder_ / "real/fifo.json").c_str(), 0600), 0);
  EXPECT_EQ(names({"."}), (Names{"real/a.json", "real/itself.json",
                                 "real/link.json", "real/lost.json"}));
  EXPECT_EQ(names({"other"}), (Names{"other/a.json", "other/itself.json",
                                     "other/link.json", "other/lost.json"}));
}

TEST_F(FindDocuments, TellWhatCannotBeLookedInto) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may look into everything";
  write("a.json");
  write("closed/b.json");
  write("x/c.json");
  write("x/.gitignore", "*.json\n");
  fs::permissions(folder_ / "closed", fs::perms::none);
  fs::permissions(folder_ / "x/.gitignore", fs::perms::none);
  const FoundDocuments found = find({"."});
  fs::permissions(folder_ / "closed", fs::perms::owner_all);
  EXPECT_EQ(found.names, (Names{"a.json", "x/c.json"}));
  ASSERT_EQ(found.errors.size(), 2u);
  EXPECT_EQ(describe(found.errors[0]),
            "io: cannot look into \"closed\": permission denied");
}

TEST_F(FindDocuments, AreAsManyAndLieAsDeepAsTheyLike) {
  std::string deep = ".";
  for (int i = 0; i < 400; ++i) deep += "/d";
  fs::create_directories(deep);
  folder_.write(deep + "/x.json", "{}");
  fs::create_directory("many");
  for (int i = 0; i < 5000; ++i) {
    folder_.write(fmt::format("many/{:04}.json", i), "");
  }
  const Names found = names({"."});
  ASSERT_EQ(found.size(), 5001u);
  EXPECT_EQ(found[5000], "many/4999.json");
}

TEST(AbsoluteName, IsInNormalForm) {
  EXPECT_EQ(*absolute_name("-"), "");
  EXPECT_EQ(*absolute_name("/a/../b//c.json"), "/b/c.json");
  EXPECT_EQ(*absolute_name("x/./y"), fs::current_path().native() + "/x/y");
}

}  // namespace
}  // namespace sotto::testing
