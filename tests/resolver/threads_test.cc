// SPDX-License-Identifier: Apache-2.0
//
// Many threads on one resolver and one manager.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::World;

constexpr const char* kOrg = "org/acme";

TEST(ResolverThreads, R5_AGroupThatIsWrittenWhileItIsReadIsNeverTorn) {
  constexpr int kKeys = 8;
  constexpr int kReaders = 4;
  constexpr int kWrites = 300;
  World world;
  std::string document;
  for (int key = 0; key < kKeys; ++key) {
    document += fmt::format("<< SECRETS.g.K{} >>\n", key);
  }
  const auto write = [&](int round) {
    std::vector<ImportItem> items;
    for (int key = 0; key < kKeys; ++key) {
      items.push_back({{"g", fmt::format("K{}", key)},
                       secret(fmt::format("round-{}", round))});
    }
    return world.manager.import({scope(kOrg), "local"}, std::move(items));
  };
  ASSERT_TRUE(write(0).has_value());

  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::atomic<int> reads = 0;
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < kReaders; ++reader) {
      readers.emplace_back([&] {
        while (!stop) {
          const Resolution resolution = world.resolved(document);
          const std::string first = bound(resolution.bindings, "g.K0");
          if (!first.starts_with("round-")) ++torn;
          for (int key = 1; key < kKeys; ++key) {
            const std::string name = fmt::format("g.K{}", key);
            if (bound(resolution.bindings, name) != first) ++torn;
          }
          ++reads;
        }
      });
    }
    for (int round = 1; round <= kWrites; ++round) {
      EXPECT_TRUE(write(round).has_value());
    }
    while (reads < kReaders) std::this_thread::yield();
    stop = true;
  }
  EXPECT_EQ(torn, 0);
}

TEST(ResolverThreads, W3_OfWritersThatSawOneVersionExactlyOneWins) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 25;
  World world;
  std::atomic<int> wins = 0;
  std::atomic<int> others = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (Version version = 0; version < kRounds; ++version) {
          const auto result = world.manager.set(
              {scope(kOrg), "local"}, {"g", "K"},
              secret(fmt::format("{}-{}", thread, version)), version);
          if (result) {
            ++wins;
          } else if (result.error().code != ErrorCode::kConflict) {
            ++others;
          }
        }
      });
    }
  }
  EXPECT_EQ(others, 0);
  const auto history = world.manager.history(scope(kOrg), "g").value();
  EXPECT_EQ(static_cast<int>(history.front().version), wins.load());
  EXPECT_EQ(world.entry(kOrg, "g.K"),
            fmt::format("{} active local", wins.load()));
  EXPECT_TRUE(world.catalog.intents().value().empty());
}

TEST(ResolverThreads, W8_AnAcknowledgedNameIsNeverMissingAgain) {
  constexpr int kThreads = 6;
  constexpr int kKeys = 20;
  World world;
  std::atomic<int> stale = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::string document;
        for (int i = 0; i < kKeys; ++i) {
          const std::string key = fmt::format("T{}_{}", thread, i);
          if (!world.manager.set({scope(kOrg), "local"}, {"g", key},
                                 secret(key), {})) {
            ++stale;
          }
          document += fmt::format("<< SECRETS.g.{} >>\n", key);
          const Resolution resolution = world.resolved(document);
          for (int j = 0; j <= i; ++j) {
            const std::string name = fmt::format("T{}_{}", thread, j);
            if (bound(resolution.bindings, "g." + name) != name) ++stale;
          }
        }
      });
    }
  }
  EXPECT_EQ(stale, 0);
  EXPECT_EQ(world.catalog.list(scope(kOrg)).value().size(),
            static_cast<std::size_t>(kThreads * kKeys));
}

}  // namespace
}  // namespace sotto
