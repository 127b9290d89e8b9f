// SPDX-License-Identifier: Apache-2.0
//
// What every store of ours does, asked of each.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/local_store.h"
#include "store/memory_store.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreContractTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("local")) {
      local_ = std::make_unique<LocalFixture>();
      store_ = local_->store.get();
    } else {
      memory_ = std::make_unique<MemoryStore>("local");
      store_ = memory_.get();
    }
    ASSERT_NE(store_, nullptr);
  }

  Result<Version> restore(std::string_view name,
                          std::optional<Version> version = std::nullopt,
                          std::optional<Version> expected = std::nullopt) {
    return store_->restore(acme_, named(name), version, expected);
  }

  std::string value(std::string_view name,
                    std::optional<Version> version = std::nullopt) {
    return value_of(*store_, acme_, name, version);
  }

  std::unique_ptr<LocalFixture> local_;
  std::unique_ptr<MemoryStore> memory_;
  VersionedStore* store_ = nullptr;
  Scope platform_;
  Scope acme_ = org("acme");
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContractTest,
                         ::testing::Values("local", "memory"),
                         [](const auto& tested) { return tested.param; });

TEST_P(StoreContractTest, GivesBackWhatWasPut) {
  EXPECT_EQ(put(*store_, acme_, "github.TOKEN", "s3cret").value(), 1u);
  EXPECT_EQ(value("github.TOKEN"), "s3cret");
  EXPECT_EQ(put(*store_, acme_, "github.TOKEN", "newer").value(), 2u);
  EXPECT_EQ(value("github.TOKEN"), "newer");
}

TEST_P(StoreContractTest, KeepsAnyBytesAndTheEmptyValue) {
  const std::string bytes{"\0\xff\xfe<< SECRETS.a.B >>\n\0", 22};
  ASSERT_TRUE(put(*store_, acme_, "a.BYTES", bytes));
  ASSERT_TRUE(put(*store_, acme_, "a.EMPTY", ""));
  EXPECT_EQ(value("a.BYTES"), bytes);
  EXPECT_EQ(value("a.EMPTY"), "");
}

TEST_P(StoreContractTest, ScopesAndGroupsAndKeysAreApart) {
  ASSERT_TRUE(put(*store_, platform_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.X", "2"));
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "3"));
  ASSERT_TRUE(put(*store_, acme_, "ab.X", "4"));
  EXPECT_EQ(value_of(*store_, platform_, "a.X"), "1");
  EXPECT_EQ(value_of(*store_, platform_, "a.Y"), "<missing>");
  EXPECT_EQ(value("a.X"), "2");
  EXPECT_EQ(value("a.Y"), "3");
  EXPECT_EQ(value("ab.X"), "4");
}

TEST_P(StoreContractTest, AnswersABatchItemByItem) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "2"));
  ASSERT_TRUE(put(*store_, acme_, "b.X", "3"));
  ASSERT_TRUE(remove(*store_, acme_, "b.X"));
  const std::vector<Locator> locators{
      {acme_, named("b.X"), {}, {}}, {acme_, named("a.Y"), {}, {}},
      {acme_, named("c.X"), {}, {}}, {acme_, named("a.X"), {}, Version{1}},
      {acme_, named("a.X"), {}, {}}, {acme_, named("a.Y"), {}, Version{1}}};
  std::vector<std::string> answers;
  for (const auto& answer : store_->fetch(locators)) {
    answers.push_back(shown(answer));
  }
  EXPECT_THAT(answers, ElementsAre("<deleted>", "2", "<missing>", "1", "1",
                                   "<missing>"));
}

TEST_P(StoreContractTest, TheVersionIsTheGroups) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "2"));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  EXPECT_EQ(store_->fetch(locators).at(0)->version, 2u);
}

TEST_P(StoreContractTest, TellsMissingFromDeleted) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}},
                                      {acme_, named("a.Y"), {}, {}},
                                      {acme_, named("b.X"), {}, {}},
                                      {acme_, named("a.X"), {}, Version{9}}};
  const auto answers = store_->fetch(locators);
  EXPECT_EQ(error_text(answers[0]),
            "\"a.X\" of org/acme is deleted in store \"local\"\n"
            "hint: sotto secret restore a.X");
  EXPECT_EQ(error_text(answers[1]),
            "\"a.Y\" of org/acme is not in store \"local\"");
  EXPECT_EQ(error_text(answers[2]),
            "\"b.X\" of org/acme is not in store \"local\"");
  EXPECT_EQ(error_text(answers[3]),
            "\"a.X\" of org/acme has no version 9 in store \"local\"");
}

