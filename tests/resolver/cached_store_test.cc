// SPDX-License-Identifier: Apache-2.0

#include "resolver/cached_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/secret_memory.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using namespace std::chrono_literals;

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::WatchedStore;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr CacheLimits kLimits{.soft = 10s, .hard = 60s, .bytes = 100'000};

class CachedStoreTest : public ::testing::Test {
 protected:
  explicit CachedStoreTest(CacheLimits limits = kLimits) {
    auto inner = std::make_unique<WatchedStore>("vault");
    inner_ = inner.get();
    cached_ = std::make_unique<CachedStore>(std::move(inner), limits, [this] {
      return Deadline(std::chrono::seconds(1'000'000)) + age_.load();
    });
  }

  static Locator at(std::string_view name,
                    std::optional<Version> version = {}) {
    return {scope("platform"), ref(name), {}, version};
  }

  // Writes past the cache, as another process does.
  void write(std::string_view name, std::string_view value) {
    inner_->memory.set(scope("platform"), ref(name), value);
  }

  // Through it.
  Result<Version> put(std::string_view name,
                      std::optional<std::string_view> value) {
    std::vector<GroupWrite> writes(1);
    writes[0].scope = scope("platform");
    writes[0].group = ref(name).group;
    std::optional<SecretString> text;
    if (value) text = secret(*value);
    writes[0].changes.push_back({ref(name).key, std::move(text)});
    return std::move(cached_->put(writes).front());
  }

  static std::string text_of(const Result<FetchedSecret>& answer) {
    if (!answer) {
      return fmt::format("error:{}", error_info(answer.error().code).name);
    }
    return std::string(answer->value.text.expose());
  }

  std::string read(std::string_view name) {
    return text_of(cached_->fetch(std::array{at(name)}).front());
  }

  // How often the store was asked since the last call of this.
  std::size_t calls() { return inner_->take_fetches().size(); }

  WatchedStore* inner_;
  std::atomic<std::chrono::milliseconds> age_{0ms};
  std::unique_ptr<CachedStore> cached_;
};

TEST_F(CachedStoreTest, AsksOnceAndThenAnswersFromMemory) {
  write("g.K", "v");
  Operation operation;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        text_of(
            cached_->fetch_within(operation, std::array{at("g.K")}).front()),
        "v");
  }
  EXPECT_EQ(calls(), 1u);
  EXPECT_EQ(operation.counts().cache_hits, 2u);
}

TEST_F(CachedStoreTest, AnswersInTheOrderOfTheQuestions) {
  write("a.K", "1");
  write("b.K", "2");
  write("b.L", "3");
  EXPECT_EQ(read("b.K"), "2");
  const auto answers = cached_->fetch(
      std::array{at("b.L"), at("a.K"), at("b.K"), at("a.NO"), at("b.L")});
  ASSERT_THAT(answers, SizeIs(5));
  EXPECT_EQ(text_of(answers[0]), "3");
  EXPECT_EQ(text_of(answers[1]), "1");
  EXPECT_EQ(text_of(answers[2]), "2");
  EXPECT_EQ(text_of(answers[3]), "error:missing");
  EXPECT_EQ(text_of(answers[4]), "3");
  EXPECT_EQ(answers[0]->version, 2u);
  EXPECT_EQ(calls(), 2u);
}

TEST_F(CachedStoreTest, AsksForNothingWhenItIsAskedForNothing) {
  EXPECT_THAT(cached_->fetch({}), IsEmpty());
  EXPECT_EQ(calls(), 0u);
}

TEST_F(CachedStoreTest, R5_AMissAsksForAllThatIsKnownOfTheGroup) {
  write("g.A", "old");
  write("g.B", "old");
  EXPECT_EQ(read("g.A"), "old");
  write("g.A", "new");
  write("g.B", "new");
  EXPECT_EQ(read("g.A"), "old");
  const auto answers = cached_->fetch(std::array{at("g.A"), at("g.B")});
  EXPECT_EQ(text_of(answers[0]), "new");
  EXPECT_EQ(text_of(answers[1]), "new");
  inner_->take_fetches();
  write("g.C", "newest");
  EXPECT_EQ(read("g.C"), "newest");
  const auto fetches = inner_->take_fetches();
  ASSERT_THAT(fetches, SizeIs(1));
  EXPECT_THAT(fetches[0], ElementsAre(at("g.A"), at("g.B"), at("g.C")));
}

