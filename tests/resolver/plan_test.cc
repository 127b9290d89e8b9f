// SPDX-License-Identifier: Apache-2.0

#include "resolver/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PlanTest : public ::testing::Test {
 protected:
  World world_;
  WatchedStore vault_{"vault"};
};

TEST_F(PlanTest, AsksEachStoreOnceInTheOrderOfTheirNames) {
  world_.stores.add(vault_);
  world_.enter("platform", "a.ONE", "vault");
  world_.enter("platform", "b.TWO", "local");
  world_.enter("platform", "c.THREE", "vault");
  const Plan plan = world_.planned({"a.ONE", "b.TWO", "c.THREE"});
  ASSERT_EQ(plan.batches.size(), 2u);
  EXPECT_EQ(plan.batches[0].store, "local");
  EXPECT_THAT(plan.batches[0].refs, ElementsAre(1u));
  EXPECT_EQ(plan.batches[1].store, "vault");
  EXPECT_THAT(plan.batches[1].refs, ElementsAre(0u, 2u));
  EXPECT_EQ(plan.batches[1].locators[1].ref, ref("c.THREE"));
  EXPECT_EQ(plan.batches[1].locators[1].scope, Scope::platform());
}

TEST_F(PlanTest, PrefersTheOrganizationToThePlatform) {
  world_.enter("platform", "a.B", "local");
  world_.enter("org/acme", "a.B", "local");
  const Plan plan = world_.planned({"a.B"});
  EXPECT_EQ(plan.refs[0].entry->scope, scope("org/acme"));
  EXPECT_THAT(plan.refs[0].places,
              ElementsAre(Place{"local", scope("org/acme"), ""},
                          Place{"local", Scope::platform(), ""}));
  EXPECT_EQ(plan.batches[0].locators[0].scope, scope("org/acme"));
}

TEST_F(PlanTest, FallsBackToThePlatformWhenTheCatalogIsComplete) {
  world_.enter("platform", "a.B", "local");
  const Plan plan = world_.planned({"a.B"});
  EXPECT_THAT(plan.refs[0].places,
              ElementsAre(Place{"local", Scope::platform(), ""}));
  EXPECT_EQ(plan.refs[0].error, std::nullopt);
}

TEST_F(PlanTest, AsksAStoreWhoseCatalogMayLackANameBeforeFallingBack) {
  vault_.memory.set_complete_catalog(false);
  world_.stores.add(vault_);
  world_.enter("platform", "a.B", "local");
  const Plan plan = world_.planned({"a.B"});
  EXPECT_THAT(plan.refs[0].places,
              ElementsAre(Place{"vault", scope("org/acme"), "", false},
                          Place{"local", Scope::platform(), ""}));
  ASSERT_EQ(plan.batches.size(), 1u);
  EXPECT_EQ(plan.batches[0].store, "vault");
}

TEST_F(PlanTest, NeverLooksInAnotherOrganization) {
  world_.enter("org/other", "a.B", "local");
  const Plan plan = world_.planned({"a.B"});
  EXPECT_THAT(plan.batches, IsEmpty());
  EXPECT_EQ(plan.refs[0].entry, std::nullopt);
  EXPECT_EQ(plan.refs[0].error->code, ErrorCode::kMissing);
}

TEST_F(PlanTest, ThePlatformItselfHasNothingToFallBackTo) {
  world_.caller.scope = Scope::platform();
  world_.enter("org/acme", "a.B", "local");
  EXPECT_EQ(world_.planned({"a.B"}).refs[0].error->code, ErrorCode::kMissing);
}

TEST_F(PlanTest, ATombstoneOfThePlatformHoldsOnlyAfterTheOrganization) {
  world_.enter("platform", "a.B", "local", SecretState::kDeleted);
  world_.enter("org/acme", "a.B", "local");
  const Plan plan = world_.planned({"a.B"});
  EXPECT_EQ(plan.refs[0].error, std::nullopt);
  EXPECT_THAT(plan.refs[0].places,
              ElementsAre(Place{"local", scope("org/acme"), ""}));
  EXPECT_EQ(plan.refs[0].otherwise->code, ErrorCode::kDeleted);
}

TEST_F(PlanTest, SaysWordForWordWhyThereIsNothingToAsk) {
  struct Row {
    const char* where;
    SecretState state;
    const char* store;
    Error error;
  };
  const Row rows[] = {
      {"org/acme",
       SecretState::kDeleted,
       "local",
       {ErrorCode::kDeleted, "secret \"a.B\" was deleted",
        "sotto secret restore a.B"}},
      {"platform",
       SecretState::kDeleted,
       "local",
       {ErrorCode::kDeleted, "secret \"a.B\" was deleted in platform",
        "sotto secret restore a.B --scope platform"}},
      {"org/acme",
       SecretState::kDisabled,
       "local",
       {ErrorCode::kDisabled, "secret \"a.B\" is disabled",
        "enable it in its store"}},
      {"platform",
       SecretState::kDisabled,
       "local",
       {ErrorCode::kDisabled, "secret \"a.B\" is disabled in platform",
        "enable it in its store"}},
      {"org/acme",
       SecretState::kActive,
       "vault",
       {ErrorCode::kInvalidConfig,
        "secret \"a.B\" is held by store \"vault\", which is not configured",
        "add \"vault\" to \"stores\" in sotto.json"}},
      {"org/other",
       SecretState::kActive,
       "local",
       {ErrorCode::kMissing, "secret \"a.B\" is not defined",
        "define it with: sotto secret set a.B"}},
  };
  for (const Row& row : rows) {
    World world;
    world.enter(row.where, "a.B", row.store, row.state);
    const Plan plan = world.planned({"a.B"});
    EXPECT_THAT(plan.batches, IsEmpty());
    ASSERT_NE(plan.refs[0].error, std::nullopt) << row.error.message;
    EXPECT_EQ(to_string(*plan.refs[0].error), to_string(row.error));
    EXPECT_EQ(plan.refs[0].error->code, row.error.code);
  }
}

TEST_F(PlanTest, NoReferencesNeedNoCatalogAndNoStore) {
  const Plan plan = world_.planned({});
  EXPECT_THAT(plan.refs, IsEmpty());
  EXPECT_THAT(plan.batches, IsEmpty());
}

TEST_F(PlanTest, APathOfTheCatalogGoesToTheStore) {
  const CatalogEntry entry{.scope = scope("org/acme"),
                           .ref = ref("a.B"),
                           .store = "local",
                           .path = "team/legacy",
                           .version = 3,
                           .state = SecretState::kActive,
                           .updated = {}};
  ASSERT_TRUE(world_.catalog.record({entry.scope, "a", "local"}, {&entry, 1})
                  .has_value());
  const Plan plan = world_.planned({"a.B"});
  EXPECT_EQ(plan.batches[0].locators[0].path, "team/legacy");
  EXPECT_EQ(plan.batches[0].locators[0].version, std::nullopt);
  EXPECT_EQ(plan.refs[0].entry->version, 3u);
}

}  // namespace
}  // namespace sotto
