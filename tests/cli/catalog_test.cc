// SPDX-License-Identifier: Apache-2.0
//
// The command with a catalog that it cannot use: what no script can make.

#include "store/catalog.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "store/catalog/schema.h"
#include "store/sqlite/database.h"
#include "tests/cli/testing_canary.h"
#include "tests/cli/testing_process.h"

namespace sotto::testing {
namespace {

class CatalogTrouble : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sotto({"init"}).status, 0);
    write_file(sandbox_.work() / "value", canary("TOKEN"));
    ASSERT_EQ(sotto({"secret", "set", "a.B", "--file", "value"}).status, 0);
    write_file(sandbox_.work() / "flow.json", R"(["<< SECRETS.a.B >>"])");
  }

  Ended sotto(std::vector<std::string> args) {
    Program program;
    program.args = std::move(args);
    program.args.insert(program.args.begin(), command_under_test().string());
    program.folder = sandbox_.work();
    program.environment = sandbox_.environment();
    return run_program(program);
  }

  Result<sqlite::Database> open_catalog() {
    return sqlite::Database::open(catalog(), catalog_schema::kKind,
                                  sqlite::Database::Mode::kReadWrite);
  }

  std::filesystem::path catalog() const {
    return sandbox_.work() / ".sotto" / "catalog.db";
  }

  Sandbox sandbox_;
};

TEST_F(CatalogTrouble, OfANewerVersionIsLeftAlone) {
  {
    auto database = open_catalog();
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE(database->execute("PRAGMA user_version=99"));
  }
  const std::string before = read_file(catalog());
  const Ended ended = sotto({"render", "flow.json"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            "sotto: error: catalog \"" + catalog().string() +
                "\" was written by a newer sotto: expected format 3 at most, "
                "found 99\nsotto: hint: update sotto\n");
  EXPECT_EQ(sotto({"secret", "set", "a.B", "--file", "value"}).status, 3);
  EXPECT_EQ(sotto({"catalog", "sync"}).status, 3);
  EXPECT_EQ(read_file(catalog()), before);
}

TEST_F(CatalogTrouble, W05_LockedIsBusyForWritersAndNothingForReaders) {
  auto database = open_catalog();
  ASSERT_TRUE(database) << database.error().message;
  auto lock =
      sqlite::Transaction::begin(*database, sqlite::Transaction::Kind::kWrite);
  ASSERT_TRUE(lock);
  const Ended rendered = sotto({"render", "flow.json"});
  EXPECT_EQ(rendered.status, 0) << rendered.err;
  EXPECT_EQ(rendered.out, "[\"" + canary("TOKEN") + "\"]");
  const Ended linted = sotto({"lint", "flow.json"});
  EXPECT_EQ(linted.status, 0) << linted.err;
  const Ended written = sotto({"secret", "set", "a.NEW", "--file", "value"});
  EXPECT_EQ(written.status, 3);
  EXPECT_EQ(written.err, "sotto: error: catalog \"" + catalog().string() +
                             "\" is locked by another process, for 2 s now\n"
                             "sotto: hint: try again\n");
}

// One write that cannot be finished, of a process that is gone.
TEST_F(CatalogTrouble, OfOneGroupIsAWarningForThoseWhoWriteAnother) {
  {
    auto database = open_catalog();
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE(database->execute(
        "UPDATE entries SET store = 'gone';"
        "INSERT INTO intents VALUES('local', '', 'a', '2147483647:1', 1)"));
  }
  const Ended other = sotto({"secret", "set", "c.D", "--file", "value"});
  EXPECT_EQ(other.status, 0);
  constexpr std::string_view kReason =
      "a write to group \"a\" of platform in store \"local\" is not finished: "
      "\"a.B\" of platform is in store \"gone\" already: store \"local\" "
      "cannot "
      "hold it too\nsotto: hint: delete it in one of them, with a "
      "configuration that names that store alone\n";
  EXPECT_EQ(other.err, fmt::format("sotto: warning: {}", kReason));
  const Ended same = sotto({"secret", "set", "a.C", "--file", "value"});
  EXPECT_EQ(same.status, 3);
  EXPECT_EQ(same.err, fmt::format("sotto: warning: {}sotto: error: {}", kReason,
                                  kReason));
  EXPECT_EQ(sotto({"catalog", "sync"}).status, 0);
  const Ended after = sotto({"secret", "set", "a.C", "--file", "value"});
  EXPECT_EQ(after.status, 0);
  EXPECT_EQ(after.err, "");
}

TEST_F(CatalogTrouble, ThatIsAnothersWriteIsCountedBySync) {
  {
    auto catalog_file = Catalog::open(catalog(), {});
    ASSERT_TRUE(catalog_file);
    const Intent ours{Scope::platform(), "a", "local"};
    ASSERT_TRUE(catalog_file->begin({&ours, 1}));
  }
  const Ended synced = sotto({"catalog", "sync"});
  EXPECT_EQ(synced.status, 0);
  EXPECT_EQ(synced.out,
            "0 added, 0 changed, 0 removed, 1 unchanged\n"
            "1 group still being written by another process\n");
}

TEST_F(CatalogTrouble, ThatIsNoCatalogIsSaidToBeDamaged) {
  write_file(catalog(), "this is no database");
  const Ended ended = sotto({"render", "flow.json"});
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(ended.err, "sotto: error: catalog \"" + catalog().string() +
                           "\" is damaged\nsotto: hint: delete it and run: "
                           "sotto catalog sync\n");
}

}  // namespace
}  // namespace sotto::testing