TEST_F(CachedStoreTest, SeveralGroupsAreOneBatch) {
  write("a.K", "1");
  write("b.K", "2");
  cached_->fetch(std::array{at("a.K"), at("b.K")});
  const auto fetches = inner_->take_fetches();
  ASSERT_THAT(fetches, SizeIs(1));
  EXPECT_THAT(fetches[0], ElementsAre(at("a.K"), at("b.K")));
}

TEST_F(CachedStoreTest, AfterTheSoftLifeTheOldValueIsAnsweredAndAskedForAnew) {
  write("g.K", "old");
  EXPECT_EQ(read("g.K"), "old");
  write("g.K", "new");
  std::promise<void> go;
  inner_->before_fetch = [gate = go.get_future().share()](auto) {
    gate.wait();
  };
  age_ = 10s;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read("g.K"), "old");
  go.set_value();
  while (read("g.K") == "old") std::this_thread::sleep_for(1ms);
  EXPECT_EQ(read("g.K"), "new");
  EXPECT_EQ(calls(), 2u);
}

TEST_F(CachedStoreTest, AStoreThatIsGoneIsBridgedUntilTheHardLifeIsOver) {
  write("g.K", "v");
  EXPECT_EQ(read("g.K"), "v");
  inner_->memory.fail_fetch(scope("platform"), ref("g.K"),
                            {ErrorCode::kUnreachable, "gone", {}});
  age_ = 30s;
  EXPECT_EQ(read("g.K"), "v");
  age_ = 60s;
  EXPECT_EQ(read("g.K"), "error:unreachable");
}

TEST_F(CachedStoreTest, N6_TroubleIsAskedForEachTime) {
  for (const ErrorCode code :
       {ErrorCode::kForbidden, ErrorCode::kUnreachable, ErrorCode::kDeleted,
        ErrorCode::kMalformed, ErrorCode::kDisabled}) {
    inner_->memory.fail_fetch(scope("platform"), ref("g.K"), {code, "no", {}});
    calls();
    const std::string expected = fmt::format("error:{}", error_info(code).name);
    EXPECT_EQ(read("g.K"), expected);
    EXPECT_EQ(read("g.K"), expected);
    EXPECT_EQ(calls(), 2u);
  }
}

TEST_F(CachedStoreTest, N6_AbsenceIsBelievedForFiveSeconds) {
  EXPECT_EQ(read("g.K"), "error:missing");
  write("g.K", "v");
  age_ = 4999ms;
  EXPECT_EQ(read("g.K"), "error:missing");
  EXPECT_EQ(calls(), 1u);
  age_ = 5s;
  EXPECT_EQ(read("g.K"), "v");
}

TEST_F(CachedStoreTest, W8_WhoWritesReadsWhatWasWritten) {
  EXPECT_EQ(read("g.K"), "error:missing");
  ASSERT_TRUE(put("g.K", "one"));
  EXPECT_EQ(read("g.K"), "one");
  ASSERT_TRUE(put("g.K", "two"));
  EXPECT_EQ(read("g.K"), "two");
  ASSERT_TRUE(put("g.K", std::nullopt));
  EXPECT_EQ(read("g.K"), "error:deleted");
  ASSERT_TRUE(cached_->restore(scope("platform"), ref("g.K"), 1, {}));
  EXPECT_EQ(read("g.K"), "one");
}

TEST_F(CachedStoreTest, W8_AWriteWhoseOutcomeIsUnknownCountsAsOne) {
  write("g.K", "old");
  EXPECT_EQ(read("g.K"), "old");
  inner_->instead_of_put = [&](auto) {
    write("g.K", "new");
    WatchedStore::Written unknown;
    unknown.push_back(fail(ErrorCode::kOutcomeUnknown, "unknown"));
    return unknown;
  };
  EXPECT_FALSE(put("g.K", "new"));
  EXPECT_EQ(read("g.K"), "new");
}

TEST_F(CachedStoreTest, W8_AnAnswerThatAWriteOvertookIsNotKept) {
  write("g.K", "old");
  std::promise<void> has_read;
  std::promise<void> go;
  std::atomic<bool> first = true;
  inner_->instead_of_fetch = [&](std::span<const Locator> locators) {
    auto answers = inner_->memory.fetch(locators);
    if (first.exchange(false)) {
      has_read.set_value();
      go.get_future().wait();
    }
    return answers;
  };
  auto reader = std::async(std::launch::async, [&] { return read("g.K"); });
  has_read.get_future().wait();
  ASSERT_TRUE(put("g.K", "new"));
  EXPECT_EQ(read("g.K"), "new");  // And does not wait for the other.
  go.set_value();
  EXPECT_EQ(reader.get(), "old");
  EXPECT_EQ(read("g.K"), "new");
}

