// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kOrg = "org/acme";

class SecretManagerTest : public ::testing::Test {
 protected:
  Result<Version> set(std::string_view name, std::string_view value,
                      std::optional<Version> expected = std::nullopt,
                      const std::string& store = "local") {
    return world_.manager.set({scope(kOrg), store}, ref(name), secret(value),
                              expected);
  }

  std::string value_of(const std::string& name) {
    const std::string document = "<< SECRETS." + name + " >>";
    return bound(world_.resolved(document).bindings, name);
  }

  std::vector<ImportItem> items(
      const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::vector<ImportItem> all;
    for (const auto& [name, value] : pairs) {
      const std::size_t dot = name.find('.');
      all.push_back(
          {{name.substr(0, dot), name.substr(dot + 1)}, secret(value)});
    }
    return all;
  }

  std::size_t open_intents() { return world_.catalog.intents().value().size(); }

  World world_;
};

TEST_F(SecretManagerTest, SetCreatesAndUpdates) {
  EXPECT_EQ(set("g.K", "one").value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
  EXPECT_EQ(value_of("g.K"), "one");
  EXPECT_EQ(set("g.K", "two").value(), 2u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "2 active local");
  EXPECT_EQ(value_of("g.K"), "two");
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, SetRefusesWhatIsNoName) {
  for (const SecretRef& bad :
       {SecretRef{"", "K"}, SecretRef{"g", ""}, SecretRef{"g", "K.L"},
        SecretRef{"-g", "K"}, SecretRef{"g", "K/../L"}, SecretRef{"g.h", "K"},
        SecretRef{"g", std::string(128, 'K')}}) {
    const auto result =
        world_.manager.set({scope(kOrg), "local"}, bad, secret("v"), {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kUsage);
    EXPECT_EQ(world_.manager.remove(scope(kOrg), bad, {}).error().code,
              ErrorCode::kUsage);
    EXPECT_EQ(world_.manager.restore(scope(kOrg), bad, {}, {}).error().code,
              ErrorCode::kUsage);
  }
  EXPECT_EQ(world_.local.puts(), 0u);
  EXPECT_EQ(world_.manager.history(scope(kOrg), "a/b").error().message,
            "this is not the name of a group");
}

TEST_F(SecretManagerTest, SetNamesAStoreThatIsNotConfigured) {
  const auto result = set("g.K", "v", {}, "vault");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(to_string(result.error()),
            "store \"vault\" is not configured\nhint: configured: \"local\"");
  EXPECT_EQ(result.error().code, ErrorCode::kUsage);
}

TEST_F(SecretManagerTest, AKnownGroupStaysInItsStore) {
  WatchedStore vault("vault");
  world_.stores.add(vault);
  ASSERT_TRUE(set("g.K", "v", {}, "local").has_value());
  ASSERT_TRUE(set("g.K", "w", {}, "vault").has_value());
  ASSERT_TRUE(set("g.OTHER", "x", {}, "vault").has_value());
  EXPECT_EQ(vault.puts(), 0u);
  EXPECT_EQ(world_.entry(kOrg, "g.OTHER"), "3 active local");
  ASSERT_TRUE(set("new.K", "y", {}, "vault").has_value());
  EXPECT_EQ(world_.entry(kOrg, "new.K"), "1 active vault");
}

TEST_F(SecretManagerTest, CasConflictsAreReportedAndLeaveNoIntent) {
  ASSERT_TRUE(set("g.K", "one", 0).has_value());
  EXPECT_EQ(set("g.K", "again", 0).error().code, ErrorCode::kConflict);
  EXPECT_EQ(set("g.K", "late", 7).error().code, ErrorCode::kConflict);
  EXPECT_EQ(value_of("g.K"), "one");
  EXPECT_EQ(set("g.K", "two", 1).value(), 2u);
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, AConflictBringsTheCatalogUpToDate) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  world_.local.memory.set(scope(kOrg), ref("g.NEW"), "by somebody else");
  EXPECT_EQ(world_.entry(kOrg, "g.NEW"), "none");
  EXPECT_EQ(set("g.K", "two", 1).error().code, ErrorCode::kConflict);
  EXPECT_EQ(world_.entry(kOrg, "g.NEW"), "2 active local");
}

TEST_F(SecretManagerTest, ARefusedWriteLeavesNoTrace) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  world_.local.instead_of_put = [](auto) {
    WatchedStore::Written refused;
    refused.push_back(fail(ErrorCode::kNoSpace, "the disk is full"));
    return refused;
  };
  const auto result = set("g.K", "two");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(to_string(result.error()), "the disk is full");
  EXPECT_EQ(open_intents(), 0u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
}

TEST_F(SecretManagerTest, W4_AnUnknownOutcomeIsLeftForRecover) {
  world_.local.instead_of_put = [&](std::span<const GroupWrite> writes) {
    (void)world_.local.memory.put(writes);  // It arrived, the answer did not.
    WatchedStore::Written unknown;
    unknown.push_back(fail(ErrorCode::kOutcomeUnknown, "the link went down"));
    return unknown;
  };
  EXPECT_EQ(set("g.K", "one").error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(world_.local.puts(), 1u);  // Not blindly repeated.
  EXPECT_EQ(open_intents(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "none");
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, AStoreThatAnswersTooLittleLeavesTheOutcomeUnknown) {
  world_.local.instead_of_put = [](auto) { return WatchedStore::Written{}; };
  const auto result = set("g.K", "one");
  EXPECT_EQ(result.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(result.error().message,
            "store \"local\" was asked for 1 and answered 0");
  EXPECT_EQ(open_intents(), 1u);
}

TEST_F(SecretManagerTest, AWriteThatTheCatalogDidNotTakeSaysSo) {
  world_.local.list_error = Error{ErrorCode::kIo, "the list failed", ""};
  const auto result = set("g.K", "one");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(to_string(result.error()),
            "secret \"g.K\" was written, but the catalog was not: the list "
            "failed\nhint: finish it with: sotto catalog recover");
  EXPECT_EQ(world_.manager.recover().error().message, "the list failed");
  world_.local.list_error.reset();
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(value_of("g.K"), "one");
}

// Another process writes between our list and our record.
TEST_F(SecretManagerTest, AnotherProcessWritingMeanwhileIsNotLost) {
  int lists = 0;
  world_.local.after_list = [&] {
    if (++lists == 1) {
      world_.local.memory.set(scope(kOrg), ref("g.THEIRS"), "acknowledged");
    }
  };
  ASSERT_TRUE(set("g.OURS", "v").has_value());
  EXPECT_EQ(world_.entry(kOrg, "g.OURS"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "g.THEIRS"), "2 active local");
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, RemoveIsSoftAndRestoreBringsItBack) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  EXPECT_EQ(world_.manager.remove(scope(kOrg), ref("g.K"), 1).value(), 2u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "2 deleted local");
  EXPECT_EQ(value_of("g.K"), "error:deleted");
  EXPECT_EQ(world_.manager.restore(scope(kOrg), ref("g.K"), {}, 2).value(), 3u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "3 active local");
  EXPECT_EQ(value_of("g.K"), "one");
}

TEST_F(SecretManagerTest, RestoreBringsAnEarlierVersionBack) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  ASSERT_TRUE(set("g.K", "two").has_value());
  EXPECT_EQ(world_.manager.restore(scope(kOrg), ref("g.K"), 1, {}).value(), 3u);
  EXPECT_EQ(value_of("g.K"), "one");
}

TEST_F(SecretManagerTest, W9_RemovingWhatIsNotThereIsMissing) {
  const auto expect_missing = [&] {
    const auto result = world_.manager.remove(scope(kOrg), ref("g.K"), {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kMissing);
    EXPECT_EQ(to_string(result.error()), "secret \"g.K\" is not defined");
    EXPECT_EQ(open_intents(), 0u);
  };
  expect_missing();
  world_.define("platform", "g.K", "the platform's");  // Not this scope's.
  expect_missing();
  ASSERT_TRUE(set("g.K", "one").has_value());
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}).has_value());
  const auto twice = world_.manager.remove(scope(kOrg), ref("g.K"), {});
  EXPECT_EQ(twice.error().code, ErrorCode::kDeleted);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "2 deleted local");
  EXPECT_EQ(open_intents(), 0u);
  EXPECT_EQ(
      world_.manager.restore(scope(kOrg), ref("no.K"), {}, {}).error().code,
      ErrorCode::kMissing);
}

