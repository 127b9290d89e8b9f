// SPDX-License-Identifier: Apache-2.0

#include "base/wiped_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>

#include "base/secret_memory.h"

namespace sotto {
namespace {

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

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * 31 / 7);
  return text;
}

TEST(WipedBuffer, IsEmptyAndFreeAtFirst) {
  const std::size_t before = secret_memory_status().used;
  const WipedBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.expose(), "");
  EXPECT_EQ(secret_memory_status().used, before);
}

TEST(WipedBuffer, AppendsAnyBytes) {
  WipedBuffer buffer;
  EXPECT_TRUE(buffer.append(std::string_view("\0\xff", 2)));
  EXPECT_TRUE(buffer.append(""));
  EXPECT_TRUE(buffer.append("text"));
  EXPECT_EQ(buffer.expose(), std::string_view("\0\xfftext", 6));
}

TEST(WipedBuffer, KeepsItsTextThroughEveryGrowth) {
  const std::string text = pattern(9'000'000);
  WipedBuffer buffer;
  std::size_t step = 1;
  for (std::size_t done = 0; done < text.size(); done += step, step += 100) {
    step = std::min(step, text.size() - done);
    ASSERT_TRUE(buffer.append(std::string_view(text).substr(done, step)));
  }
  EXPECT_TRUE(buffer.expose() == text);
}