TEST_P(StoreContractTest, SeveralChangesAreOneVersion) {
  std::vector<GroupWrite> writes(1);
  writes[0].scope = acme_;
  writes[0].group = "a";
  writes[0].changes.push_back({"X", secret("1")});
  writes[0].changes.push_back({"Y", secret("2")});
  EXPECT_EQ(store_->put(writes).at(0).value(), 1u);
  EXPECT_EQ(value("a.X"), "1");
  EXPECT_EQ(value("a.Y"), "2");
}

TEST_P(StoreContractTest, ChangesOfOneGroupHappenTogetherOrNotAtAll) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  std::vector<GroupWrite> writes(1);
  writes[0].scope = acme_;
  writes[0].group = "a";
  writes[0].changes.push_back({"X", secret("2")});
  writes[0].changes.push_back({"NEVER", std::nullopt});
  EXPECT_EQ(error_code(store_->put(writes).at(0)), ErrorCode::kMissing);
  EXPECT_EQ(value("a.X"), "1");
  EXPECT_EQ(store_->history(acme_, "a")->size(), 1u);
}

TEST_P(StoreContractTest, ABatchIsWrittenAsAWholeOrNotAtAll) {
  ASSERT_TRUE(put(*store_, acme_, "c.OLD", "0"));
  std::vector<GroupWrite> writes(3);
  for (GroupWrite& write : writes) write.scope = acme_;
  writes[0].group = "a";
  writes[0].changes.push_back({"X", secret("1")});
  writes[1].group = "b";
  writes[1].changes.push_back({"X", secret("2")});
  writes[1].expected = 7;
  writes[2].group = "c";
  writes[2].changes.push_back({"X", secret("3")});
  const auto versions = store_->put(writes);
  EXPECT_EQ(error_code(versions[0]), ErrorCode::kCancelled);
  EXPECT_EQ(error_text(versions[0]),
            "group \"a\" of org/acme was not written: another write of its "
            "batch was refused");
  EXPECT_EQ(error_code(versions[1]), ErrorCode::kConflict);
  EXPECT_EQ(error_code(versions[2]), ErrorCode::kCancelled);
  EXPECT_EQ(value("a.X") + value("b.X") + value("c.X"),
            "<missing><missing><missing>");
  EXPECT_EQ(value("c.OLD"), "0");
  EXPECT_EQ(store_->history(acme_, "c")->size(), 1u);
  EXPECT_EQ(error_code(store_->history(acme_, "a")), ErrorCode::kMissing);
  EXPECT_EQ(store_->list(acme_)->size(), 1u);
  writes[1].expected = 0;
  const auto again = store_->put(writes);
  EXPECT_EQ(again[0].value_or(0), 1u);
  EXPECT_EQ(again[1].value_or(0), 1u);
  EXPECT_EQ(again[2].value_or(0), 2u);
  EXPECT_EQ(value("a.X") + value("b.X") + value("c.X"), "123");
}

TEST_P(StoreContractTest, OnlyTheExpectedVersionIsWritten) {
  EXPECT_EQ(put(*store_, acme_, "a.X", "1", 0).value(), 1u);
  const auto second = put(*store_, acme_, "a.X", "2", 0);
  EXPECT_EQ(error_text(second),
            "group \"a\" of org/acme was changed by somebody else: expected "
            "none, found version 1\nhint: read it again and repeat the change");
  EXPECT_EQ(put(*store_, acme_, "a.X", "2", 1).value(), 2u);
  EXPECT_EQ(error_text(remove(*store_, acme_, "a.X", 1)),
            "group \"a\" of org/acme was changed by somebody else: expected "
            "version 1, found version 2\n"
            "hint: read it again and repeat the change");
  EXPECT_EQ(error_text(put(*store_, acme_, "b.X", "2", 3)),
            "group \"b\" of org/acme was changed by somebody else: expected "
            "version 3, found none\n"
            "hint: read it again and repeat the change");
  EXPECT_EQ(value("a.X"), "2");
}

