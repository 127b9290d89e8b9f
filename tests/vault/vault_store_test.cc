// SPDX-License-Identifier: Apache-2.0
//
// Every verb of the store, against a real Vault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "tests/vault/testing_vault.h"

namespace sotto::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VaultStoreTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped()) return;
    store_ = open();
    ASSERT_NE(store_, nullptr);
  }

  std::string value(std::string_view name,
                    std::optional<Version> version = std::nullopt) {
    return value_of(*store_, acme_, name, version);
  }
  Result<Version> set(std::string_view name, std::string_view text,
                      std::optional<Version> expected = std::nullopt) {
    return put(*store_, acme_, name, text, expected);
  }
  std::string fetch_error(std::string_view name) {
    const std::vector<Locator> locators{{acme_, named(name), {}, {}}};
    return error_text(store_->fetch(locators).at(0));
  }
  std::vector<std::string> listed(const std::vector<SecretInfo>& infos) {
    std::vector<std::string> lines;
    for (const SecretInfo& info : infos) {
      lines.push_back(to_string(info.scope) + " " + to_string(info.ref) + " " +
                      std::to_string(info.version) + " " +
                      std::string(to_string(info.state)));
    }
    return lines;
  }

  std::unique_ptr<VaultStore> store_;
};

TEST_F(VaultStoreTest, GivesBackWhatWasPut) {
  EXPECT_EQ(set("github.TOKEN", "s3cret").value(), 1u);
  EXPECT_EQ(value("github.TOKEN"), "s3cret");
  EXPECT_EQ(set("github.TOKEN", "newer").value(), 2u);
  EXPECT_EQ(value("github.TOKEN"), "newer");
  EXPECT_EQ(value("github.TOKEN", 1), "s3cret");
  EXPECT_EQ(
      server().ask(HttpMethod::kGet, at("data", "github")).body["data"]["data"],
      json({{"TOKEN", "newer"}}));
}

TEST_F(VaultStoreTest, KeepsTextAsItIs) {
  const std::string text(
      "\0\x01\"\\/\n<< SECRETS.a.B >>\xC3\xA9\xF0\x9F\x94\x91"
      "\xE2\x80\xA8</script>\x7F",
      41);
  ASSERT_TRUE(set("a.TEXT", text));
  ASSERT_TRUE(set("a.EMPTY", ""));
  EXPECT_EQ(value("a.TEXT"), text);
  EXPECT_EQ(value("a.EMPTY"), "");
}

TEST_F(VaultStoreTest, RefusesWhatIsNoText) {
  EXPECT_EQ(error_text(set("a.BYTES", "\xFF\xFE")),
            "\"a.BYTES\" of org/acme is not text in UTF-8, and store \"vault\" "
            "keeps no other\nhint: set it encoded, as in Base64");
  EXPECT_EQ(value("a.BYTES"), "<missing>");
}

TEST_F(VaultStoreTest, ScopesAndGroupsAndKeysAreApart) {
  ASSERT_TRUE(put(*store_, Scope(), "a.X", "1"));
  ASSERT_TRUE(set("a.X", "2"));
  ASSERT_TRUE(set("a.Y", "3"));
  ASSERT_TRUE(set("ab.X", "4"));
  EXPECT_EQ(value_of(*store_, Scope(), "a.X"), "1");
  EXPECT_EQ(value_of(*store_, Scope(), "a.Y"), "<missing>");
  EXPECT_EQ(value("a.X") + value("a.Y") + value("ab.X"), "234");
  EXPECT_THAT(store_->scopes().value(), ElementsAre(Scope(), acme_));
}

