// SPDX-License-Identifier: Apache-2.0

#include "resolver/store_inquiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/lint.h"
#include "tests/resolver/testing_world.h"

namespace sotto::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kOrg = "org/acme";

// A store with permissions of its own, which answers what it is told to.
class GuardedStore : public WatchedStore, public InspectingStore {
 public:
  using WatchedStore::WatchedStore;

  std::vector<Result<Inspection>> inspect(
      Operation&, std::span<const Locator> locators) override {
    asked.emplace_back(locators.begin(), locators.end());
    return {locators.size(), answer};
  }

  Result<Inspection> answer = Inspection{SecretState::kActive, true};
  std::vector<std::vector<Locator>> asked;
};

class StoreInquiryTest : public ::testing::Test {
 protected:
  void SetUp() override { world_.stores.add(guarded_); }

  // What is said of each name: "" if it can be had.
  std::vector<std::string> ask(std::vector<SecretRef> refs) {
    auto plan = make_plan(world_.catalog, world_.stores, refs, world_.caller);
    EXPECT_TRUE(plan.has_value());
    Operation operation;
    inquiry_.ask(plan->refs, operation);
    std::vector<std::string> told;
    for (const PlannedRef& planned : plan->refs) {
      told.push_back(planned.error ? to_string(*planned.error) : "");
    }
    return told;
  }
  std::string ask(std::string_view name) { return ask({ref(name)}).front(); }

  World world_;
  GuardedStore guarded_{"guarded"};
  StoreInquiry inquiry_{world_.stores, world_.caller};
};

TEST_F(StoreInquiryTest, FindsWhatIsThereAndReadsNoValue) {
  world_.define(kOrg, "g.A", "one");
  world_.define("platform", "g.B", "two");
  EXPECT_THAT(ask({ref("g.A"), ref("g.B")}), ElementsAre("", ""));
  EXPECT_TRUE(world_.local.take_fetches().empty());
  EXPECT_THAT(inquiry_.mute_stores(), IsEmpty());
}

TEST_F(StoreInquiryTest, AsksForAnyNumberOfNamesOnceAndTogether) {
  world_.enter(kOrg, "g.A", "guarded");
  world_.enter(kOrg, "g.B", "guarded");
  EXPECT_THAT(ask({ref("g.A"), ref("g.B")}), ElementsAre("", ""));
  EXPECT_EQ(ask("g.A"), "");
  ASSERT_EQ(guarded_.asked.size(), 1u);
  EXPECT_EQ(guarded_.asked[0].size(), 2u);
}

TEST_F(StoreInquiryTest, TellsWhatTheCatalogDoesNotKnow) {
  for (const char* name : {"g.A", "g.B", "g.C"}) {
    world_.define(kOrg, name, "value");
  }
  world_.local.listed_instead = std::vector<SecretInfo>{
      {scope(kOrg), ref("g.B"), {}, 2, SecretState::kDeleted, {}},
      {scope(kOrg), ref("g.C"), {}, 2, SecretState::kDisabled, {}}};
  EXPECT_THAT(
      ask({ref("g.A"), ref("g.B"), ref("g.C")}),
      ElementsAre("secret \"g.A\" is in the catalog, and store \"local\" does "
                  "not have it\nhint: run: sotto catalog sync",
                  "secret \"g.B\" was deleted\nhint: sotto secret restore g.B",
                  "secret \"g.C\" is disabled\nhint: enable it in its store"));
}

TEST_F(StoreInquiryTest, TellsWhyAStoreDoesNotAnswer) {
  world_.define(kOrg, "g.A", "one");
  world_.local.list_error =
      Error{ErrorCode::kForbidden, "the policy does not allow it", "ask"};
  EXPECT_EQ(
      ask("g.A"),
      "store \"local\" does not let you read secret \"g.A\": the policy does "
      "not allow it\nhint: ask");
}

TEST_F(StoreInquiryTest, TellsWhatMayNotBeRead) {
  world_.enter(kOrg, "g.A", "guarded");
  guarded_.answer = Inspection{SecretState::kActive, false};
  EXPECT_EQ(ask("g.A"),
            "store \"guarded\" does not let you read secret \"g.A\": this "
            "caller may not read it");
}

TEST_F(StoreInquiryTest, KnowsWhichStoresCannotSay) {
  world_.enter(kOrg, "g.A", "guarded");
  guarded_.answer = Inspection{std::nullopt, std::nullopt};
  EXPECT_EQ(ask("g.A"), "");
  EXPECT_THAT(inquiry_.mute_stores(), ElementsAre("guarded"));
}

// The organization's own may be in a store whose catalog is not complete: it is
// asked first, as a render does.
TEST_F(StoreInquiryTest, AsksTheNextPlaceOnProofOfAbsenceAlone) {
  guarded_.memory.set_complete_catalog(false);
  world_.define("platform", "g.A", "one");
  guarded_.answer = fail(ErrorCode::kMissing, "it is missing");
  EXPECT_EQ(ask("g.A"), "");
  ASSERT_FALSE(guarded_.asked.empty());
  EXPECT_EQ(guarded_.asked[0][0].scope, scope(kOrg));

  world_.define("platform", "h.A", "two");
  guarded_.answer = fail(ErrorCode::kUnreachable, "no answer");
  EXPECT_EQ(
      ask("h.A"),
      "store \"guarded\" cannot be reached for secret \"h.A\": no answer");
}

TEST_F(StoreInquiryTest, LintTellsItWhereItStands) {
  world_.enter(kOrg, "g.A", "guarded");
  world_.enter(kOrg, "g.B", "guarded");
  guarded_.answer = Inspection{SecretState::kActive, false};
  const Template parsed = parse_template(R"({"a": "<< SECRETS.g.A >>"})");
  const auto facts =
      LintFacts::gather(std::array{&parsed}, world_.catalog, world_.stores,
                        world_.caller, OtherScopes::kTold, &inquiry_);
  ASSERT_TRUE(facts);
  const auto found = lint(parsed, *facts, {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule, "forbidden");
  EXPECT_EQ(found[0].span.begin, 10u);

  guarded_.answer = fail(ErrorCode::kUnreachable, "no answer");
  const Template other = parse_template(R"({"b": "<< SECRETS.g.B >>"})");
  const auto more =
      LintFacts::gather(std::array{&other}, world_.catalog, world_.stores,
                        world_.caller, OtherScopes::kTold, &inquiry_);
  ASSERT_TRUE(more);
  EXPECT_EQ(lint(other, *more, {}).at(0).rule, "unreachable");
}

}  // namespace
}  // namespace sotto::testing
