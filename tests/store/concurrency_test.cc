// SPDX-License-Identifier: Apache-2.0
//
// Many threads and several processes on one store, one catalog.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/store/testing_store.h"

namespace sotto {
namespace {

constexpr int kThreads = 64;

void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

// Reads the counter and writes it, one higher, if nobody was faster.
bool increment(Store& store, const Scope& scope) {
  const std::vector<Locator> locators{{scope, named("a.COUNTER"), {}, {}}};
  const auto answers = store.fetch(locators);
  const auto& now = answers.at(0);
  if (!now) return false;
  const int value = std::stoi(std::string(now->value.text.expose()));
  return put(store, scope, "a.COUNTER", std::to_string(value + 1), now->version)
      .has_value();
}

class ConcurrencyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(put(*fixture_.store, acme_, "a.COUNTER", "0"));
  }
  std::string counter() {
    return value_of(*fixture_.store, acme_, "a.COUNTER");
  }

  LocalFixture fixture_;
  Scope acme_ = org("acme");
};

TEST_F(ConcurrencyTest, W03_OfSixtyFourThreadsThatSawOneVersionOneWins) {
  for (Version version = 1; version <= 20; ++version) {
    std::atomic<int> winners = 0;
    in_threads(kThreads, [&](int i) {
      const auto written =
          put(*fixture_.store, acme_, "a.COUNTER", std::to_string(i), version);
      if (written) {
        EXPECT_EQ(*written, version + 1);
        ++winners;
      } else {
        EXPECT_EQ(written.error().code, ErrorCode::kConflict);
      }
    });
    EXPECT_EQ(winners, 1);
  }
}

TEST_F(ConcurrencyTest, W03_EveryIncrementThatWasAcknowledgedCounts) {
  std::atomic<int> successes = 0;
  in_threads(kThreads, [&](int) {
    for (int i = 0; i < 25; ++i) {
      if (increment(*fixture_.store, acme_)) ++successes;
    }
  });
  EXPECT_GT(successes, 0);
  EXPECT_EQ(counter(), std::to_string(successes.load()));
  EXPECT_EQ(fixture_.store->history(acme_, "a")->front().version,
            static_cast<Version>(successes) + 1);
  EXPECT_EQ(error_text(fixture_.store->check()), "");
}

TEST_F(ConcurrencyTest, W04_TwoProcessesCountTogether) {
  const auto many = [&](const std::filesystem::path& result) {
    return in_child([&] {
      std::atomic<int> successes = 0;
      auto store = fixture_.open();
      if (!store) return 1;
      in_threads(32, [&](int) {
        for (int i = 0; i < 10; ++i) {
          if (increment(**store, acme_)) ++successes;
        }
      });
      write_file(result, std::to_string(successes.load()));
      return 0;
    });
  };
  fixture_.store.reset();
  std::thread first([&] { EXPECT_EQ(many(fixture_.folder / "1"), 0); });
  std::thread second([&] { EXPECT_EQ(many(fixture_.folder / "2"), 0); });
  first.join();
  second.join();
  fixture_.store = fixture_.open().value();
  EXPECT_EQ(counter(),
            std::to_string(std::stoi(read_file(fixture_.folder / "1")) +
                           std::stoi(read_file(fixture_.folder / "2"))));
  EXPECT_EQ(error_text(fixture_.store->check()), "");
}

TEST_F(ConcurrencyTest, W04_AStoreThatIsLockedIsBusyInTwoSecondsAndStillRead) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(fixture_.file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr),
            SQLITE_OK);
  const auto start = std::chrono::steady_clock::now();
  const auto refused = put(*fixture_.store, acme_, "a.COUNTER", "1");
  EXPECT_LE(std::chrono::steady_clock::now() - start,
            std::chrono::milliseconds(2200));
  EXPECT_EQ(error_code(refused), ErrorCode::kBusy);
  EXPECT_EQ(error_text(refused), "store \"" + fixture_.file.native() +
                                     "\" is locked by another process, for 2 s "
                                     "now\nhint: try again");
  EXPECT_EQ(counter(), "0");
  EXPECT_EQ(error_text(fixture_.open()), "");
  sqlite3_close(other);
  EXPECT_TRUE(put(*fixture_.store, acme_, "a.COUNTER", "1"));
}

// All keys of a group come from one version, whoever writes meanwhile.
TEST_F(ConcurrencyTest, NoReaderSeesHalfAWrite) {
  constexpr int kKeys = 8;
  const auto write_all = [&](const std::string& value) {
    std::vector<GroupWrite> writes(1);
    writes[0].scope = acme_;
    writes[0].group = "torn";
    for (int i = 0; i < kKeys; ++i) {
      writes[0].changes.push_back({"K" + std::to_string(i), secret(value)});
    }
    ASSERT_TRUE(fixture_.store->put(writes).at(0));
  };
  write_all("0");
  std::vector<Locator> locators;
  for (int i = 0; i < kKeys; ++i) {
    locators.push_back({acme_, {"torn", "K" + std::to_string(i)}, {}, {}});
  }
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::thread writer([&] {
    for (int i = 1; i <= 300; ++i) write_all(std::to_string(i));
    done = true;
  });
  in_threads(4, [&](int) {
    while (!done) {
      const auto answers = fixture_.store->fetch(locators);
      for (const auto& answer : answers) {
        ASSERT_TRUE(answer) << error_text(answer);
        ASSERT_EQ(answer->version, answers[0]->version);
        ASSERT_EQ(answer->value.text.expose(), answers[0]->value.text.expose());
      }
      ++reads;
    }
  });
  writer.join();
  EXPECT_GT(reads, 10);
}

TEST(CatalogConcurrencyTest, ThreadsAndProcessesShareOneCatalog) {
  TempFolder folder;
  const auto file = folder / "catalog.db";
  const Scope acme = org("acme");
  // All of them create, write and read at once.
  const auto work = [&](int process) {
    auto catalog = Catalog::open(file, {.create = true});
    if (!catalog) return 1;
    std::atomic<int> failures = 0;
    in_threads(4, [&](int thread) {
      for (int i = 0; i < 20; ++i) {
        const std::string group = "g" + std::to_string(process) + "-" +
                                  std::to_string(thread) + "-" +
                                  std::to_string(i);
        const Intent intent{acme, group, "local"};
        const CatalogEntry one = entry(acme, group + ".KEY");
        const std::vector<SecretRef> refs{one.ref};
        const std::vector<Scope> scopes{acme};
        if (!catalog->begin(std::vector{intent}) ||
            !catalog->record(intent, std::vector{one}) ||
            catalog->find(refs, scopes)->at(0) != one) {
          ++failures;
        }
      }
    });
    return failures == 0 ? 0 : 2;
  };
  std::vector<std::thread> processes;
  for (int i = 0; i < 3; ++i) {
    processes.emplace_back(
        [&, i] { EXPECT_EQ(in_child([&] { return work(i); }), 0); });
  }
  for (std::thread& process : processes) process.join();
  auto catalog = Catalog::open(file, {});
  ASSERT_EQ(error_text(catalog), "");
  EXPECT_EQ(catalog->list()->size(), 3u * 4u * 20u);
  EXPECT_TRUE(catalog->intents()->empty());
  EXPECT_EQ(error_text(catalog->verify()), "");
}

}  // namespace
}  // namespace sotto
