// SPDX-License-Identifier: Apache-2.0

#include "base/secret_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/base/testing_sanitizer.h"

namespace sotto {
namespace {

using secret_memory::allocate;
using secret_memory::release;
using secret_memory::usable_size;

constexpr std::size_t kLargestShared = 16u << 10;

// The lines of /proc/self/smaps that belong to the mapping at `address`.
std::string mapping_of(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream file("/proc/self/smaps");
  std::string line;
  std::string found;
  bool inside = false;
  while (std::getline(file, line)) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (std::istringstream head(line);
        head >> std::hex >> begin >> dash >> end && dash == '-') {
      inside = begin <= wanted && wanted < end;
    }
    if (inside) found += line + '\n';
  }
  return found;
}

// The exit status of `body` in a child process of its own.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Takes away the right to lock more than `bytes`, also from root.
bool limit_locked_memory(std::size_t bytes) {
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return false;
  // CAP_IPC_LOCK lifts the limit; root loses it with its user id.
  return ::getuid() != 0 || ::setuid(65534) == 0;
}

TEST(SecretMemory, GivesAtLeastWhatIsAskedAndTellsHowMuchItIs) {
  for (std::size_t size = 1; size <= 3 * kLargestShared; ++size) {
    const std::size_t usable = usable_size(size);
    ASSERT_GE(usable, size);
    ASSERT_EQ(usable_size(usable), usable) << size;
  }
}

TEST(SecretMemory, WastesAtMostAQuarterOfASmallPiece) {
  for (std::size_t size = 64; size <= kLargestShared; ++size) {
    ASSERT_LE(usable_size(size), size + size / 4 + 16) << size;
  }
}

TEST(SecretMemory, PiecesAreAlignedAndDoNotOverlap) {
  std::vector<std::pair<char*, std::size_t>> pieces;
  for (const std::size_t size :
       {1u, 16u, 17u, 33u, 129u, 500u, 4096u, 5000u, 16384u, 16385u, 100000u}) {
    for (int i = 0; i < 20; ++i) {
      auto* const piece = static_cast<char*>(allocate(size));
      ASSERT_NE(piece, nullptr);
      EXPECT_EQ(
          reinterpret_cast<std::uintptr_t>(piece) % alignof(std::max_align_t),
          0u);
      std::memset(piece, 0x5a, usable_size(size));
      pieces.emplace_back(piece, size);
    }
  }
  std::vector<std::pair<char*, std::size_t>> sorted = pieces;
  std::ranges::sort(sorted);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    EXPECT_LE(sorted[i - 1].first + usable_size(sorted[i - 1].second),
              sorted[i].first);
  }
  for (const auto& [piece, size] : pieces) release(piece, size);
}

TEST(SecretMemory, IsLeftOutOfCoreDumps) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{1} << 20}) {
    void* const piece = allocate(size);
    const std::string mapping = mapping_of(piece);
    EXPECT_THAT(mapping, testing::ContainsRegex("VmFlags:.* dd( |\n)"))
        << mapping;
    release(piece, size);
  }
}

TEST(SecretMemory, IsLockedWhereTheStatusSaysSo) {
  void* const piece = allocate(32);
  if (!secret_memory_status().all_locked()) {
    release(piece, 32);
    GTEST_SKIP() << "this machine lets us lock no memory";
  }
  EXPECT_THAT(mapping_of(piece), testing::ContainsRegex("VmFlags:.* lo( |\n)"));
  release(piece, 32);
}

TEST(SecretMemory, StandsBetweenGuardPages) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = 1u << 20;
  void* const piece = allocate(size);
  const auto begin = reinterpret_cast<std::uintptr_t>(piece) & ~(page - 1);
  const std::uintptr_t end =
      reinterpret_cast<std::uintptr_t>(piece) + usable_size(size);
  EXPECT_THAT(mapping_of(reinterpret_cast<void*>(begin - 1)),
              testing::HasSubstr("---p"));
  EXPECT_THAT(mapping_of(reinterpret_cast<void*>(end)),
              testing::HasSubstr("---p"));
  release(piece, size);
}

TEST(SecretMemory, OneByteBehindALargePieceIsFatal) {
  const std::size_t size = 1u << 20;
  EXPECT_DEATH(
      {
        auto* const piece = static_cast<volatile char*>(allocate(size));
        piece[usable_size(size)] = 'x';
      },
      "");
}

TEST(SecretMemory, ReusesWhatComesBack) {
  void* const first = allocate(200);
  release(first, 200);
  void* const second = allocate(210);  // The same size of piece.
  EXPECT_EQ(first, second);
  release(second, 210);
}

#if !SOTTO_TESTS_WITH_ASAN
TEST(SecretMemory, WipesWhatComesBack) {
  auto* const piece = static_cast<char*>(allocate(200));
  std::memset(piece, 0x5a, usable_size(200));
  release(piece, 200);
  // The link of the free list stands in the first bytes, nothing else.
  for (std::size_t i = sizeof(void*); i < usable_size(200); ++i) {
    ASSERT_EQ(piece[i], 0) << i;
  }
}
#else
TEST(SecretMemory, UseAfterReleaseIsFoundByTheAddressSanitizer) {
  EXPECT_DEATH(
      {
        auto* const piece = static_cast<volatile char*>(allocate(200));
        release(const_cast<char*>(piece), 200);
        piece[100] = 'x';
      },
      "use-after-poison");
}
#endif

