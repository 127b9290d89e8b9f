// SPDX-License-Identifier: Apache-2.0

#include "store/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class CatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Catalog::open(file_, {.create = true});
    ASSERT_EQ(error_text(opened), "");
    catalog_.emplace(std::move(*opened));
  }

  // Makes `entries` what the catalog knows of "local".
  void define(std::vector<CatalogEntry> entries) {
    ASSERT_EQ(error_text(catalog_->replace("local", entries)), "");
  }

  std::vector<std::optional<CatalogEntry>> find(std::vector<SecretRef> refs,
                                                std::vector<Scope> scopes) {
    auto found = catalog_->find(refs, scopes);
    EXPECT_EQ(error_text(found), "");
    return found.value_or(std::vector<std::optional<CatalogEntry>>());
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  std::optional<Catalog> catalog_;
  Scope platform_;
  Scope acme_ = org("acme");
};

TEST_F(CatalogTest, AnswersEveryReferenceInEveryScopeInOrder) {
  define({entry(platform_, "a.X"), entry(acme_, "a.Y"), entry(acme_, "b.X")});
  const auto found =
      find({named("a.X"), named("a.Y"), named("b.X")}, {acme_, platform_});
  ASSERT_EQ(found.size(), 6u);
  EXPECT_EQ(found[0], std::nullopt);
  EXPECT_EQ(found[1], entry(platform_, "a.X"));
  EXPECT_EQ(found[2], entry(acme_, "a.Y"));
  EXPECT_EQ(found[3], std::nullopt);
  EXPECT_EQ(found[4], entry(acme_, "b.X"));
  EXPECT_EQ(found[5], std::nullopt);
}

TEST_F(CatalogTest, FindsNothingForNothing) {
  EXPECT_THAT(find({}, {platform_}), IsEmpty());
  EXPECT_THAT(find({named("a.X")}, {}), IsEmpty());
}

TEST_F(CatalogTest, NamesAreExactToTheLetter) {
  define({entry(acme_, "a.X")});
  EXPECT_EQ(find({named("a.x")}, {acme_})[0], std::nullopt);
  EXPECT_EQ(find({named("A.X")}, {acme_})[0], std::nullopt);
  EXPECT_EQ(find({named("a.X")}, {org("Acme")})[0], std::nullopt);
  EXPECT_NE(find({named("a.X")}, {acme_})[0], std::nullopt);
}

TEST_F(CatalogTest, KeepsEveryMemberOfAnEntry) {
  CatalogEntry full = entry(acme_, "a.X", "local", "team/a");
  full.version = 1234567890123;
  full.state = SecretState::kDisabled;
  full.updated = Timestamp(std::chrono::seconds(1700000000));
  define({full});
  EXPECT_EQ(find({named("a.X")}, {acme_})[0], full);
  EXPECT_THAT(catalog_->list().value(), ElementsAre(full));
}

TEST_F(CatalogTest, AnswersAThousandReferencesAtOnce) {
  std::vector<CatalogEntry> entries;
  std::vector<SecretRef> refs;
  for (int i = 1000; i < 2000; ++i) {
    const std::string name = "group" + std::to_string(i) + ".KEY";
    refs.push_back(named(name));
    if (i % 2 == 0) entries.push_back(entry(acme_, name));
  }
  define(entries);
  const auto found = find(refs, {acme_, platform_});
  for (std::size_t i = 0; i < refs.size(); ++i) {
    EXPECT_EQ(found[2 * i].has_value(), i % 2 == 0) << i;
    EXPECT_EQ(found[2 * i + 1], std::nullopt);
  }
}

TEST_F(CatalogTest, ListsByScopeGroupAndKey) {
  define({entry(acme_, "b.X"), entry(platform_, "b.Y"), entry(acme_, "a.Z"),
          entry(platform_, "b.X")});
  EXPECT_THAT(catalog_->list().value(),
              ElementsAre(entry(platform_, "b.X"), entry(platform_, "b.Y"),
                          entry(acme_, "a.Z"), entry(acme_, "b.X")));
  EXPECT_THAT(catalog_->list(acme_).value(),
              ElementsAre(entry(acme_, "a.Z"), entry(acme_, "b.X")));
}

