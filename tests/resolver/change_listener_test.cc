// SPDX-License-Identifier: Apache-2.0

#include "resolver/change_listener.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kOrg = "org/acme";

std::string text_of(const SecretChange& change) {
  return fmt::format("{} {} {} {}", to_string(change.kind),
                     to_string(change.scope), to_string(change.ref),
                     change.version);
}

// Keeps what it is told; `during` runs in each call, before that is kept.
class Recorder : public ChangeListener {
 public:
  std::function<void(const SecretChange&)> during;

  void changed(const SecretChange& change) override {
    {
      const std::scoped_lock lock(mutex_);
      ++calls_;
    }
    if (during) during(change);
    const std::scoped_lock lock(mutex_);
    changes_.push_back(text_of(change));
    told_.notify_all();
  }

  void missed(std::size_t changes) override {
    const std::scoped_lock lock(mutex_);
    missed_ += changes;
    told_.notify_all();
  }

  // Waits until so many changes were told or missed, and then a little longer
  // for one too many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, seconds(20),
                   [&] { return changes_.size() + missed_ >= count; });
    told_.wait_for(lock, milliseconds(20),
                   [&] { return changes_.size() + missed_ > count; });
    return changes_;
  }

  std::size_t calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  std::size_t missed_count() {
    const std::scoped_lock lock(mutex_);
    return missed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::size_t calls_ = 0;
  std::size_t missed_ = 0;
  std::vector<std::string> changes_;
};

// Held shut until it is opened.
class Gate {
 public:
  ~Gate() { open(); }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

class ChangeListenerTest : public ::testing::Test {
 protected:
  ChangeSubscription listen(const std::shared_ptr<Recorder>& recorder) {
    return world_.manager.listen(recorder).value();
  }

  Result<Version> set(std::string_view name) {
    return world_.manager.set({scope(kOrg), "local"}, ref(name), secret("v"),
                              {});
  }

  World world_;
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
};

TEST_F(ChangeListenerTest, W7_TellsEachKindOfChangeOnce) {
  const ChangeSubscription listening = listen(recorder_);
  ASSERT_TRUE(set("g.K"));
  ASSERT_TRUE(set("g.K"));
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}));
  ASSERT_TRUE(world_.manager.restore(scope(kOrg), ref("g.K"), {}, {}));
  ASSERT_TRUE(world_.manager.remove(scope(kOrg), ref("g.K"), {}));
  ASSERT_TRUE(set("g.K"));
  EXPECT_THAT(recorder_->wait_for(6),
              ElementsAre("created org/acme g.K 1", "updated org/acme g.K 2",
                          "deleted org/acme g.K 3", "restored org/acme g.K 4",
                          "deleted org/acme g.K 5", "created org/acme g.K 6"));
}

TEST_F(ChangeListenerTest, TellsEveryKeyOfAnImport) {
  ASSERT_TRUE(set("g.B"));
  const ChangeSubscription listening = listen(recorder_);
  std::vector<ImportItem> items;
  for (const char* name : {"h.C", "g.B", "g.A"}) {
    items.push_back({ref(name), secret("v")});
  }
  ASSERT_TRUE(world_.manager.import({scope(kOrg), "local"}, std::move(items)));
  EXPECT_THAT(recorder_->wait_for(3),
              ElementsAre("created org/acme g.A 2", "updated org/acme g.B 2",
                          "created org/acme h.C 1"));
}

TEST_F(ChangeListenerTest, CatalogAndStoreHaveItWhenItIsTold) {
  std::vector<std::string> seen;
  recorder_->during = [&](const SecretChange& change) {
    seen.push_back(world_.entry(kOrg, to_string(change.ref)));
  };
  {
    const ChangeSubscription listening = listen(recorder_);
    ASSERT_TRUE(set("g.K"));
    recorder_->wait_for(1);
  }
  EXPECT_THAT(seen, ElementsAre("1 active local"));
}

TEST_F(ChangeListenerTest, WhatWasNotWrittenOrNotRecordedIsNotTold) {
  const ChangeSubscription listening = listen(recorder_);
  EXPECT_FALSE(
      world_.manager.set({scope(kOrg), "local"}, ref("g.K"), secret("v"), 7));
  EXPECT_FALSE(world_.manager.remove(scope(kOrg), ref("g.K"), {}));
  world_.local.list_error = Error{ErrorCode::kUnreachable, "gone", {}};
  const auto unknown = set("g.K");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_THAT(recorder_->wait_for(0), IsEmpty());
}