TEST(WipedBuffer, ReservedRoomDoesNotMove) {
  WipedBuffer buffer;
  ASSERT_TRUE(buffer.reserve(100'000));
  const char* const begin = buffer.prepare(1);
  ASSERT_TRUE(buffer.append(std::string(100'000, 'x')));
  EXPECT_EQ(buffer.expose().data(), begin);
}

TEST(WipedBuffer, IsLeftOutOfCoreDumpsWhateverItsSize) {
  for (const std::size_t size : {100u, 5'000u, 300'000u, 10'000'000u}) {
    WipedBuffer reserved;
    ASSERT_TRUE(reserved.reserve(size));
    WipedBuffer grown;
    for (std::size_t i = 0; i < size; i += 50)
      ASSERT_TRUE(grown.append(std::string(50, 'x')));
    for (const char* byte : {reserved.prepare(1), grown.prepare(1) - 1}) {
      const std::string mapping = mapping_of(byte);
      EXPECT_THAT(mapping, testing::ContainsRegex("VmFlags:.* dd( |\n)"))
          << size;
    }
  }
}

TEST(WipedBuffer, LargeOnesStandOnHugePages) {
  WipedBuffer reserved;
  ASSERT_TRUE(reserved.reserve(10u << 20));
  EXPECT_THAT(mapping_of(reserved.prepare(1)),
              testing::ContainsRegex("VmFlags:.* hg( |\n)"));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(reserved.prepare(1)) % (2u << 20),
            0u);
  WipedBuffer grown;
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(grown.append(std::string(100'000, 'x')));
  EXPECT_THAT(mapping_of(grown.prepare(1)),
              testing::ContainsRegex("VmFlags:.* hg( |\n)"));
  EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(grown.expose().data()) % (2u << 20), 0u);
}

TEST(WipedBuffer, ClearingWipesAndKeepsTheMemory) {
  for (const std::size_t size : {100u, 100'000u, 5'000'000u}) {
    WipedBuffer buffer;
    ASSERT_TRUE(buffer.append(std::string(size, 'x')));
    const char* const begin = buffer.expose().data();
    buffer.clear();
    EXPECT_EQ(std::string_view(begin, size), std::string(size, '\0'));
    ASSERT_TRUE(buffer.append("again"));
    EXPECT_EQ(buffer.expose().data(), begin);
    EXPECT_EQ(buffer.expose(), "again");
  }
}

TEST(WipedBuffer, TruncatingWipesWhatWasOnlyPreparedToo) {
  WipedBuffer buffer;
  ASSERT_TRUE(buffer.append("keep"));
  char* const room = buffer.prepare(50);
  std::memset(room, 'x', 50);
  buffer.commit(10);
  buffer.truncate(4);
  EXPECT_EQ(buffer.expose(), "keep");
  EXPECT_EQ(std::string_view(room, 50), std::string(50, '\0'));
}

TEST(WipedBuffer, ATextThatTakesThePlaceOfAnotherIsWipedWithItsRest) {
  WipedBuffer buffer;
  ASSERT_TRUE(buffer.append(std::string(1000, 'x')));
  const char* const begin = buffer.expose().data();
  buffer.restart();
  EXPECT_TRUE(buffer.empty());
  ASSERT_TRUE(buffer.append("again"));
  EXPECT_EQ(buffer.expose(), "again");
  EXPECT_EQ(buffer.expose().data(), begin);
  buffer.clear();
  EXPECT_EQ(std::string_view(begin, 1000), std::string(1000, '\0'));
}

TEST(WipedBuffer, ManySmallRendersIntoOneBufferTakeNoMoreMemory) {
  WipedBuffer buffer;
  ASSERT_TRUE(buffer.append(std::string(1024, 'x')));
  const char* const begin = buffer.expose().data();
  for (int i = 0; i < 1000; ++i) {
    buffer.clear();
    ASSERT_TRUE(buffer.append(std::string(1024, 'x')));
    ASSERT_EQ(buffer.expose().data(), begin);
  }
}

TEST(WipedBuffer, AsMuchAsIsWantedIsLocked) {
  const std::size_t used = secret_memory_status().used;
  {
    WipedBuffer buffer;
    ASSERT_TRUE(buffer.reserve_locked(256u << 10));
    EXPECT_GE(secret_memory_status().used, used + (256u << 10));
    const char* const room = buffer.prepare(256u << 10);
    EXPECT_THAT(mapping_of(room), testing::HasSubstr("dd"));  // No dump.
    buffer.commit(0);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(buffer.append(std::string(256u << 10, 'x')));
      EXPECT_EQ(buffer.expose().data(), room);
      buffer.restart();
    }
    WipedBuffer other = std::move(buffer);
    EXPECT_TRUE(other.append(std::string(256u << 10, 'y')));
    EXPECT_EQ(other.expose().data(), room);
    // More than that grows into a mapping, as any other.
    EXPECT_TRUE(other.append("z"));
    EXPECT_EQ(other.size(), (256u << 10) + 1);
    EXPECT_EQ(other.expose().back(), 'z');
    EXPECT_EQ(secret_memory_status().used, used);
  }
  EXPECT_EQ(secret_memory_status().used, used);
}

TEST(WipedBuffer, GivesItsMemoryBack) {
  const std::size_t before = secret_memory_status().used;
  const char* large_text = nullptr;
  {
    WipedBuffer small;
    ASSERT_TRUE(small.append("hunter2"));
    EXPECT_GT(secret_memory_status().used, before);
    WipedBuffer large;
    ASSERT_TRUE(large.append(std::string(10u << 20, 'x')));
    large_text = large.expose().data();
    EXPECT_NE(mapping_of(large_text), "");
  }
  EXPECT_EQ(secret_memory_status().used, before);
  EXPECT_EQ(mapping_of(large_text), "");
}

TEST(WipedBuffer, WithoutMemoryNothingChanges) {
  WipedBuffer buffer;
  EXPECT_FALSE(buffer.reserve(SIZE_MAX));
  EXPECT_FALSE(buffer.reserve(SIZE_MAX / 4));
  ASSERT_TRUE(buffer.append("text"));
  EXPECT_EQ(buffer.prepare(SIZE_MAX), nullptr);
  EXPECT_EQ(buffer.prepare(SIZE_MAX / 4), nullptr);
  EXPECT_EQ(buffer.expose(), "text");
  ASSERT_TRUE(buffer.append(std::string(100'000, 'x')));
  EXPECT_EQ(buffer.prepare(SIZE_MAX / 4), nullptr);
  EXPECT_EQ(buffer.size(), 100'004u);
}

TEST(WipedBuffer, MovesItsOnlyCopy) {
  WipedBuffer first;
  ASSERT_TRUE(first.append("hunter2"));
  WipedBuffer second = std::move(first);
  EXPECT_EQ(second.expose(), "hunter2");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  const std::size_t both = secret_memory_status().used;
  WipedBuffer third;
  ASSERT_TRUE(third.append("old"));
  third = std::move(second);
  EXPECT_EQ(third.expose(), "hunter2");
  EXPECT_EQ(secret_memory_status().used, both)
      << "the old text is gone at once";
  EXPECT_FALSE(std::is_copy_constructible_v<WipedBuffer>);
  EXPECT_FALSE(std::is_copy_assignable_v<WipedBuffer>);
}

TEST(WipedBuffer, IsPrintedByTheTestsAsAMask) {
  WipedBuffer buffer;
  ASSERT_TRUE(buffer.append("hunter2"));
  EXPECT_EQ(testing::PrintToString(buffer), "[secret]");
}

}  // namespace
}  // namespace sotto