TEST_F(SecretManagerTest, RemoveAsksStoresWhoseCatalogMayLackTheName) {
  WatchedStore vault("vault");
  vault.memory.set_complete_catalog(false);
  vault.memory.set(scope(kOrg), ref("g.K"), "v");
  world_.stores.add(vault);
  EXPECT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}).has_value());
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "2 deleted vault");
}

TEST_F(SecretManagerTest, HistoryIsNewestFirstAndSurvivesDeletion) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  ASSERT_TRUE(set("g.L", "two").has_value());
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}).has_value());
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.L"), {}).has_value());
  const auto history = world_.manager.history(scope(kOrg), "g").value();
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(history[0].version, 4u);
  EXPECT_THAT(history[0].keys, IsEmpty());
  EXPECT_EQ(history[2].version, 2u);
  EXPECT_THAT(history[2].keys, ElementsAre("K", "L"));
  EXPECT_THAT(history[2].changed, ElementsAre("L"));
  const auto missing = world_.manager.history(scope(kOrg), "nobody");
  EXPECT_EQ(to_string(missing.error()), "group \"nobody\" is not defined");
  EXPECT_EQ(missing.error().code, ErrorCode::kMissing);
}

TEST_F(SecretManagerTest, ImportIsOneWriteAGroupAndOneBatchAStore) {
  const auto imported =
      world_.manager.import({scope(kOrg), "local"},
                            items({{"b.X", "1"}, {"a.Y", "2"}, {"b.Z", "3"}}));
  EXPECT_EQ(imported.value(), 3u);
  EXPECT_EQ(world_.local.puts(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "b.X"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "b.Z"), "1 active local");
  EXPECT_EQ(value_of("a.Y"), "2");
  EXPECT_EQ(open_intents(), 0u);
  EXPECT_EQ(world_.manager.import({scope(kOrg), "local"}, {}).value(), 0u);
}

