// SPDX-License-Identifier: Apache-2.0
//
// What a crash left and cannot be finished: nothing else is in its way, and it
// is not made worse.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/secret_manager.h"
#include "store/catalog/schema.h"
#include "store/sqlite/database.h"
#include "tests/base/testing_folder.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::TempFolder;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kOrg = "org/acme";

class RecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override { world_.stores.add(vault_); }

  // A write that reached the store, and of which the catalog knows nothing.
  void crash(WatchedStore& store, std::string_view name) {
    store.memory.set(scope(kOrg), ref(name), "v");
    const Intent intent{scope(kOrg), ref(name).group, store.name()};
    ASSERT_TRUE(world_.catalog.begin({&intent, 1}).has_value());
  }

  Result<Version> set(std::string_view name) {
    return world_.manager.set({scope(kOrg), "local"}, ref(name), secret("new"),
                              std::nullopt);
  }

  std::vector<std::string> unfinished() const {
    std::vector<std::string> texts;
    for (const UnfinishedWrite& write : world_.manager.unfinished()) {
      texts.push_back(to_string(write.error));
    }
    return texts;
  }

  World world_;
  WatchedStore vault_{"vault"};
};

constexpr char kConflict[] =
    "a write to group \"a\" of org/acme in store \"local\" is not finished: "
    "\"a.K\" of org/acme is in store \"vault\" already: store \"local\" cannot "
    "hold it too\nhint: delete it in one of them, with a configuration that "
    "names that store alone";

TEST_F(RecoveryTest, OneBadGroupIsKeptAndTheOthersAreFinished) {
  world_.enter(kOrg, "a.K", "vault");
  crash(world_.local, "a.K");
  crash(world_.local, "b.K");
  crash(world_.local, "c.K");
  EXPECT_EQ(world_.manager.recover().value(), 2u);
  EXPECT_EQ(world_.entry(kOrg, "b.K"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "c.K"), "1 active local");
  EXPECT_THAT(unfinished(), ElementsAre(kConflict));
  EXPECT_THAT(world_.catalog.intents().value(),
              ElementsAre(Intent{scope(kOrg), "a", "local"}));
}

TEST_F(RecoveryTest, OfAStoreThatDoesNotAnswerAllGroupsAreKept) {
  crash(vault_, "a.K");
  crash(vault_, "b.K");
  crash(world_.local, "c.K");
  vault_.list_error = Error{ErrorCode::kUnreachable, "no answer", "wait"};
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_THAT(
      unfinished(),
      ElementsAre("a write to group \"a\" of org/acme in store \"vault\" is "
                  "not finished: no answer\nhint: wait",
                  "a write to group \"b\" of org/acme in store \"vault\" is "
                  "not finished: no answer\nhint: wait"));
  vault_.list_error.reset();
  EXPECT_EQ(world_.manager.recover().value(), 2u);
  EXPECT_THAT(unfinished(), IsEmpty());
}

// Else the name would live in two stores once the first one answers again.
TEST_F(RecoveryTest, AGroupThatIsUnfinishedInOneStoreIsNotWrittenToAnother) {
  crash(vault_, "a.K");
  vault_.list_error = Error{ErrorCode::kUnreachable, "no answer", ""};
  EXPECT_EQ(world_.manager.recover().value(), 0u);
  const auto refused = set("a.K");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(refused.error().message,
            "a write to group \"a\" of org/acme in store \"vault\" is not "
            "finished: no answer");
  std::vector<ImportItem> items;
  items.push_back({ref("a.L"), secret("v")});
  const auto import =
      world_.manager.import({scope(kOrg), "local"}, std::move(items));
  ASSERT_FALSE(import);
  EXPECT_EQ(import.error(), refused.error());
  EXPECT_EQ(world_.local.puts(), 0u);

  EXPECT_TRUE(set("b.K")) << "it is another group";
  vault_.list_error.reset();
  EXPECT_EQ(set("a.K").value(), 2u) << "in its own store";
  EXPECT_EQ(world_.entry(kOrg, "a.K"), "2 active vault");
  EXPECT_THAT(unfinished(), IsEmpty());
}

TEST_F(RecoveryTest, DeletingOneOfTwoThatLiveEndsTheTrouble) {
  vault_.memory.set(scope(kOrg), ref("a.K"), "other");
  world_.enter(kOrg, "a.K", "vault");
  crash(world_.local, "a.K");
  EXPECT_EQ(world_.manager.recover().value(), 0u);
  EXPECT_EQ(to_string(set("a.K").error()), kConflict);
  EXPECT_TRUE(world_.manager.remove(scope(kOrg), ref("a.K"), {}));
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "a.K"), "1 active local");
  EXPECT_TRUE(set("a.K"));
}

TEST_F(RecoveryTest, TheTroubleOfTheCatalogItselfIsTheError) {
  const TempFolder folder;
  const auto file = folder / "catalog.db";
  Catalog catalog = Catalog::open(file, {.create = true}).value();
  world_.local.memory.set(scope(kOrg), ref("a.K"), "v");
  const Intent intent{scope(kOrg), "a", "local"};
  ASSERT_TRUE(catalog.begin({&intent, 1}));
  auto other = sqlite::Database::open(file, catalog_schema::kKind,
                                      sqlite::Database::Mode::kReadWrite);
  ASSERT_TRUE(other);
  const auto lock =
      sqlite::Transaction::begin(*other, sqlite::Transaction::Kind::kWrite);
  ASSERT_TRUE(lock);
  SecretManager manager(catalog, world_.stores);
  const auto recovered = manager.recover();
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, ErrorCode::kBusy);
  EXPECT_THAT(manager.unfinished(), IsEmpty());
}

}  // namespace
}  // namespace sotto