TEST_F(ChangeListenerTest, OfARefusedImportWhatWasWrittenIsTold) {
  WatchedStore other("other");
  world_.stores.add(other);
  ASSERT_TRUE(
      world_.manager.set({scope(kOrg), "other"}, ref("z.K"), secret("v"), {}));
  other.instead_of_put = [](std::span<const GroupWrite> writes) {
    return WatchedStore::Written(
        writes.size(),
        tl::unexpected<Error>(Error{ErrorCode::kForbidden, "no", {}}));
  };
  const ChangeSubscription listening = listen(recorder_);
  std::vector<ImportItem> items;
  for (const char* name : {"a.K", "z.K"}) {
    items.push_back({ref(name), secret("v")});
  }
  EXPECT_FALSE(world_.manager.import({scope(kOrg), "local"}, std::move(items)));
  EXPECT_THAT(recorder_->wait_for(1), ElementsAre("created org/acme a.K 1"));
}

TEST_F(ChangeListenerTest, AfterItsEndNothingIsTold) {
  {
    const ChangeSubscription listening = listen(recorder_);
    ASSERT_TRUE(set("g.K"));
    recorder_->wait_for(1);
  }
  ASSERT_TRUE(set("g.K"));
  EXPECT_EQ(recorder_->wait_for(1).size(), 1u);
}

TEST_F(ChangeListenerTest, ASubscriptionMayOutliveTheManager) {
  std::optional<ChangeSubscription> listening;
  {
    SecretManager manager(world_.catalog, world_.stores);
    listening = manager.listen(recorder_).value();
    ASSERT_TRUE(
        manager.set({scope(kOrg), "local"}, ref("g.K"), secret("v"), {}));
  }
  EXPECT_EQ(recorder_->wait_for(1).size(), 1u);
}

TEST_F(ChangeListenerTest, WhatDoesNotFitIsCountedAsMissed) {
  Gate gate;
  recorder_->during = [&](const SecretChange&) { gate.wait(); };
  ChangeFeed feed;
  const ChangeSubscription listening = feed.listen(recorder_).value();
  const SecretChange change{ChangeKind::kUpdated, scope(kOrg), ref("g.K"), 1};
  feed.tell({&change, 1});
  while (recorder_->calls() == 0) std::this_thread::yield();
  const std::vector<SecretChange> many(kMaxWaitingChanges + 5, change);
  feed.tell(many);
  gate.open();
  EXPECT_EQ(recorder_->wait_for(kMaxWaitingChanges + 6).size(),
            kMaxWaitingChanges + 1);
  EXPECT_EQ(recorder_->missed_count(), 5u);
}

// Eight listeners, of which one blocks, one throws and one takes itself out in
// its third call.
TEST_F(ChangeListenerTest, W7_NoListenerDelaysAWriteOrAnother) {
  constexpr std::size_t kChanges = 1000;
  constexpr milliseconds kAllowed{10};
  Gate gate;
  std::vector<std::shared_ptr<Recorder>> recorders;
  std::vector<ChangeSubscription> listening(8);
  for (std::size_t i = 0; i < listening.size(); ++i) {
    recorders.push_back(std::make_shared<Recorder>());
  }
  recorders[0]->during = [&](const SecretChange&) { gate.wait(); };
  recorders[1]->during = [](const SecretChange&) {
    throw std::runtime_error("a listener's own trouble");
  };
  std::atomic<int> calls = 0;
  recorders[2]->during = [&](const SecretChange&) {
    if (++calls == 3) listening[2] = ChangeSubscription();
  };

  const auto time_writes = [&] {
    std::vector<std::chrono::steady_clock::duration> times;
    for (std::size_t i = 0; i < kChanges; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      EXPECT_TRUE(set(fmt::format("g{}.K", i % 50)));
      times.push_back(std::chrono::steady_clock::now() - begun);
    }
    std::sort(times.begin(), times.end());
    return times[kChanges * 99 / 100];
  };
  const auto alone = time_writes();
  for (std::size_t i = 0; i < listening.size(); ++i) {
    listening[i] = listen(recorders[i]);
  }
  EXPECT_LE(time_writes(), alone + kAllowed);

  for (std::size_t i = 3; i < listening.size(); ++i) {
    const auto told = recorders[i]->wait_for(kChanges);
    EXPECT_EQ(told.size(), kChanges);
    if (told.empty()) continue;
    EXPECT_EQ(told.front(), "updated org/acme g0.K 21");
    EXPECT_EQ(told.back(), "updated org/acme g49.K 40");
    EXPECT_EQ(std::count(told.begin(), told.end(), told.front()), 1);
  }
  EXPECT_EQ(recorders[0]->calls(), 1u);  // Still in it.
  gate.open();
  EXPECT_EQ(recorders[0]->wait_for(kChanges).size(), kChanges);
  while (recorders[1]->calls() < kChanges) std::this_thread::yield();
  EXPECT_THAT(recorders[1]->wait_for(0), IsEmpty());
  EXPECT_EQ(recorders[2]->wait_for(3).size(), 3u);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace sotto