TEST_F(SecretManagerTest, ImportChecksEverythingBeforeItWritesAnything) {
  const auto twice =
      world_.manager.import({scope(kOrg), "local"},
                            items({{"a.X", "1"}, {"b.Y", "2"}, {"a.X", "3"}}));
  EXPECT_EQ(twice.error().code, ErrorCode::kUsage);
  EXPECT_EQ(twice.error().message, "secret \"a.X\" is there twice");
  const auto no_name = world_.manager.import(
      {scope(kOrg), "local"}, items({{"a.X", "1"}, {"b.-Y", "2"}}));
  EXPECT_EQ(no_name.error().message, "\"-Y\" is not the name of a key");
  const auto no_store =
      world_.manager.import({scope(kOrg), "vault"}, items({{"a.X", "1"}}));
  EXPECT_EQ(no_store.error().message, "store \"vault\" is not configured");
  EXPECT_EQ(world_.local.puts(), 0u);
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, AnImportThatWasWrittenInPartSaysWhichPart) {
  world_.local.instead_of_put = [&](std::span<const GroupWrite> writes) {
    WatchedStore::Written results =
        world_.local.memory.put(writes.subspan(0, 2));
    results.push_back(fail(ErrorCode::kNoSpace, "the disk is full"));
    return results;
  };
  const auto imported =
      world_.manager.import({scope(kOrg), "local"},
                            items({{"a.X", "1"}, {"b.X", "2"}, {"c.X", "3"}}));
  ASSERT_FALSE(imported.has_value());
  EXPECT_EQ(imported.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(imported.error().message,
            "the disk is full; written nevertheless: groups \"a\", \"b\"");
  EXPECT_EQ(world_.entry(kOrg, "a.X"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "c.X"), "none");
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, AnImportStopsAtTheFirstStoreThatFails) {
  WatchedStore vault("vault");
  world_.stores.add(vault);
  world_.enter(kOrg, "theirs.K", "vault");
  world_.local.instead_of_put = [](std::span<const GroupWrite> writes) {
    WatchedStore::Written refused;
    for (std::size_t i = 0; i < writes.size(); ++i) {
      refused.push_back(fail(ErrorCode::kNoSpace, "the disk is full"));
    }
    return refused;
  };
  const auto imported = world_.manager.import(
      {scope(kOrg), "local"}, items({{"ours.X", "1"}, {"theirs.X", "2"}}));
  EXPECT_EQ(imported.error().message, "the disk is full");
  EXPECT_EQ(vault.puts(), 0u);
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, SyncRebuildsTheCatalogFromTheStores) {
  world_.local.memory.set(scope(kOrg), ref("g.K"), "v");
  world_.local.memory.set(Scope::platform(), ref("p.K"), "v");
  world_.enter(kOrg, "gone.K", "local");
  const SyncReport report = world_.manager.sync().value();
  EXPECT_EQ(report.added, 2u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(report.changed, 0u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
  EXPECT_EQ(world_.entry("platform", "p.K"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "gone.K"), "none");
  const SyncReport again = world_.manager.sync().value();
  EXPECT_EQ(again.unchanged, 2u);
  EXPECT_EQ(again.added + again.changed + again.removed, 0u);
}

TEST_F(SecretManagerTest, SyncChangesNothingIfAStoreCannotBeListed) {
  WatchedStore vault("vault");
  world_.stores.add(vault);
  vault.memory.set(scope(kOrg), ref("v.K"), "v");
  world_.local.memory.set(scope(kOrg), ref("g.K"), "v");
  vault.list_error = Error{ErrorCode::kUnreachable, "no answer", ""};
  EXPECT_EQ(world_.manager.sync().error().message, "no answer");
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "none");
}

TEST_F(SecretManagerTest, SyncDoesNotLoseWhatIsWrittenMeanwhile) {
  world_.local.memory.set(scope(kOrg), ref("g.K"), "v");
  int lists = 0;
  world_.local.after_list = [&] {
    if (++lists != 1) return;
    world_.local.memory.set(scope(kOrg), ref("g.NEW"), "v");
    world_.enter(kOrg, "g.NEW", "local");
  };
  ASSERT_TRUE(world_.manager.sync().has_value());
  EXPECT_EQ(world_.entry(kOrg, "g.NEW"), "2 active local");
}

TEST_F(SecretManagerTest, SyncEndsWithATombstoneBehindALivingName) {
  WatchedStore vault("vault");
  world_.stores.add(vault);
  ASSERT_TRUE(set("g.K", "v").has_value());
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}).has_value());
  vault.memory.set(scope(kOrg), ref("g.K"), "moved");
  ASSERT_TRUE(world_.manager.sync().has_value());
  ASSERT_TRUE(world_.manager.sync().has_value());
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active vault");
}