TEST_P(StoreContractTest, RefusesWhatCannotBeWritten) {
  std::vector<GroupWrite> writes(5);
  for (GroupWrite& write : writes) {
    write.scope = acme_;
    write.group = "a";
  }
  writes[0].group = "a.b";
  writes[0].changes.push_back({"X", secret("1")});
  writes[2].changes.push_back({"-X", secret("1")});
  writes[3].changes.push_back({"X", secret(std::string((1 << 20) + 1, 'x'))});
  writes[4].changes.push_back({"X", secret("1")});
  writes[4].path = "team/a";
  const auto refused = store_->put(writes);
  constexpr std::string_view kRule =
      "\nhint: a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with '-'";
  EXPECT_EQ(error_text(refused[0]),
            std::string("a group's name is not a name").append(kRule));
  EXPECT_EQ(error_text(refused[1]),
            "group \"a\" of org/acme: expected at least one change");
  EXPECT_EQ(error_text(refused[2]),
            std::string("group \"a\" of org/acme: a key's name is not a name")
                .append(kRule));
  EXPECT_EQ(error_text(refused[3]),
            "\"a.X\" of org/acme is too large: expected at most 1048576 "
            "bytes, found 1048577");
  EXPECT_EQ(error_text(refused[4]),
            "store \"local\" has no paths: expected none\n"
            "hint: run: sotto catalog sync");
  EXPECT_THAT(store_->list(acme_).value(), IsEmpty());
}

TEST_P(StoreContractTest, TakesAValueOfExactlyTheLimit) {
  const std::string large(1 << 20, 'x');
  ASSERT_TRUE(put(*store_, acme_, "a.X", large));
  EXPECT_EQ(value("a.X").size(), large.size());
}

TEST_P(StoreContractTest, RemovingWhatIsNotThereIsAnError) {
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.X")), ErrorCode::kMissing);
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.Y")), ErrorCode::kMissing);
  EXPECT_EQ(remove(*store_, acme_, "a.X").value(), 2u);
  EXPECT_EQ(error_code(remove(*store_, acme_, "a.X")), ErrorCode::kDeleted);
}

TEST_P(StoreContractTest, RestoresTheLastValueOfADeletedSecret) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.X", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  ASSERT_TRUE(put(*store_, acme_, "a.OTHER", "3"));
  EXPECT_EQ(value("a.X"), "<deleted>");
  EXPECT_EQ(restore("a.X").value(), 5u);
  EXPECT_EQ(value("a.X"), "2");
  EXPECT_EQ(value("a.OTHER"), "3");
}

TEST_P(StoreContractTest, RestoresTheValueOfANamedVersion) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.X", "2"));
  EXPECT_EQ(restore("a.X", 1).value(), 3u);
  EXPECT_EQ(value("a.X"), "1");
  EXPECT_EQ(value("a.X", 2), "2");
}

TEST_P(StoreContractTest, RestoresNothingThatNeverWas) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  EXPECT_EQ(error_text(restore("a.Y")),
            "\"a.Y\" of org/acme is not in store \"local\"");
  EXPECT_EQ(error_text(restore("b.Y")),
            "\"b.Y\" of org/acme is not in store \"local\"");
  EXPECT_EQ(error_text(restore("a.X", 4)),
            "\"a.X\" of org/acme has no version 4 in store \"local\"");
  EXPECT_EQ(error_code(restore("a.X", 1, 7)), ErrorCode::kConflict);
  EXPECT_EQ(value("a.X"), "1");
}

TEST_P(StoreContractTest, HistoryIsNewestFirst) {
  ASSERT_TRUE(put(*store_, acme_, "a.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.X"));
  const auto history = store_->history(acme_, "a");
  ASSERT_EQ(error_text(history), "");
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ(history->at(0).version, 3u);
  EXPECT_THAT(history->at(0).keys, ElementsAre("Y"));
  EXPECT_THAT(history->at(0).changed, ElementsAre("X"));
  EXPECT_EQ(history->at(1).version, 2u);
  EXPECT_THAT(history->at(1).keys, ElementsAre("X", "Y"));
  EXPECT_THAT(history->at(1).changed, ElementsAre("Y"));
  EXPECT_THAT(history->at(2).changed, ElementsAre("X"));
  EXPECT_GT(history->at(0).created.time_since_epoch().count(), 1700000000);
  EXPECT_EQ(error_text(store_->history(acme_, "b")),
            "group \"b\" of org/acme is not in store \"local\"");
}

