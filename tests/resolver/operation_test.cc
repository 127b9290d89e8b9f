// SPDX-License-Identifier: Apache-2.0
//
// One operation goes through a whole resolution: its time, its end, its
// counts.

#include "store/operation.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kTwoRounds = "<< SECRETS.g.A || SECRETS.g.B >>";

class OperationTest : public ::testing::Test {
 protected:
  OperationTest() {
    world_.define("org/acme", "g.A", "a");
    world_.define("org/acme", "g.B", "b");
    world_.local.memory.fail_fetch(scope("org/acme"), ref("g.A"),
                                   {ErrorCode::kMissing, "", ""});
    world_.local.before_fetch_within = [this](Operation& operation) {
      seen_.push_back(&operation);
      deadlines_.push_back(operation.deadline());
      operation.add({.calls = 3, .retries = 1, .bytes_received = 10});
    };
  }

  Resolution resolve_within(Operation& operation, std::string_view document) {
    const Template parsed =
        parse_template(document, {.format = Format::kText, .limits = {}});
    auto resolution =
        Resolver(world_.catalog, world_.stores)
            .resolve_within(operation, std::array{&parsed}, world_.caller);
    EXPECT_TRUE(resolution.has_value());
    return resolution ? std::move(*resolution) : Resolution{};
  }

  World world_;
  std::vector<const Operation*> seen_;
  std::vector<Deadline> deadlines_;
};

TEST_F(OperationTest, N1_AResolutionMakesOneThatAllItsRoundsShare) {
  const Deadline earliest = std::chrono::steady_clock::now() + kOperationTime;
  const Resolution resolution = world_.resolved(kTwoRounds);
  const Deadline latest = std::chrono::steady_clock::now() + kOperationTime;
  EXPECT_EQ(resolution.cost.rounds, 2u);
  ASSERT_EQ(deadlines_.size(), 2u);
  EXPECT_EQ(deadlines_[0], deadlines_[1]);
  EXPECT_GE(deadlines_[0], earliest);
  EXPECT_LE(deadlines_[0], latest);
}

TEST_F(OperationTest, TheCallersIsWhatEveryStoreSees) {
  WatchedStore other("other");
  other.before_fetch_within = world_.local.before_fetch_within;
  other.memory.set(scope("platform"), ref("h.K"), "k");
  world_.stores.add(other);
  world_.enter("platform", "h.K", "other");
  // Two threads would meet in seen_.
  world_.local.before_fetch_within = nullptr;
  Operation operation(seconds(5));
  const Resolution resolution =
      resolve_within(operation, "<< SECRETS.g.B >> << SECRETS.h.K >>");
  EXPECT_EQ(bound(resolution.bindings, "h.K"), "k");
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0], &operation);
  EXPECT_EQ(deadlines_[0], operation.deadline());
}

TEST_F(OperationTest, TheCostIsWhatWasCountedMeanwhile) {
  Operation operation;
  operation.add({.calls = 100, .logins = 1, .cache_hits = 5});
  const Resolution first = resolve_within(operation, kTwoRounds);
  EXPECT_EQ(first.cost.calls.calls, 6u);
  EXPECT_EQ(first.cost.calls.retries, 2u);
  EXPECT_EQ(first.cost.calls.logins, 0u);
  EXPECT_EQ(first.cost.calls.bytes_received, 20u);
  EXPECT_EQ(first.cost.calls.cache_hits, 0u);
  const Resolution second = resolve_within(operation, "<< SECRETS.g.B >>");
  EXPECT_EQ(second.cost.calls.calls, 3u);
  EXPECT_EQ(operation.counts().calls, 109u);
}

TEST_F(OperationTest, TheCostHasTheTimeThatPassed) {
  world_.local.before_fetch = [](auto) {
    std::this_thread::sleep_for(milliseconds(20));
  };
  const Resolution resolution = world_.resolved("<< SECRETS.g.B >>");
  EXPECT_GE(resolution.cost.elapsed, milliseconds(20));
  EXPECT_LT(resolution.cost.elapsed, seconds(20));
}

TEST_F(OperationTest, OnceCancelledNothingMoreIsAsked) {
  Operation operation;
  world_.local.before_fetch_within = [this](Operation& within) {
    seen_.push_back(&within);
    within.cancel();
  };
  const Resolution resolution = resolve_within(operation, kTwoRounds);
  EXPECT_EQ(bound(resolution.bindings, "g.A"), "error:cancelled");
  EXPECT_EQ(bound(resolution.bindings, "g.B"), "nothing");
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_TRUE(world_.local.take_fetches().empty());
}

}  // namespace
}  // namespace sotto