TEST(SecretMemory, LargePiecesGoBackToTheKernel) {
  const SecretMemoryStatus before = secret_memory_status();
  void* const piece = allocate(5u << 20);
  ASSERT_NE(piece, nullptr);
  EXPECT_GE(secret_memory_status().capacity, before.capacity + (5u << 20));
  release(piece, 5u << 20);
  EXPECT_EQ(secret_memory_status().capacity, before.capacity);
  EXPECT_EQ(secret_memory_status().used, before.used);
  EXPECT_EQ(mapping_of(piece), "");
}

TEST(SecretMemory, StaysBoundedHoweverOftenItIsUsed) {
  const auto churn = [] {
    std::vector<void*> pieces;
    for (std::size_t i = 0; i < 2000; ++i)
      pieces.push_back(allocate(1 + i % 900));
    for (std::size_t i = 0; i < 2000; ++i) release(pieces[i], 1 + i % 900);
  };
  churn();
  const SecretMemoryStatus after_one = secret_memory_status();
  for (int i = 0; i < 50; ++i) churn();
  EXPECT_EQ(secret_memory_status().capacity, after_one.capacity);
  EXPECT_EQ(secret_memory_status().used, after_one.used);
}

TEST(SecretMemory, CountsWhatIsUsed) {
  const std::size_t before = secret_memory_status().used;
  void* const small = allocate(100);
  void* const large = allocate(100'000);
  EXPECT_EQ(secret_memory_status().used,
            before + usable_size(100) + usable_size(100'000));
  release(small, 100);
  release(large, 100'000);
  EXPECT_EQ(secret_memory_status().used, before);
}

TEST(SecretMemory, RefusesWhatNoMachineHas) {
  EXPECT_EQ(allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(allocate(SIZE_MAX / 2), nullptr);
  EXPECT_EQ(allocate(SIZE_MAX / 4), nullptr);
}

TEST(SecretMemory, ServesManyThreads) {
  const std::size_t before = secret_memory_status().used;
  std::vector<std::thread> threads;
  std::atomic<int> mistakes = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t, &mistakes] {
      const auto mark = static_cast<char>('a' + t);
      for (std::size_t i = 0; i < 3000; ++i) {
        const std::size_t size = 1 + (i * 37) % 3000;
        auto* const piece = static_cast<char*>(allocate(size));
        std::memset(piece, mark, size);
        std::this_thread::yield();
        mistakes += std::count(piece, piece + size, mark) !=
                    static_cast<std::ptrdiff_t>(size);
        release(piece, size);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(mistakes, 0);
  EXPECT_EQ(secret_memory_status().used, before);
}

// Each of these wants a process whose arena does not exist yet or a limit of
// its own, so it runs in a child.
class SecretMemoryLimit : public testing::TestWithParam<std::size_t> {};

TEST_P(SecretMemoryLimit, L09_GoesOnWithoutLocksAndSaysSo) {
  EXPECT_EQ(in_child([] {
              if (!limit_locked_memory(GetParam())) return 10;
              void* const large = allocate(1u << 20);
              if (large == nullptr) return 11;
              std::memset(large, 0x5a, 1u << 20);
              if (secret_memory_status().all_locked()) return 12;
              release(large, 1u << 20);
              return 0;
            }),
            0);
}

TEST_P(SecretMemoryLimit, L09_RefusesWhereLocksAreRequired) {
  EXPECT_EQ(in_child([] {
              if (!limit_locked_memory(GetParam())) return 10;
              if (allocate(1u << 20) == nullptr) return 11;  // Not locked.
              const Result<void> required = require_locked_memory();
              if (required) return 12;
              if (required.error().code != ErrorCode::kNoMemory) return 13;
              // A refusal changes nothing.
              return allocate(1u << 20) == nullptr ? 14 : 0;
            }),
            0);
}

INSTANTIATE_TEST_SUITE_P(Limits, SecretMemoryLimit,
                         testing::Values(0u, 64u << 10), [](const auto& limit) {
                           return std::to_string(limit.param / 1024) + "KiB";
                         });

TEST(SecretMemory, WhereLocksAreRequiredAnAllocationBeyondTheLimitFails) {
  if (!secret_memory_status().all_locked()) {
    GTEST_SKIP() << "this machine lets us lock no memory";
  }
  EXPECT_EQ(in_child([] {
              // Memory locks are not inherited: the first piece of this child
              // comes from a region that only its parent had locked, a large
              // one from a region of the child's own.
              if (!require_locked_memory()) return 10;
              if (!limit_locked_memory(1u << 20)) return 11;
              void* const fits = allocate(300u << 10);
              if (fits == nullptr) return 12;
              if (allocate(2u << 20) != nullptr) return 13;
              release(fits, 300u << 10);
              return 0;
            }),
            0);
}

TEST(SecretMemory, TellsWhyItCannotBeLocked) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ASSERT_EQ(in_child([&] {
              if (!limit_locked_memory(64u << 10)) return 10;
              (void)allocate(1u << 20);
              const Result<void> required = require_locked_memory();
              if (required) return 11;
              const std::string text = to_string(required.error());
              return ::write(pipe[1], text.data(), text.size()) < 0 ? 12 : 0;
            }),
            0);
  ::close(pipe[1]);
  std::string text(1000, '\0');
  const ssize_t size = ::read(pipe[0], text.data(), text.size());
  ::close(pipe[0]);
  ASSERT_GT(size, 0);
  EXPECT_EQ(text.substr(0, static_cast<std::size_t>(size)),
            "memory for secrets cannot be locked: the limit is 64 KiB\n"
            "hint: raise the limit of locked memory (ulimit -l)");
}

}  // namespace
}  // namespace sotto