TEST_F(CatalogTest, SuggestsActiveNamesOnly) {
  CatalogEntry dead = entry(acme_, "a.DEAD");
  dead.state = SecretState::kDeleted;
  define({entry(acme_, "a.X"), entry(platform_, "a.W"), entry(platform_, "b.X"),
          dead, entry(org("other"), "c.X")});
  const std::vector<Scope> scopes{acme_, platform_};
  EXPECT_THAT(catalog_->keys_of("a", scopes).value(), ElementsAre("W", "X"));
  EXPECT_THAT(catalog_->groups(scopes).value(), ElementsAre("a", "b"));
  EXPECT_THAT(catalog_->groups_with_key("X", scopes).value(),
              ElementsAre("a", "b"));
  EXPECT_THAT(catalog_->groups_with_key("DEAD", scopes).value(), IsEmpty());
}

TEST_F(CatalogTest, OfFewGroupsAllAreNear) {
  define({entry(acme_, "a.X"), entry(acme_, "c.X"), entry(acme_, "d.Y"),
          entry(platform_, "b.X"), entry(platform_, "z.Y")});
  const std::vector<Scope> scopes{acme_, platform_};
  const auto near = catalog_->groups_near("c", std::nullopt, scopes);
  ASSERT_TRUE(near);
  EXPECT_TRUE(near->is_all);
  EXPECT_EQ(near->groups, catalog_->groups(scopes).value());
  EXPECT_EQ(catalog_->groups_near("c", "X", scopes)->groups,
            catalog_->groups_with_key("X", scopes).value());
}

TEST_F(CatalogTest, OfManyGroupsThoseAreNearThatSortAround) {
  std::vector<CatalogEntry> entries;
  for (int i = 10'000; i < 30'000; ++i) {
    entries.push_back(entry(platform_, "g" + std::to_string(i) + ".X"));
  }
  ASSERT_TRUE(catalog_->replace("local", entries));
  const std::vector<Scope> scopes{platform_};
  for (const std::optional<std::string_view> key :
       {std::optional<std::string_view>(),
        std::optional<std::string_view>("X")}) {
    const auto near = catalog_->groups_near("g20000x", key, scopes);
    ASSERT_TRUE(near);
    EXPECT_FALSE(near->is_all);
    EXPECT_LT(near->groups.size(), entries.size());
    EXPECT_THAT(near->groups, Contains("g20000"));
    EXPECT_THAT(near->groups, Contains("g20001"));
    EXPECT_THAT(near->groups, Not(Contains("g10000")));
  }
}

TEST_F(CatalogTest, ARebuildTellsWhatChanged) {
  define({entry(acme_, "a.KEPT"), entry(acme_, "a.GONE"),
          entry(acme_, "a.CHANGED")});
  CatalogEntry changed = entry(acme_, "a.CHANGED");
  changed.version = 2;
  const auto report = catalog_->replace(
      "local", std::vector{entry(acme_, "a.KEPT"), changed,
                           entry(acme_, "a.NEW"), entry(acme_, "a.NEWER")});
  ASSERT_EQ(error_text(report), "");
  EXPECT_EQ(report->added, 2u);
  EXPECT_EQ(report->changed, 1u);
  EXPECT_EQ(report->removed, 1u);
  EXPECT_EQ(report->unchanged, 1u);
  EXPECT_EQ(catalog_->list()->size(), 4u);
}

TEST_F(CatalogTest, ARebuildLeavesOtherStoresAlone) {
  define({entry(acme_, "a.X")});
  ASSERT_TRUE(
      catalog_->replace("vault", std::vector{entry(acme_, "b.X", "vault")}));
  EXPECT_EQ(catalog_->list()->size(), 2u);
  ASSERT_TRUE(catalog_->replace("vault", {}));
  EXPECT_THAT(catalog_->list().value(), ElementsAre(entry(acme_, "a.X")));
}

TEST_F(CatalogTest, RecordMakesOneGroupAgreeWithItsStore) {
  define({entry(acme_, "a.OLD"), entry(acme_, "a.KEPT"), entry(acme_, "b.X"),
          entry(platform_, "a.OLD")});
  CatalogEntry tombstone = entry(acme_, "a.NEW");
  tombstone.state = SecretState::kDeleted;
  ASSERT_EQ(error_text(catalog_->record(
                {acme_, "a", "local"},
                std::vector{entry(acme_, "a.KEPT"), tombstone})),
            "");
  EXPECT_THAT(catalog_->list().value(),
              ElementsAre(entry(platform_, "a.OLD"), entry(acme_, "a.KEPT"),
                          tombstone, entry(acme_, "b.X")));
}

