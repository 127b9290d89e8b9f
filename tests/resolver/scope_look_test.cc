// SPDX-License-Identifier: Apache-2.0
//
// Why a reference means what it does, and what a plan for several documents is.

#include "resolver/scope_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "resolver/planned_use.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::ElementsAre;

constexpr const char* kOrg = "org/acme";

class ScopeLookTest : public ::testing::Test {
 protected:
  // "org/acme active local, decides", a line a scope.
  std::vector<std::string> looks(std::string_view name) {
    const Plan plan = world_.planned({name});
    const auto all =
        look_at_scopes(world_.catalog, plan.refs, world_.caller).value();
    std::vector<std::string> texts;
    for (const ScopeLook& look : all.front()) {
      std::string text = to_string(look.scope);
      text += look.entry ? " " + std::string(to_string(look.entry->state)) +
                               " " + look.entry->store
                         : " none";
      for (const std::string& store : look.asked) text += " asks " + store;
      if (look.decides) text += ", decides";
      if (!look.in_order) text += ", not looked in";
      texts.push_back(text);
    }
    return texts;
  }

  World world_;
};

TEST_F(ScopeLookTest, TheFirstScopeThatHasANameDecides) {
  world_.define("platform", "a.X", "v");
  EXPECT_THAT(looks("a.X"),
              ElementsAre("org/acme none", "platform active local, decides"));
  world_.define(kOrg, "a.X", "v");
  EXPECT_THAT(looks("a.X"), ElementsAre("org/acme active local, decides",
                                        "platform active local"));
  world_.enter(kOrg, "b.X", "local", SecretState::kDeleted);
  world_.define("platform", "b.X", "v");
  EXPECT_THAT(looks("b.X"), ElementsAre("org/acme deleted local, decides",
                                        "platform active local"));
  world_.enter("platform", "c.X", "local", SecretState::kDisabled);
  EXPECT_THAT(looks("c.X"),
              ElementsAre("org/acme none", "platform disabled local, decides"));
}

TEST_F(ScopeLookTest, OfWhatNoneHasTheOtherScopesAreTold) {
  world_.define("org/zoo", "a.X", "v");
  world_.enter("org/old", "a.X", "local", SecretState::kDeleted);
  EXPECT_THAT(looks("a.X"), ElementsAre("org/acme none", "platform none",
                                        "org/zoo active local, not looked in"));
  EXPECT_THAT(looks("a.Y"), ElementsAre("org/acme none", "platform none"));
}

TEST_F(ScopeLookTest, StoresThatTheCatalogDoesNotKnowWhollyAreAsked) {
  WatchedStore vault("vault");
  vault.memory.set_complete_catalog(false);
  world_.stores.add(vault);
  world_.define("platform", "a.X", "v");
  EXPECT_THAT(looks("a.X"), ElementsAre("org/acme none asks vault",
                                        "platform active local, decides"));
  EXPECT_THAT(looks("_sotto.hosts"),
              ElementsAre("org/acme none", "platform none"));
}

TEST_F(ScopeLookTest, APlanForSeveralDocumentsHasWhatEachOfThemNeeds) {
  world_.define(kOrg, "a.X", "v");
  world_.define(kOrg, "b.X", "v");
  const Template first =
      parse_template(R"(["<< SECRETS.a.X || SECRETS.b.X >>"])");
  const Template second =
      parse_template(R"(["<< SECRETS.b.X >>", "<< SECRETS.no.Z >>"])");
  const Template third =
      parse_template(R"(["<< SECRETS.no.Y || SECRETS.a.X >>"])");
  const std::array templates{&first, &second, &third};
  const Plan plan = Resolver(world_.catalog, world_.stores)
                        .plan(templates, world_.caller)
                        .value();
  std::vector<std::string> names;
  for (const PlannedRef& planned : plan.refs) {
    names.push_back(to_string(planned.ref));
  }
  EXPECT_THAT(names, ElementsAre("a.X", "b.X", "no.Y", "no.Z"));
  EXPECT_THAT(planned_uses(templates, plan),
              ElementsAre(PlannedUse::kAsked, PlannedUse::kAsked,
                          PlannedUse::kAlternative, PlannedUse::kUnavailable));
  ASSERT_EQ(plan.batches.size(), 1u);
  EXPECT_EQ(plan.batches[0].refs.size(), 2u);
}

}  // namespace
}  // namespace sotto