TEST_F(CachedStoreTest, APinnedVersionIsNotTheLatest) {
  ASSERT_TRUE(put("g.K", "one"));
  ASSERT_TRUE(put("g.K", "two"));
  const auto answers = cached_->fetch(std::array{at("g.K", 1), at("g.K")});
  EXPECT_EQ(text_of(answers[0]), "one");
  EXPECT_EQ(text_of(answers[1]), "two");
}

TEST_F(CachedStoreTest, C4_PurgeForgetsAndWipes) {
  write("g.K", std::string(1'000, 'x'));
  const std::size_t before = secret_memory_status().used;
  read("g.K");
  EXPECT_GT(secret_memory_status().used, before);
  cached_->purge();
  EXPECT_EQ(secret_memory_status().used, before);
  read("g.K");
  EXPECT_EQ(calls(), 2u);
}

TEST_F(CachedStoreTest, KeepsNoMoreBytesThanItMay) {
  const std::size_t before = secret_memory_status().used;
  const std::string value(10'000, 'x');
  for (int i = 0; i < 50; ++i) {
    const std::string name = fmt::format("g{}.K", i);
    inner_->instead_of_fetch = [&](std::span<const Locator> locators) {
      WatchedStore::Fetched answers;
      for (std::size_t n = 0; n < locators.size(); ++n) {
        answers.push_back(FetchedSecret{{secret(value)}, 1});
      }
      return answers;
    };
    EXPECT_EQ(read(name), value);
  }
  // Pieces are rounded up to the next power of two.
  EXPECT_LE(secret_memory_status().used, before + 2 * kLimits.bytes);
}

TEST_F(CachedStoreTest, AStoreThatAnswersTooFewIsMalformed) {
  inner_->instead_of_fetch = [](auto) {
    WatchedStore::Fetched answers;
    answers.push_back(FetchedSecret{{secret("v")}, 1});
    return answers;
  };
  const auto answers = cached_->fetch(std::array{at("a.K"), at("b.K")});
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(text_of(answers[0]), "error:malformed");
  EXPECT_EQ(text_of(answers[1]), "error:malformed");
  inner_->instead_of_fetch = [](auto) { return WatchedStore::Fetched{}; };
  EXPECT_EQ(text_of(cached_->fetch(std::array{at("c.K")}).front()),
            "error:no-memory");
}

TEST_F(CachedStoreTest, WhoWaitsForAnotherWaitsNoLongerThanItMay) {
  write("g.K", "v");
  std::promise<void> asked;
  std::promise<void> go;
  inner_->before_fetch = [&](auto) {
    asked.set_value();
    go.get_future().wait();
  };
  auto leader = std::async(std::launch::async, [&] { return read("g.K"); });
  asked.get_future().wait();
  const auto begun = std::chrono::steady_clock::now();
  Operation hurried(100ms);
  const auto late = cached_->fetch_within(hurried, std::array{at("g.K")});
  ASSERT_FALSE(late.front().has_value());
  EXPECT_EQ(late.front().error(),
            (Error{ErrorCode::kUnreachable, "no answer in time",
                   "check the server's load and its log"}));
  Operation cancelled;
  auto canceller = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(20ms);
    cancelled.cancel();
  });
  EXPECT_EQ(
      text_of(cached_->fetch_within(cancelled, std::array{at("g.K")}).front()),
      "error:cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  go.set_value();
  EXPECT_EQ(leader.get(), "v");
}

// The leader's own end is no answer for those who have more time.
TEST_F(CachedStoreTest, WhoWaitedForOneThatWasCancelledAsksItself) {
  write("g.K", "v");
  Operation hurried;
  std::promise<void> asked;
  std::promise<void> go;
  std::atomic<bool> first = true;
  inner_->instead_of_fetch = [&](std::span<const Locator> locators) {
    if (!first.exchange(false)) return inner_->memory.fetch(locators);
    asked.set_value();
    go.get_future().wait();
    WatchedStore::Fetched answers;
    answers.push_back(fail(ErrorCode::kCancelled, "cancelled"));
    return answers;
  };
  auto leader = std::async(std::launch::async, [&] {
    return text_of(
        cached_->fetch_within(hurried, std::array{at("g.K")}).front());
  });
  asked.get_future().wait();
  auto waiter = std::async(std::launch::async, [&] { return read("g.K"); });
  std::this_thread::sleep_for(20ms);
  hurried.cancel();
  go.set_value();
  EXPECT_EQ(leader.get(), "error:cancelled");
  EXPECT_EQ(waiter.get(), "v");
}

// One asks for a key, ninety-nine for others of the same group meanwhile.
TEST_F(CachedStoreTest, N3_WhatIsMissedMeanwhileIsAskedForAtOnce) {
  constexpr int kThreads = 99;
  for (int i = 0; i <= kThreads; ++i) write(fmt::format("g.K{}", i), "v");
  std::promise<void> asked;
  std::promise<void> go;
  std::atomic<bool> first = true;
  inner_->before_fetch = [&](auto) {
    if (!first.exchange(false)) return;
    asked.set_value();
    go.get_future().wait();
  };
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { EXPECT_EQ(read("g.K0"), "v"); });
  asked.get_future().wait();
  for (int i = 1; i <= kThreads; ++i) {
    threads.emplace_back(
        [&, i] { EXPECT_EQ(read(fmt::format("g.K{}", i)), "v"); });
  }
  std::this_thread::sleep_for(100ms);
  go.set_value();
  threads.clear();
  EXPECT_LE(calls(), 3u);
}

class UncachedStoreTest : public CachedStoreTest {
 protected:
  UncachedStoreTest() : CachedStoreTest({.hard = 0ms}) {}
};

TEST_F(UncachedStoreTest, ALifeOfNothingTurnsItOff) {
  write("g.K", "v");
  EXPECT_EQ(read("g.K"), "v");
  EXPECT_EQ(read("g.K"), "v");
  EXPECT_EQ(calls(), 2u);
}

class TinyStoreTest : public CachedStoreTest {
 protected:
  TinyStoreTest() : CachedStoreTest({.bytes = 0}) {}
};

TEST_F(TinyStoreTest, ASizeOfNothingTurnsItOff) {
  write("g.K", "v");
  EXPECT_EQ(read("g.K"), "v");
  EXPECT_EQ(read("g.K"), "v");
  EXPECT_EQ(calls(), 2u);
}

TEST_F(CachedStoreTest, N3_AHundredThreadsThatMissMakeOneCall) {
  constexpr int kThreads = 100;
  constexpr int kRounds = 1000;
  write("g.K", "v");
  std::atomic<int> wrong = 0;
  std::atomic<int> wrong_calls = 0;
  std::barrier round(kThreads, [&]() noexcept {
    if (calls() != 1) ++wrong_calls;
    cached_->purge();
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kRounds; ++n) {
          if (read("g.K") != "v") ++wrong;
          round.arrive_and_wait();
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(wrong_calls, 0);
}

// Counts its writes: the value is the version.
class CountingStore : public WatchedStore {
 public:
  CountingStore() : WatchedStore("vault") {
    instead_of_put = [this](auto) {
      Written written;
      written.push_back(++count_);
      return written;
    };
  }
  Fetched fetch(std::span<const Locator> locators) override {
    const Version now = count_;
    Fetched answers;
    for (std::size_t i = 0; i < locators.size(); ++i) {
      answers.push_back(FetchedSecret{{secret(std::to_string(now))}, now});
    }
    return answers;
  }

 private:
  std::atomic<Version> count_{0};
};

TEST(CachedStoreThreads, W8_NoReadAfterAWriteIsStale) {
  constexpr Version kWrites = 100'000;
  CachedStore store(std::make_unique<CountingStore>(),
                    {.soft = 1ms, .hard = 1h, .bytes = 100'000});
  const Locator locator{scope("platform"), ref("g.K"), {}, std::nullopt};
  const auto read = [&] {
    return store.fetch(std::array{locator}).front().value().version;
  };
  std::atomic<Version> acknowledged = 0;
  std::atomic<bool> stop = false;
  std::atomic<int> stale = 0;
  {
    const std::jthread reader([&] {
      while (!stop) {
        const Version least = acknowledged;
        if (read() < least) ++stale;
      }
    });
    for (Version n = 0; n < kWrites; ++n) {
      std::vector<GroupWrite> writes(1);
      writes[0].scope = scope("platform");
      writes[0].group = "g";
      const Version written = store.put(writes).front().value();
      acknowledged = written;
      if (read() < written) ++stale;
    }
    stop = true;
  }
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace sotto