// What a crash leaves: an intent, and the store before or after the write.
TEST_F(SecretManagerTest, W2_ACrashBeforeTheStoreWasWrittenLeavesTheOldState) {
  ASSERT_TRUE(set("g.K", "old").has_value());
  const Intent intent{scope(kOrg), "g", "local"};
  ASSERT_TRUE(world_.catalog.begin({&intent, 1}).has_value());
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
  EXPECT_EQ(open_intents(), 0u);
  EXPECT_EQ(world_.manager.recover().value(), 0u);
}

TEST_F(SecretManagerTest, W2_ACrashAfterTheStoreWasWrittenLeavesTheNewState) {
  ASSERT_TRUE(set("g.K", "old").has_value());
  const Intent intent{scope(kOrg), "g", "local"};
  ASSERT_TRUE(world_.catalog.begin({&intent, 1}).has_value());
  world_.local.memory.set(scope(kOrg), ref("g.K"), "new");
  world_.local.memory.set(scope(kOrg), ref("g.L"), "also new");
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "2 active local");
  EXPECT_EQ(world_.entry(kOrg, "g.L"), "3 active local");
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, RecoverFinishesWhatItCanAndNamesTheRest) {
  const std::vector<Intent> intents = {{scope(kOrg), "a", "gone"},
                                       {scope(kOrg), "b", "local"},
                                       {Scope::platform(), "c", "local"}};
  ASSERT_TRUE(world_.catalog.begin(intents).has_value());
  world_.local.memory.set(scope(kOrg), ref("b.K"), "v");
  const auto recovered = world_.manager.recover();
  EXPECT_EQ(recovered.error().message, "store \"gone\" is not configured");
  EXPECT_EQ(world_.entry(kOrg, "b.K"), "1 active local");
  EXPECT_THAT(world_.catalog.intents().value(), ElementsAre(intents[0]));
}

}  // namespace
}  // namespace sotto
