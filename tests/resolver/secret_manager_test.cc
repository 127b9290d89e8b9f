// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/base/testing_folder.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::TempFolder;
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

// V21: a version is what the catalog knows of it, its time as well.
TEST_F(SecretManagerTest, V21_AStoreIsToldWhenTheExpectedVersionWasMade) {
  ASSERT_EQ(set("a.X", "1").value(), 1u);
  const SecretRef name = ref("a.X");
  const Scope where = scope(kOrg);
  const Timestamp made =
      world_.catalog.find({&name, 1}, {&where, 1})->front()->updated;
  std::vector<std::optional<Timestamp>> told;
  world_.local.instead_of_put = [&](std::span<const GroupWrite> writes) {
    told.push_back(writes[0].expected_created);
    return world_.local.memory.put(writes);
  };
  ASSERT_EQ(set("a.X", "2", 1).value(), 2u);
  ASSERT_EQ(set("a.X", "3").value(), 3u);
  EXPECT_FALSE(set("a.X", "4", 1));
  ASSERT_TRUE(world_.manager.remove(where, name, 3));
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0], made);
  EXPECT_EQ(told[1], std::nullopt);
  EXPECT_EQ(told[2], std::nullopt);
  EXPECT_GE(told[3].value(), made);
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
            "failed\nhint: finish it with: sotto catalog sync");
  EXPECT_EQ(world_.manager.recover().value(), 0u);
  EXPECT_EQ(world_.manager.unfinished().size(), 1u);
  world_.local.list_error.reset();
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(value_of("g.K"), "one");
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