TEST_F(VaultStoreTest, TellsMissingFromDeleted) {
  ASSERT_TRUE(set("a.X", "1"));
  ASSERT_TRUE(set("a.Y", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  EXPECT_EQ(fetch_error("a.X"),
            "\"a.X\" of org/acme is deleted in store \"vault\"\n"
            "hint: sotto secret restore a.X");
  EXPECT_EQ(fetch_error("a.Z"),
            "\"a.Z\" of org/acme is not in store \"vault\"");
  EXPECT_EQ(fetch_error("b.X"),
            "\"b.X\" of org/acme is not in store \"vault\"");
  EXPECT_EQ(value("a.X", 1), "1");
  EXPECT_EQ(value("a.X", 0), "<missing>");
  EXPECT_EQ(value("a.X", 9), "<missing>");
  EXPECT_EQ(value("a.Y"), "2");
  EXPECT_EQ(
      server().ask(HttpMethod::kGet, at("data", "a")).body["data"]["data"],
      json({{"-X", ""}, {"Y", "2"}}));
}

TEST_F(VaultStoreTest, SettingADeletedKeyTakesItsTombstoneAway) {
  ASSERT_TRUE(set("a.X", "1"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  ASSERT_TRUE(set("a.X", "2"));
  EXPECT_EQ(value("a.X"), "2");
  EXPECT_EQ(
      server().ask(HttpMethod::kGet, at("data", "a")).body["data"]["data"],
      json({{"X", "2"}}));
}

TEST_F(VaultStoreTest, RemovingWhatIsNotThereIsAnError) {
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.X")), ErrorCode::kMissing);
  ASSERT_TRUE(set("a.X", "1"));
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.Y")), ErrorCode::kMissing);
  EXPECT_EQ(remove(*store_, acme_, "a.X").value(), 2u);
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.X")), ErrorCode::kDeleted);
}

// V04
TEST_F(VaultStoreTest, V04_FourKindsOf404AreFourAnswers) {
  ASSERT_EQ(write_group("soft", {{"X", "1"}}).status, 200);
  ASSERT_EQ(server().ask(HttpMethod::kDelete, at("data", "soft")).status, 204);
  ASSERT_EQ(write_group("gone", {{"X", "1"}}).status, 200);
  ASSERT_EQ(server().write(at("destroy", "gone"), {{"versions", {1}}}).status,
            204);
  EXPECT_EQ(fetch_error("soft.X"),
            "\"soft.X\" of org/acme is deleted in store \"vault\"\n"
            "hint: sotto secret restore soft.X");
  EXPECT_EQ(fetch_error("gone.X"),
            "\"gone.X\" of org/acme was destroyed in store \"vault\"\n"
            "hint: set it anew");
  EXPECT_EQ(fetch_error("never.X"),
            "\"never.X\" of org/acme is not in store \"vault\"");
  VaultOptions elsewhere = options();
  elsewhere.mount = "nowhere";
  EXPECT_EQ(error_text(
                open(elsewhere)
                    ->fetch(std::vector<Locator>{{acme_, named("a.X"), {}, {}}})
                    .at(0)),
            "store \"vault\" has nothing mounted at \"nowhere\"\nhint: set the "
            "store's \"mount\" and \"namespace\" to where its KV engine is");
}

TEST_F(VaultStoreTest, Version1OfTheEngineIsRefusedByName) {
  VaultOptions old = options();
  old.mount = "kv1";
  const auto store = open(old);
  constexpr const char* kSaid =
      "store \"vault\" has version 1 of the KV engine at \"kv1\": expected "
      "version 2\nhint: upgrade it: vault kv enable-versioning kv1";
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  EXPECT_EQ(error_text(store->fetch(locators).at(0)), kSaid);
  EXPECT_EQ(error_text(put(*store, acme_, "a.X", "1")), kSaid);
  EXPECT_EQ(error_text(store->list(acme_)), kSaid);
  EXPECT_EQ(error_text(store->check()), kSaid);
  EXPECT_EQ(server().ask(HttpMethod::kList, "kv1/data").status, 404);
}

// V05
TEST_F(VaultStoreTest, V05_OnlyTheExpectedVersionIsWritten) {
  EXPECT_EQ(set("a.X", "1", 0).value(), 1u);
  EXPECT_EQ(error_text(set("a.X", "2", 0)),
            "group \"a\" of org/acme was changed by somebody else: expected "
            "none, found version 1\nhint: read it again and repeat the change");
  EXPECT_EQ(set("a.X", "2", 1).value(), 2u);
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.X", 1)), ErrorCode::kConflict);
  EXPECT_EQ(error_code(set("b.X", "2", 3)), ErrorCode::kConflict);
  EXPECT_EQ(value("a.X"), "2");
}

// V21
TEST_F(VaultStoreTest, V21_AGroupThatWasPurgedAndMadeAnewIsAnother) {
  ASSERT_EQ(set("a.X", "old").value(), 1u);
  const Timestamp seen = store_->list_group(acme_, "a")->at(0).updated;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ASSERT_EQ(server().ask(HttpMethod::kDelete, at("metadata", "a")).status, 204);
  ASSERT_EQ(write_group("a", {{"X", "another"}}).status, 200);
  std::vector<GroupWrite> writes(1);
  writes[0].scope = acme_;
  writes[0].group = "a";
  writes[0].changes.push_back({"X", secret("new")});
  writes[0].expected = 1;
  writes[0].expected_created = seen;
  EXPECT_EQ(error_text(store_->put(writes).at(0)),
            "group \"a\" of org/acme was purged and made anew: its version 1 "
            "is not the one that was seen\n"
            "hint: run: sotto catalog sync; then look at it and repeat the "
            "change");
  EXPECT_EQ(value("a.X"), "another");
  writes[0].expected_created = store_->list_group(acme_, "a")->at(0).updated;
  EXPECT_EQ(store_->put(writes).at(0).value_or(0), 2u);
}

TEST_F(VaultStoreTest, ABatchIsStoppedByWhatIsKnownBeforehand) {
  std::vector<GroupWrite> writes(3);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    writes[i].scope = acme_;
    writes[i].group = std::string(1, static_cast<char>('a' + i));
    writes[i].changes.push_back({"X", secret("1")});
  }
  writes[1].expected = 7;
  const auto versions = store_->put(writes);
  EXPECT_EQ(error_text(versions[0]),
            "group \"a\" of org/acme was not written: another write of its "
            "batch was refused");
  EXPECT_EQ(error_code(versions[1]), ErrorCode::kConflict);
  EXPECT_EQ(error_code(versions[2]), ErrorCode::kCancelled);
  EXPECT_EQ(value("a.X") + value("c.X"), "<missing><missing>");
  writes[1].expected = 0;
  for (const auto& version : store_->put(writes)) {
    EXPECT_EQ(version.value_or(0), 1u);
  }
}

TEST_F(VaultStoreTest, OneGroupTwiceInABatchIsTwoVersions) {
  std::vector<GroupWrite> writes(2);
  for (GroupWrite& write : writes) {
    write.scope = acme_;
    write.group = "a";
  }
  writes[0].changes.push_back({"X", secret("1")});
  writes[1].changes.push_back({"Y", secret("2")});
  const auto versions = store_->put(writes);
  EXPECT_EQ(versions[0].value_or(0), 1u);
  EXPECT_EQ(versions[1].value_or(0), 2u);
  EXPECT_EQ(value("a.X") + value("a.Y"), "12");
}

TEST_F(VaultStoreTest, WhatOthersPutIntoAGroupStaysInIt) {
  ASSERT_EQ(write_group("a", {{"X", "1"},
                              {"no name", "kept"},
                              {"N", 1.5},
                              {"O", {{"b", json::array({1, nullptr})}}}})
                .status,
            200);
  ASSERT_EQ(set("a.Y", "2").value(), 2u);
  EXPECT_EQ(
      server().ask(HttpMethod::kGet, at("data", "a")).body["data"]["data"],
      json({{"X", "1"},
            {"Y", "2"},
            {"no name", "kept"},
            {"N", 1.5},
            {"O", {{"b", json::array({1, nullptr})}}}}));
}

// E17
TEST_F(VaultStoreTest, AValueThatIsNoStringIsItsJson) {
  ASSERT_EQ(
      write_group(
          "a", {{"N", 42}, {"T", true}, {"Z", nullptr}, {"O", {{"k", "v\"w"}}}})
          .status,
      200);
  const std::vector<Locator> locators{{acme_, named("a.N"), {}, {}},
                                      {acme_, named("a.T"), {}, {}},
                                      {acme_, named("a.Z"), {}, {}},
                                      {acme_, named("a.O"), {}, {}}};
  std::vector<std::string> texts;
  for (const auto& fetched : store_->fetch(locators)) {
    ASSERT_EQ(error_text(fetched), "");
    EXPECT_EQ(fetched->value.kind, SecretValue::Kind::kJson);
    texts.emplace_back(fetched->value.text.expose());
  }
  EXPECT_THAT(texts, ElementsAre("42", "true", "null", R"({"k":"v\"w"})"));
}

TEST_F(VaultStoreTest, ListsNamesStatesAndVersions) {
  ASSERT_TRUE(set("b.X", "1"));
  ASSERT_TRUE(set("a.Y", "2"));
  ASSERT_TRUE(set("a.X", "3"));
  ASSERT_TRUE(remove(*store_, acme_, "a.Y"));
  ASSERT_TRUE(put(*store_, Scope(), "c.X", "4"));
  ASSERT_EQ(write_group("d", {{"X", "5"}, {"no name", "6"}}).status, 200);
  ASSERT_EQ(server().ask(HttpMethod::kDelete, at("data", "d")).status, 204);
  const auto secrets = store_->list(acme_);
  ASSERT_EQ(error_text(secrets), "");
  EXPECT_THAT(listed(*secrets),
              ElementsAre("org/acme a.X 3 active", "org/acme a.Y 3 deleted",
                          "org/acme b.X 1 active"));
  EXPECT_GT(secrets->at(0).updated.time_since_epoch().count(), 1700000000);
  EXPECT_THAT(listed(store_->list_group(acme_, "a").value()),
              ElementsAre("org/acme a.X 3 active", "org/acme a.Y 3 deleted"));
  EXPECT_THAT(store_->list_group(acme_, "never").value(), IsEmpty());
}

TEST_F(VaultStoreTest, TheKeysOfADeletedGroupAreKnownByOlderVersions) {
  ASSERT_TRUE(set("a.X", "1"));
  ASSERT_TRUE(set("a.Y", "2"));
  ASSERT_EQ(write_group("a", {{"X", "3"}, {"Y", "4"}}).status, 200);
  ASSERT_EQ(server().ask(HttpMethod::kDelete, at("data", "a")).status, 204);
  EXPECT_THAT(listed(store_->list(acme_).value()),
              ElementsAre("org/acme a.X 3 deleted", "org/acme a.Y 3 deleted"));
  EXPECT_EQ(value("a.X"), "<deleted>");
  // A new version of it still knows them.
  ASSERT_EQ(set("a.Z", "5").value(), 4u);
  EXPECT_EQ(value("a.X") + value("a.Z"), "<deleted>5");
}

TEST_F(VaultStoreTest, RestoresTheLastValueOfADeletedSecret) {
  ASSERT_TRUE(set("a.X", "1"));
  ASSERT_TRUE(set("a.X", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  ASSERT_TRUE(set("a.OTHER", "3"));
  EXPECT_EQ(store_->restore(acme_, named("a.X"), {}, {}).value(), 5u);
  EXPECT_EQ(value("a.X") + value("a.OTHER"), "23");
  EXPECT_EQ(store_->restore(acme_, named("a.X"), 1, 5).value(), 6u);
  EXPECT_EQ(value("a.X"), "1");
}

TEST_F(VaultStoreTest, RestoresNothingThatNeverWas) {
  ASSERT_TRUE(set("a.X", "1"));
  const auto restore = [&](std::string_view name,
                           std::optional<Version> version,
                           std::optional<Version> expected) {
    return error_text(store_->restore(acme_, named(name), version, expected));
  };
  EXPECT_EQ(restore("a.Y", {}, {}),
            "\"a.Y\" of org/acme is not in store \"vault\"");
  EXPECT_EQ(restore("b.Y", {}, {}),
            "\"b.Y\" of org/acme is not in store \"vault\"");
  EXPECT_EQ(restore("a.X", 4, {}),
            "\"a.X\" of org/acme has no version 4 in store \"vault\"");
  EXPECT_THAT(restore("a.X", 1, 7), HasSubstr("was changed by somebody else"));
  EXPECT_EQ(value("a.X"), "1");
}

TEST_F(VaultStoreTest, AGroupThatWasDeletedAsAWholeComesBackAsAWhole) {
  ASSERT_EQ(write_group("a", {{"X", "1"}, {"Y", "2"}}).status, 200);
  ASSERT_EQ(server().ask(HttpMethod::kDelete, at("data", "a")).status, 204);
  EXPECT_EQ(store_->restore(acme_, named("a.X"), {}, {}).value(), 2u);
  EXPECT_EQ(value("a.X") + value("a.Y"), "12");
}

TEST_F(VaultStoreTest, HistoryIsNewestFirst) {
  ASSERT_TRUE(set("a.X", "1"));
  ASSERT_TRUE(set("a.Y", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  const auto history = store_->history(acme_, "a");
  ASSERT_EQ(error_text(history), "");
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ(history->at(0).version, 3u);
  EXPECT_THAT(history->at(0).keys, ElementsAre("Y"));
  EXPECT_THAT(history->at(0).changed, ElementsAre("X"));
  EXPECT_THAT(history->at(1).keys, ElementsAre("X", "Y"));
  EXPECT_THAT(history->at(1).changed, ElementsAre("Y"));
  EXPECT_THAT(history->at(2).changed, ElementsAre("X"));
  EXPECT_EQ(error_text(store_->history(acme_, "b")),
            "group \"b\" of org/acme is not in store \"vault\"");
}

TEST_F(VaultStoreTest, AGroupMayLiveElsewhere) {
  VaultOptions mapped = options();
  mapped.paths[{acme_, "github"}] = prefix_ + "/team/github-ci";
  const auto store = open(mapped);
  ASSERT_EQ(server()
                .write("secret/data/" + prefix_ + "/team/github-ci",
                       {{"data", {{"TOKEN", "there"}}}})
                .status,
            200);
  EXPECT_EQ(value_of(*store, acme_, "github.TOKEN"), "there");
  ASSERT_TRUE(put(*store, acme_, "github.OTHER", "new"));
  const auto secrets = store->list(acme_);
  ASSERT_EQ(error_text(secrets), "");
  EXPECT_THAT(listed(*secrets), ElementsAre("org/acme github.OTHER 2 active",
                                            "org/acme github.TOKEN 2 active"));
  EXPECT_EQ(secrets->at(0).path, prefix_ + "/team/github-ci");
  EXPECT_THAT(store->scopes().value(), ElementsAre(acme_));
  // As the catalog has it, in a store that was not told.
  const std::vector<Locator> locators{
      {acme_, named("github.TOKEN"), secrets->at(0).path, {}}};
  EXPECT_EQ(shown(store_->fetch(locators).at(0)), "there");
}

// The goal: exactly G, whatever N is.
TEST_F(VaultStoreTest, NReferencesInGGroupsAreGCalls) {
  constexpr int kGroups = 100;
  std::vector<GroupWrite> writes(kGroups);
  for (int g = 0; g < kGroups; ++g) {
    GroupWrite& write = writes[static_cast<std::size_t>(g)];
    write.scope = acme_;
    write.group = "g" + std::to_string(g);
    for (int k = 0; k < 100; ++k) {
      write.changes.push_back(
          {"K" + std::to_string(k), secret(std::to_string(g * 1000 + k))});
    }
  }
  for (const auto& version : store_->put(writes)) {
    ASSERT_EQ(error_text(version), "");
  }
  for (const int count : {1, 10, 100, 1000, 10000}) {
    std::vector<Locator> locators;
    std::set<std::string> groups;
    for (int i = 0; i < count; ++i) {
      const std::string group = "g" + std::to_string(i % kGroups);
      groups.insert(group);
      locators.push_back(
          {acme_, {group, "K" + std::to_string(i / kGroups)}, {}, {}});
    }
    const auto fresh = open();
    Operation operation;
    const auto fetched = fresh->fetch_within(operation, locators);
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(shown(fetched[static_cast<std::size_t>(i)]),
                std::to_string((i % kGroups) * 1000 + i / kGroups));
    }
    EXPECT_EQ(operation.counts().calls, groups.size());
    EXPECT_EQ(operation.counts().retries, 0u);
    EXPECT_EQ(operation.counts().logins, 0u);
  }
}

// V20
TEST_F(VaultStoreTest, V20_AllKeysOfAGroupAreOfOneVersion) {
  const auto group_of = [](int number) {
    json data;
    for (int k = 0; k < 20; ++k) {
      data["K" + std::to_string(k)] = std::to_string(number);
    }
    return data;
  };
  ASSERT_EQ(write_group("a", group_of(0)).status, 200);
  std::vector<Locator> locators;
  for (int k = 0; k < 20; ++k) {
    locators.push_back({acme_, {"a", "K" + std::to_string(k)}, {}, {}});
  }
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i < 200; ++i) write_group("a", group_of(i));
    done = true;
  });
  int seen = 0;
  while (!done) {
    std::set<std::string> values;
    for (const auto& fetched : store_->fetch(locators)) {
      values.insert(shown(fetched));
    }
    EXPECT_EQ(values.size(), 1u);
    ++seen;
  }
  writer.join();
  EXPECT_GT(seen, 1);
}

// W03
TEST_F(VaultStoreTest, W03_WritersOfOneGroupAllGetTheirWay) {
  constexpr int kWriters = 8;
  constexpr int kWrites = 5;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kWrites; ++i) {
        EXPECT_EQ(error_text(set("a.K" + std::to_string(w), std::to_string(i))),
                  "");
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(store_->list_group(acme_, "a")->at(0).version,
            static_cast<Version>(kWriters * kWrites));
  for (int w = 0; w < kWriters; ++w) {
    EXPECT_EQ(value("a.K" + std::to_string(w)), std::to_string(kWrites - 1));
  }
}

}  // namespace
}  // namespace sotto::testing
