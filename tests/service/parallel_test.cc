// SPDX-License-Identifier: Apache-2.0

#include "service/parallel.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

using namespace std::chrono_literals;

class Parallel : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Parallel, DoesEveryThingOnce) {
  for (const std::size_t count : {0u, 1u, 2u, 7u, 10'000u}) {
    std::vector<std::atomic<int>> calls(count);
    const auto done = parallel_for(
        count,
        [&](std::size_t i) -> Result<void> {
          ++calls[i];
          return {};
        },
        GetParam());
    EXPECT_TRUE(done) << error_of(done);
    for (const std::atomic<int>& its : calls) EXPECT_EQ(its, 1);
  }
}

// Whichever thread is first.
TEST_P(Parallel, FailsAsTheLowestThatFails) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto done = parallel_for(
        100,
        [&](std::size_t i) -> Result<void> {
          if (i == 5) std::this_thread::yield();
          if (i < 5) return {};
          return fail(ErrorCode::kIo, std::to_string(i));
        },
        GetParam());
    EXPECT_EQ(error_of(done), "io: 5");
  }
}

TEST_P(Parallel, BeginsNothingAfterAFailure) {
  std::atomic<std::size_t> begun = 0;
  const auto done = parallel_for(
      100'000,
      [&](std::size_t i) -> Result<void> {
        ++begun;
        if (i == 0) return fail(ErrorCode::kIo, "first");
        std::this_thread::sleep_for(1ms);
        return {};
      },
      GetParam());
  EXPECT_EQ(error_of(done), "io: first");
  EXPECT_LT(begun, 100'000u);
  if (GetParam() <= 1) {
    EXPECT_EQ(begun, 1u);
  }
}

TEST_P(Parallel, WithoutMemoryFails) {
  const auto done = parallel_for(
      10,
      [](std::size_t i) -> Result<void> {
        if (i == 3) throw std::bad_alloc();
        return {};
      },
      GetParam());
  EXPECT_EQ(error_of(done), "no-memory: no memory");
}

INSTANTIATE_TEST_SUITE_P(Threads, Parallel, ::testing::Values(0, 1, 2, 3, 16),
                         [](const auto& chosen) {
                           return "Number" + std::to_string(chosen.param);
                         });

TEST(ParallelFor, HasNoOtherThreadForOneThingOrOnOneProcessor) {
  const auto here = std::this_thread::get_id();
  const auto look = [&](std::size_t) -> Result<void> {
    EXPECT_EQ(std::this_thread::get_id(), here);
    return {};
  };
  EXPECT_TRUE(parallel_for(1, look, 16));
  EXPECT_TRUE(parallel_for(100, look, 1));
}

TEST(ParallelFor, WorksSideBySide) {
  std::atomic<int> there = 0;
  const auto done = parallel_for(
      3,
      [&](std::size_t) -> Result<void> {
        ++there;
        const auto give_up = std::chrono::steady_clock::now() + 60s;
        while (there < 3) {
          if (std::chrono::steady_clock::now() > give_up) {
            return fail(ErrorCode::kIo, "alone");
          }
          std::this_thread::yield();
        }
        return {};
      },
      3);
  EXPECT_EQ(error_of(done), "");
}

bool holds_back(int signal) {
  sigset_t held;
  pthread_sigmask(SIG_SETMASK, nullptr, &held);
  return sigismember(&held, signal) == 1;
}

TEST(ParallelFor, LeavesSignalsToTheThreadThatCalls) {
  const auto here = std::this_thread::get_id();
  std::atomic<int> others = 0;
  EXPECT_TRUE(parallel_for(
      64,
      [&](std::size_t) -> Result<void> {
        const bool is_other = std::this_thread::get_id() != here;
        EXPECT_EQ(holds_back(SIGTERM), is_other);
        EXPECT_EQ(holds_back(SIGINT), is_other);
        others += is_other ? 1 : 0;
        std::this_thread::sleep_for(1ms);
        return {};
      },
      4));
  EXPECT_GT(others, 0);
  EXPECT_FALSE(holds_back(SIGTERM));
}

TEST(SideBySide, DoesBoth) {
  std::atomic<bool> other = false;
  const auto caller = std::this_thread::get_id();
  EXPECT_TRUE(side_by_side(
      [&]() -> Result<void> {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        return {};
      },
      [&]() -> Result<void> {
        EXPECT_EQ(holds_back(SIGINT), std::this_thread::get_id() != caller);
        other = true;
        return {};
      }));
  EXPECT_TRUE(other);
  EXPECT_FALSE(holds_back(SIGINT));
}

TEST(SideBySide, FailsAsTheFirstOfThemThatFails) {
  const auto fails = [](const char* message) {
    return
        [message]() -> Result<void> { return fail(ErrorCode::kIo, message); };
  };
  const auto succeeds = []() -> Result<void> { return {}; };
  const auto no_memory = []() -> Result<void> { throw std::bad_alloc(); };
  EXPECT_EQ(error_of(side_by_side(fails("here"), fails("there"))), "io: here");
  EXPECT_EQ(error_of(side_by_side(fails("here"), succeeds)), "io: here");
  EXPECT_EQ(error_of(side_by_side(succeeds, fails("there"))), "io: there");
  EXPECT_EQ(side_by_side(succeeds, no_memory).error().code,
            ErrorCode::kNoMemory);
  EXPECT_EQ(side_by_side(no_memory, succeeds).error().code,
            ErrorCode::kNoMemory);
}

}  // namespace
}  // namespace sotto::testing
