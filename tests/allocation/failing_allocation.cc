// SPDX-License-Identifier: Apache-2.0

#include "tests/allocation/failing_allocation.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>

namespace sotto::testing_allocation {
namespace {

// No code under test allocates more often than this in one call.
constexpr std::int64_t kMostAttempts = 200'000;

std::atomic<int> windows{0};
std::atomic<std::int64_t> counted{0};
std::atomic<std::int64_t> failing_number{0};  // 0: none.
std::atomic<bool> fails_ever_after{false};
std::atomic<bool> failed{false};

bool fails_now() {
  if (windows.load(std::memory_order_relaxed) == 0) return false;
  const std::int64_t number = ++counted;
  const std::int64_t first = failing_number.load();
  if (first == 0 || number < first) return false;
  if (number > first && !fails_ever_after.load()) return false;
  failed.store(true);
  return true;
}

void* take(std::size_t size, std::size_t alignment) {
  if (fails_now()) return nullptr;
  size = std::max<std::size_t>(size, 1);
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
  return std::aligned_alloc(alignment,
                            (size + alignment - 1) / alignment * alignment);
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  void* const memory = take(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// ---- SQLite's ----

sqlite3_mem_methods sqlite_plain{};

void* sqlite_malloc(int size) {
  return fails_now() ? nullptr : sqlite_plain.xMalloc(size);
}

void* sqlite_realloc(void* memory, int size) {
  return fails_now() ? nullptr : sqlite_plain.xRealloc(memory, size);
}

// Before SQLite is used for the first time.
const bool kSqliteFails = [] {
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_plain) != SQLITE_OK) {
    return false;
  }
  sqlite3_mem_methods methods = sqlite_plain;
  methods.xMalloc = sqlite_malloc;
  methods.xRealloc = sqlite_realloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
}();

// One attempt; false once it has nothing left to fail.
bool attempt_with(const std::function<void()>& attempt, std::int64_t number,
                  bool ever_after) {
  SCOPED_TRACE(::testing::Message()
               << "allocation " << number
               << (ever_after ? " and all after it" : "") << " fails");
  counted = 0;
  failed = false;
  fails_ever_after = ever_after;
  failing_number = number;
  try {
    attempt();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "an exception came out: " << error.what();
  }
  failing_number = 0;
  return failed && !::testing::Test::HasFailure();
}

}  // namespace

int for_each_failure(const std::function<void()>& attempt) {
  EXPECT_TRUE(kSqliteFails);
  int failures = 0;
  for (const bool ever_after : {false, true}) {
    std::int64_t number = 1;
    while (number < kMostAttempts &&
           attempt_with(attempt, number, ever_after)) {
      ++number;
      ++failures;
    }
    EXPECT_LT(number, kMostAttempts) << "it never comes to an end";
  }
  if (!::testing::Test::HasFailure()) {
    EXPECT_GT(failures, 0) << "nothing was allocated";
  }
  return failures;
}

Window::Window() { ++windows; }
Window::~Window() { --windows; }

bool has_failed() { return failed; }

}  // namespace sotto::testing_allocation

// ---- The language's ----

namespace testing_allocation = sotto::testing_allocation;

namespace {
constexpr std::size_t kDefault = alignof(std::max_align_t);
}

void* operator new(std::size_t size) {
  return testing_allocation::take_or_throw(size, kDefault);
}
void* operator new[](std::size_t size) {
  return testing_allocation::take_or_throw(size, kDefault);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return testing_allocation::take(size, kDefault);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return testing_allocation::take(size, kDefault);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return testing_allocation::take_or_throw(size,
                                           static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return testing_allocation::take_or_throw(size,
                                           static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment,
                   const std::nothrow_t&) noexcept {
  return testing_allocation::take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment,
                     const std::nothrow_t&) noexcept {
  return testing_allocation::take(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