TEST_F(CatalogTest, TwoNamesCannotHaveOnePlace) {
  define({entry(acme_, "a.X", "local", "team/a")});
  const auto recorded =
      catalog_->record({platform_, "b", "local"},
                       std::vector{entry(platform_, "b.X", "local", "team/a")});
  EXPECT_EQ(error_code(recorded), ErrorCode::kConflict);
  EXPECT_EQ(error_text(recorded),
            "\"b.X\" of platform would take the place of \"a.X\" of org/acme "
            "in store \"local\"\nhint: give one of them another path");
  EXPECT_THAT(catalog_->list().value(),
              ElementsAre(entry(acme_, "a.X", "local", "team/a")));
}

TEST_F(CatalogTest, TwoStoresCannotHoldOneName) {
  define({entry(acme_, "a.X")});
  const auto replaced = catalog_->replace(
      "vault",
      std::vector{entry(acme_, "a.W", "vault"), entry(acme_, "a.X", "vault")});
  EXPECT_EQ(error_code(replaced), ErrorCode::kConflict);
  EXPECT_EQ(error_text(replaced),
            "\"a.X\" of org/acme is in store \"local\" already: store "
            "\"vault\" cannot hold it too\nhint: delete it in one of them, "
            "with a configuration that names that store alone");
  EXPECT_EQ(catalog_->list()->size(), 1u) << "nothing of the batch is kept";
}

TEST_F(CatalogTest, ATombstoneGivesWayToALivingSecretOfAnotherStore) {
  CatalogEntry tombstone = entry(acme_, "a.X");
  tombstone.state = SecretState::kDeleted;
  define({tombstone});
  const CatalogEntry living = entry(acme_, "a.X", "vault");
  ASSERT_TRUE(catalog_->replace("vault", std::vector{living}));
  EXPECT_THAT(catalog_->list().value(), ElementsAre(living));
  define({tombstone});
  EXPECT_THAT(catalog_->list().value(), ElementsAre(living));
}

TEST_F(CatalogTest, TwoEntriesMaySwapTheirPlaces) {
  define({entry(acme_, "a.X", "local", "one"),
          entry(acme_, "b.X", "local", "two")});
  define({entry(acme_, "a.X", "local", "two"),
          entry(acme_, "b.X", "local", "one")});
  EXPECT_EQ(find({named("a.X")}, {acme_})[0]->path, "two");
}

TEST_F(CatalogTest, AnIntentLastsUntilItsGroupIsRecorded) {
  const Intent intent{acme_, "a", "local"};
  ASSERT_TRUE(catalog_->begin(std::vector{intent}));
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(intent));
  ASSERT_TRUE(catalog_->record(intent, std::vector{entry(acme_, "a.X")}));
  EXPECT_THAT(catalog_->intents().value(), IsEmpty());
}

TEST_F(CatalogTest, ADiscardedIntentIsGone) {
  const Intent kept{acme_, "a", "local"};
  const Intent dropped{acme_, "b", "local"};
  ASSERT_TRUE(catalog_->begin(std::vector{kept, dropped}));
  ASSERT_TRUE(catalog_->discard({&dropped, 1}));
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(kept));
}

TEST_F(CatalogTest, GroupsAreRecordedTogetherOrNotAtAll) {
  const std::vector<Intent> intents{{acme_, "a", "local"},
                                    {acme_, "b", "local"}};
  define({entry(acme_, "a.OLD")});
  ASSERT_TRUE(catalog_->begin(intents));
  const auto failed =
      catalog_->record(intents, []() -> Result<std::vector<CatalogEntry>> {
        return fail(ErrorCode::kUnreachable, "no answer");
      });
  EXPECT_EQ(error_text(failed), "no answer");
  EXPECT_THAT(catalog_->list().value(), ElementsAre(entry(acme_, "a.OLD")));
  EXPECT_EQ(catalog_->intents()->size(), 2u);
  ASSERT_TRUE(catalog_->record(intents, [&] {
    return Result<std::vector<CatalogEntry>>(
        {entry(acme_, "b.X"), entry(acme_, "a.X"), entry(acme_, "c.X")});
  }));
  EXPECT_THAT(catalog_->list().value(),
              ElementsAre(entry(acme_, "a.X"), entry(acme_, "b.X")));
  EXPECT_THAT(catalog_->intents().value(), IsEmpty());
}

TEST_F(CatalogTest, TellsWhereAGroupIs) {
  define({entry(acme_, "a.X", "local", "team/a"), entry(platform_, "b.X")});
  const auto home = catalog_->home_of(acme_, "a").value();
  ASSERT_TRUE(home.has_value());
  EXPECT_EQ(home->store, "local");
  EXPECT_EQ(home->path, "team/a");
  EXPECT_FALSE(catalog_->home_of(acme_, "b").value().has_value());
  EXPECT_FALSE(catalog_->home_of(platform_, "a").value().has_value());
}