TEST_P(StoreContractTest, ListsAScopeWithItsDeletedSecrets) {
  ASSERT_TRUE(put(*store_, acme_, "b.X", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "2"));
  ASSERT_TRUE(put(*store_, acme_, "a.X", "3"));
  ASSERT_TRUE(remove(*store_, acme_, "a.Y"));
  ASSERT_TRUE(put(*store_, platform_, "c.X", "4"));
  const auto secrets = store_->list(acme_);
  ASSERT_EQ(error_text(secrets), "");
  std::vector<std::string> lines;
  for (const SecretInfo& info : *secrets) {
    EXPECT_EQ(info.scope, acme_);
    EXPECT_EQ(info.path, "");
    lines.push_back(to_string(info.ref) + " " + std::to_string(info.version) +
                    " " + std::string(to_string(info.state)));
  }
  EXPECT_THAT(lines,
              ElementsAre("a.X 2 active", "a.Y 3 deleted", "b.X 1 active"));
  EXPECT_THAT(store_->scopes().value(), ElementsAre(platform_, acme_));
}

TEST_P(StoreContractTest, ListsOneGroupAsItStandsInTheWholeList) {
  ASSERT_TRUE(put(*store_, acme_, "a.Y", "1"));
  ASSERT_TRUE(put(*store_, acme_, "a.X", "2"));
  ASSERT_TRUE(remove(*store_, acme_, "a.Y"));
  ASSERT_TRUE(put(*store_, acme_, "b.X", "3"));
  ASSERT_TRUE(put(*store_, platform_, "a.Z", "4"));
  const auto group = store_->list_group(acme_, "a");
  ASSERT_EQ(error_text(group), "");
  const auto filtered = store_->Store::list_group(acme_, "a");
  ASSERT_EQ(error_text(filtered), "");
  ASSERT_EQ(filtered->size(), group->size());
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < group->size(); ++i) {
    const SecretInfo& info = group->at(i);
    EXPECT_EQ(info.scope, acme_);
    EXPECT_EQ(info.ref, filtered->at(i).ref);
    EXPECT_EQ(info.version, filtered->at(i).version);
    EXPECT_EQ(info.state, filtered->at(i).state);
    EXPECT_EQ(info.updated, filtered->at(i).updated);
    lines.push_back(to_string(info.ref) + " " + std::to_string(info.version) +
                    " " + std::string(to_string(info.state)));
  }
  EXPECT_THAT(lines, ElementsAre("a.X 2 active", "a.Y 3 deleted"));
  EXPECT_THAT(store_->list_group(acme_, "never").value(), IsEmpty());
}

TEST_P(StoreContractTest, AnEmptyStoreIsWhole) {
  EXPECT_EQ(error_text(store_->check()), "");
  EXPECT_THAT(store_->list(platform_).value(), IsEmpty());
  EXPECT_THAT(store_->scopes().value(), IsEmpty());
  EXPECT_THAT(store_->fetch({}), IsEmpty());
  EXPECT_THAT(store_->put({}), IsEmpty());
  EXPECT_EQ(store_->name(), "local");
  EXPECT_TRUE(store_->has_complete_catalog());
}

TEST(MemoryStoreTest, FailsAsItIsTold) {
  MemoryStore store;
  store.set(Scope(), named("a.X"), "1");
  store.fail_fetch(Scope(), named("a.X"),
                   {ErrorCode::kForbidden, "no entry", {}});
  EXPECT_EQ(value_of(store, Scope(), "a.X"), "<forbidden>");
}

TEST(MemoryStoreTest, ADisabledSecretIsNotDeleted) {
  MemoryStore store;
  store.set(Scope(), named("a.X"), "1");
  store.disable(Scope(), named("a.X"));
  const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
  EXPECT_EQ(error_text(store.fetch(locators).at(0)),
            "\"a.X\" of platform is disabled in store \"memory\"");
  EXPECT_EQ(store.list(Scope())->at(0).state, SecretState::kDisabled);
}

TEST(MemoryStoreTest, KeepsJsonAsJson) {
  MemoryStore store;
  store.set_json(Scope(), named("a.X"), "{\"n\": 1}");
  const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
  EXPECT_EQ(store.fetch(locators).at(0)->value.kind, SecretValue::Kind::kJson);
}

TEST(MemoryStoreTest, RemembersWhatItWasAsked) {
  MemoryStore store;
  const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}},
                                      {Scope(), named("b.X"), {}, {}}};
  (void)store.fetch(locators);
  EXPECT_THAT(store.fetches(), ElementsAre(locators));
  store.set_complete_catalog(false);
  EXPECT_FALSE(store.has_complete_catalog());
}

}  // namespace
}  // namespace sotto
