// SPDX-License-Identifier: Apache-2.0
//
// The list of trusted files, changed by several at once. What it says of one
// file: tests/service/config_test.cc.

#include "service/trust.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

class TrustTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  Variable config_home_{"XDG_CONFIG_HOME", (folder_ / "user").c_str()};
};

TEST_F(TrustTest, OfManyAtOnceNoneLosesAnothersRecord) {
  constexpr int kThreads = 8;
  constexpr int kRecords = 8;
  const auto file = [&](int thread, int record) {
    return folder_ / (std::to_string(thread) + "-" + std::to_string(record));
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int record = 0; record < kRecords; ++record) {
        const auto done = record_trust(file(thread, record), "{}");
        EXPECT_TRUE(done) << error_of(done);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int thread = 0; thread < kThreads; ++thread) {
    for (int record = 0; record < kRecords; ++record) {
      const auto trusted = is_trusted(file(thread, record), "{}");
      ASSERT_TRUE(trusted) << error_of(trusted);
      EXPECT_TRUE(*trusted) << file(thread, record);
    }
  }
}

TEST_F(TrustTest, WhoWaitsTooLongIsTold) {
  ASSERT_TRUE(record_trust(folder_ / "a", "{}"));
  const std::string lock = trust_file().value().native() + ".lock";
  EXPECT_EQ(mode_of(lock), 0600u);
  const FileDescriptor held(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
  EXPECT_EQ(error_of(record_trust(folder_ / "b", "{}")),
            "busy: \"" + lock +
                "\" is locked by another process, for 2 s now | try again");
  // Reading waits for nobody.
  EXPECT_TRUE(is_trusted(folder_ / "a", "{}").value());
  ASSERT_EQ(::flock(held.get(), LOCK_UN), 0);
  EXPECT_TRUE(record_trust(folder_ / "b", "{}"));
}

TEST_F(TrustTest, ALockThatIsALinkIsNotFollowed) {
  ASSERT_TRUE(record_trust(folder_ / "a", "{}"));
  const std::string lock = trust_file().value().native() + ".lock";
  std::filesystem::remove(lock);
  std::filesystem::create_symlink(folder_ / "elsewhere", lock);
  EXPECT_EQ(
      error_of(record_trust(folder_ / "b", "{}")),
      "io: cannot open \"" + lock + "\": too many levels of symbolic links");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

}  // namespace
}  // namespace sotto::testing