TEST_F(CatalogTest, OneRecordDoesNotEndTheIntentOfASecondWriter) {
  const Intent intent{acme_, "a", "local"};
  ASSERT_TRUE(catalog_->begin(std::vector{intent}));
  ASSERT_TRUE(catalog_->begin(std::vector{intent}));
  ASSERT_TRUE(catalog_->record(intent, {}));
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(intent));
}

TEST_F(CatalogTest, TheIntentOfADeadProcessIsAdopted) {
  const Intent intent{acme_, "a", "local"};
  ASSERT_EQ(in_child([&] {
              auto catalog = Catalog::open(file_, {});
              return catalog && catalog->begin(std::vector{intent}) ? 0 : 1;
            }),
            0);
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(intent));
  ASSERT_TRUE(catalog_->record(intent, {}));
  EXPECT_THAT(catalog_->intents().value(), IsEmpty());
}

TEST_F(CatalogTest, TheIntentOfALivingProcessIsItsOwn) {
  const Intent intent{acme_, "a", "local"};
  ASSERT_TRUE(catalog_->begin(std::vector{intent}));
  EXPECT_EQ(in_child([&] {
              auto catalog = Catalog::open(file_, {});
              return catalog && catalog->intents()->empty() ? 0 : 1;
            }),
            0);
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(intent));
}

TEST_F(CatalogTest,
       ARebuildSettlesTheIntentsOfTheDeadAndLeavesThoseOfTheLiving) {
  const Intent dead{acme_, "a", "local"};
  const Intent elsewhere{acme_, "b", "former"};
  ASSERT_EQ(
      in_child([&] {
        auto catalog = Catalog::open(file_, {});
        return catalog && catalog->begin(std::vector{dead, elsewhere}) ? 0 : 1;
      }),
      0);
  const Intent living{acme_, "c", "local"};
  ASSERT_TRUE(catalog_->begin(std::vector{living}));
  const std::vector<CatalogEntry> held{entry(acme_, "a.X")};
  const StoreListing listing{
      "local", [&] { return Result<std::vector<CatalogEntry>>(held); }};
  const auto report = catalog_->rebuild(std::vector{listing});
  ASSERT_EQ(error_text(report), "");
  EXPECT_EQ(report->added, 1u);
  EXPECT_EQ(report->pending, 1u);
  EXPECT_THAT(catalog_->intents().value(), ElementsAre(living));
}

TEST_F(CatalogTest, VerifiesWhatIsWhole) {
  define({entry(acme_, "a.X")});
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

TEST_F(CatalogTest, IsFoundAgainByTheNextProcess) {
  define({entry(acme_, "a.X")});
  catalog_.reset();
  auto again = Catalog::open(file_, {});
  ASSERT_EQ(error_text(again), "");
  EXPECT_THAT(again->list().value(), ElementsAre(entry(acme_, "a.X")));
}

TEST_F(CatalogTest, IsPrivateWhateverTheUmask) {
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0777}}) {
    const mode_t before = umask(mask);
    const auto file = folder_ / ("umask" + std::to_string(mask));
    auto catalog = Catalog::open(file, {.create = true});
    ASSERT_EQ(error_text(catalog), "");
    ASSERT_TRUE(catalog->replace("local", std::vector{entry(acme_, "a.X")}));
    umask(before);
    for (const char* suffix : {"", "-wal", "-shm"}) {
      struct stat status;
      ASSERT_EQ(stat((file.native() + suffix).c_str(), &status), 0) << suffix;
      EXPECT_EQ(status.st_mode & 07777u, 0600u) << suffix << " " << mask;
    }
  }
}

TEST_F(CatalogTest, LeavesNothingBesideIt) {
  catalog_.reset();
  std::vector<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder_.path())) {
    names.push_back(item.path().filename());
  }
  EXPECT_THAT(names, ElementsAre("catalog.db"));
}

TEST(CatalogInMemory, BehavesAsTheFileDoes) {
  auto catalog = Catalog::in_memory();
  ASSERT_EQ(error_text(catalog), "");
  const CatalogEntry one = entry(org("acme"), "a.X");
  ASSERT_TRUE(catalog->replace("local", std::vector{one}));
  Catalog moved = std::move(*catalog);
  const std::vector<SecretRef> refs{named("a.X")};
  const std::vector<Scope> scopes{org("acme"), Scope()};
  EXPECT_EQ(moved.find(refs, scopes)->at(0), one);
  EXPECT_EQ(error_text(moved.verify()), "");
  EXPECT_THAT(moved.intents().value(), IsEmpty());
}

}  // namespace
}  // namespace sotto