TEST_F(SecretManagerTest, WhatIsNotDeletedNeedsAVersionToBeRestored) {
  ASSERT_TRUE(set("g.K", "one").has_value());
  ASSERT_TRUE(set("g.L", "other").has_value());
  // Whatever the catalog says: the store knows.
  world_.enter(kOrg, "g.K", "local", SecretState::kDeleted);
  const auto refused = world_.manager.restore(scope(kOrg), ref("g.K"), {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
  EXPECT_EQ(to_string(refused.error()),
            "secret \"g.K\" is not deleted\nhint: to bring an earlier value "
            "back, name its --version; see: sotto secret history g.K");
  EXPECT_EQ(world_.manager.history(scope(kOrg), "g").value().size(), 2u);
  EXPECT_EQ(open_intents(), 0u);
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
    EXPECT_EQ(to_string(result.error()),
              "secret \"g.K\" is not defined\nhint: \"sotto secret list "
              "--all\" shows what is");
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
  EXPECT_EQ(
      to_string(missing.error()),
      "group \"nobody\" is not defined\nhint: \"sotto secret list --all\" "
      "shows what is");
  ASSERT_TRUE(set("github.TOKEN", "one").has_value());
  EXPECT_EQ(to_string(world_.manager.history(scope(kOrg), "githb").error()),
            "group \"githb\" is not defined\nhint: did you mean \"github\"?");
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

TEST_F(SecretManagerTest, SyncForgetsAStoreThatIsNotConfiguredAnyMore) {
  world_.local.memory.set(scope(kOrg), ref("g.K"), "v");
  world_.enter(kOrg, "g.K", "former");
  world_.enter(kOrg, "gone.K", "former");
  const Intent intent{scope(kOrg), "g", "former"};
  ASSERT_TRUE(world_.catalog.begin({&intent, 1}).has_value());
  EXPECT_EQ(world_.manager.recover().value(), 0u);
  EXPECT_EQ(open_intents(), 1u);
  const SyncReport report = world_.manager.sync().value();
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(world_.entry(kOrg, "g.K"), "1 active local");
  EXPECT_EQ(world_.entry(kOrg, "gone.K"), "none");
  EXPECT_EQ(open_intents(), 0u);
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

TEST_F(SecretManagerTest, RecoverFinishesWhatItCanAndLeavesTheRestForSync) {
  const std::vector<Intent> intents = {{scope(kOrg), "a", "gone"},
                                       {scope(kOrg), "b", "local"}};
  ASSERT_TRUE(world_.catalog.begin(intents).has_value());
  world_.local.memory.set(scope(kOrg), ref("b.K"), "v");
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_EQ(world_.entry(kOrg, "b.K"), "1 active local");
  EXPECT_THAT(world_.catalog.intents().value(), ElementsAre(intents[0]));
}

TEST_F(SecretManagerTest, AValueOfMoreThan1MiBIsRefusedBeforeAnythingIsDone) {
  const std::string large((1u << 20) + 1, 'x');
  const auto refused = set("g.K", large);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(to_string(refused.error()),
            "secret \"g.K\" is too large: expected at most 1048576 bytes, "
            "found 1048577");
  const auto imported = world_.manager.import(
      {scope(kOrg), "local"}, items({{"a.X", "1"}, {"b.Y", large}}));
  EXPECT_EQ(imported.error().code, ErrorCode::kLimit);
  EXPECT_EQ(world_.local.puts(), 0u);
  EXPECT_TRUE(set("g.K", large.substr(1)).has_value());
}

TEST_F(SecretManagerTest, AnImportThatIsRefusedInPartIsNotWrittenAtAll) {
  world_.local.instead_of_put = [&](std::span<const GroupWrite> writes) {
    std::vector<GroupWrite> late(2);
    for (std::size_t i = 0; i < late.size(); ++i) {
      late[i].scope = writes[i].scope;
      late[i].group = writes[i].group;
      late[i].changes.push_back({"X", secret("v")});
    }
    late[1].expected = 7;
    return world_.local.memory.put(late);
  };
  const auto imported = world_.manager.import(
      {scope(kOrg), "local"}, items({{"a.X", "1"}, {"b.X", "2"}}));
  ASSERT_FALSE(imported.has_value());
  EXPECT_EQ(imported.error().code, ErrorCode::kConflict);
  EXPECT_EQ(imported.error().message,
            "group \"b\" of org/acme was changed by somebody else: expected "
            "version 7, found none");
  EXPECT_EQ(world_.entry(kOrg, "a.X"), "none");
  EXPECT_EQ(world_.local.memory.list(scope(kOrg)).value().size(), 0u);
  EXPECT_EQ(open_intents(), 0u);
}

TEST_F(SecretManagerTest, AWriteListsItsGroupAndNotItsScope) {
  ASSERT_TRUE(set("other.K", "v").has_value());
  int scopes_listed = 0;
  world_.local.after_list = [&] { ++scopes_listed; };
  ASSERT_TRUE(set("g.K", "v").has_value());
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}).has_value());
  EXPECT_EQ(scopes_listed, 0);
  ASSERT_TRUE(world_.manager
                  .import({scope(kOrg), "local"},
                          items({{"a.X", "1"}, {"b.X", "2"}, {"c.X", "3"}}))
                  .has_value());
  EXPECT_EQ(scopes_listed, 1);
}

// What a store lists is not believed.
TEST_F(SecretManagerTest, WhatAStoreCannotMeanIsMalformed) {
  SecretInfo good;
  good.scope = scope(kOrg);
  good.ref = ref("g.K");
  const auto refused = [&](const std::function<void(SecretInfo&)>& spoil) {
    SecretInfo bad = good;
    spoil(bad);
    world_.local.listed_instead = std::vector{good, bad};
    const auto synced = world_.manager.sync();
    EXPECT_FALSE(synced.has_value());
    EXPECT_TRUE(world_.catalog.list().value().empty());
    if (synced) return std::string();
    EXPECT_EQ(synced.error().code, ErrorCode::kMalformed);
    return synced.error().message;
  };
  world_.local.memory.set(scope(kOrg), ref("g.K"), "v");
  EXPECT_EQ(refused([](SecretInfo& bad) { bad.ref.key = "../K"; }),
            "store \"local\" listed what is not the name of a secret");
  EXPECT_EQ(refused([](SecretInfo& bad) { bad.ref.group = ""; }),
            "store \"local\" listed what is not the name of a secret");
  EXPECT_EQ(refused([](SecretInfo& bad) { bad.scope = scope("org/other"); }),
            "store \"local\" listed a secret of another scope");
  EXPECT_EQ(refused([](SecretInfo&) {}),
            "store \"local\" listed secret \"g.K\" twice");
  EXPECT_EQ(refused([](SecretInfo& bad) {
              bad.ref.key = "L";
              bad.version = ~Version{0};
            }),
            "store \"local\" listed secret \"g.L\" in a state that makes no "
            "sense");
  SecretInfo other = good;
  other.ref.group = "h";
  world_.local.listed_instead = std::vector{other};
  const auto written = set("g.K", "w");
  EXPECT_EQ(written.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(written.error().message,
            "secret \"g.K\" was written, but the catalog was not: store "
            "\"local\" listed a secret of another group");
  world_.local.listed_instead.reset();
  EXPECT_EQ(world_.manager.recover().value(), 1u);
}

// Two processes on one catalog file: while `first` has listed the store and not
// yet recorded it, the second one's write of g.K is done in the store, and it
// goes on to record it.
class TwoWritersTest : public ::testing::Test {
 protected:
  void race(const std::function<void(SecretManager&)>& first) {
    const TempFolder folder;
    const auto file = folder / "catalog.db";
    Catalog one = Catalog::open(file, {.create = true}).value();
    Catalog two = Catalog::open(file, {}).value();
    WatchedStore store("local");
    store.memory.set(scope(kOrg), ref("g.OLD"), "v");
    StoreSet stores;
    stores.add(store);
    SecretManager ours(one, stores);
    SecretManager theirs(two, stores);

    std::promise<void> they_began;
    std::promise<void> we_listed;
    std::promise<void> they_finished;
    auto finished = they_finished.get_future();
    std::atomic<bool> acknowledged = false;
    store.instead_of_put = [&](std::span<const GroupWrite> writes) {
      if (writes[0].changes[0].key == "K") {
        they_began.set_value();
        we_listed.get_future().wait();
      }
      return store.memory.put(writes);
    };
    std::atomic<bool> listed = false;
    store.after_list = [&] {
      if (listed.exchange(true)) return;
      we_listed.set_value();
      // Long enough for them to finish, if nothing stops them.
      (void)finished.wait_for(std::chrono::milliseconds(300));
    };
    store.listing_groups_too = true;

    std::thread second([&] {
      acknowledged =
          theirs.set({scope(kOrg), "local"}, ref("g.K"), secret("theirs"), {})
              .has_value();
      they_finished.set_value();
    });
    they_began.get_future().wait();
    first(ours);
    // Whatever happens to us from here on, nobody would have to repair it.
    second.join();
    ASSERT_TRUE(acknowledged);
    const SecretRef name = ref("g.K");
    const Scope where = scope(kOrg);
    EXPECT_TRUE(one.find({&name, 1}, {&where, 1}).value()[0].has_value());
    EXPECT_TRUE(one.intents().value().empty());
  }
};

TEST_F(TwoWritersTest, AnOlderListingDoesNotUndoAnAcknowledgedWrite) {
  race([](SecretManager& ours) {
    EXPECT_TRUE(ours.set({scope(kOrg), "local"}, ref("g.OURS"), secret("v"), {})
                    .has_value());
  });
}

TEST_F(TwoWritersTest, ASyncDoesNotUndoAnAcknowledgedWrite) {
  race([](SecretManager& ours) { EXPECT_TRUE(ours.sync().has_value()); });
}

}  // namespace
}  // namespace sotto
