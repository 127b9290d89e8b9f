// SPDX-License-Identifier: Apache-2.0

#include "base/bindings.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "base/name_hash.h"

namespace sotto {
namespace {

SecretString secret(std::string_view text) {
  return SecretString::copy_of(text).value();
}

SecretRef ref(int i) {
  return {"group" + std::to_string(i % 7), "KEY" + std::to_string(i)};
}

TEST(BindingsTest, KnowsNothingAtFirst) {
  const Bindings bindings;
  EXPECT_EQ(bindings.size(), 0u);
  EXPECT_EQ(bindings.find("a.B"), nullptr);
  EXPECT_EQ(bindings.error("a.B"), nullptr);
  EXPECT_FALSE(bindings.mentions({"a", "B"}));
}

TEST(BindingsTest, TheLastWordCounts) {
  Bindings bindings;
  bindings.bind({"a", "B"}, secret("first"));
  bindings.bind({"a", "B"}, secret("second"));
  EXPECT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings.find("a.B")->text.expose(), "second");
  EXPECT_EQ(bindings.error("a.B"), nullptr);
  bindings.bind_error({"a", "B"}, {ErrorCode::kMissing, "gone", ""});
  EXPECT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings.find("a.B"), nullptr);
  EXPECT_EQ(bindings.error(SecretRef{"a", "B"})->message, "gone");
  EXPECT_TRUE(bindings.mentions({"a", "B"}));
  bindings.bind({"a", "B"}, secret("third"));
  EXPECT_EQ(bindings.find(SecretRef{"a", "B"})->text.expose(), "third");
}

TEST(BindingsTest, FindsEachOfManyAndNoOther) {
  constexpr int kCount = 20'000;
  Bindings bindings;
  for (int i = 0; i < kCount; ++i) {
    bindings.bind(ref(i), secret(std::to_string(i)));
  }
  EXPECT_EQ(bindings.size(), static_cast<std::size_t>(kCount));
  for (int i = 0; i < kCount; ++i) {
    const SecretValue* const value = bindings.find(to_string(ref(i)));
    ASSERT_NE(value, nullptr) << i;
    ASSERT_EQ(value->text.expose(), std::to_string(i));
    ASSERT_FALSE(bindings.mentions(ref(i + kCount))) << i;
  }
}

TEST(BindingsTest, MovesAllAndIsEmptyThen) {
  Bindings first;
  first.bind({"a", "B"}, secret("value"));
  Bindings second = std::move(first);
  EXPECT_EQ(second.find("a.B")->text.expose(), "value");
  EXPECT_FALSE(first.mentions({"a", "B"}));  // NOLINT(bugprone-use-after-move)
  first.bind({"a", "C"}, secret("other"));
  EXPECT_EQ(first.find("a.C")->text.expose(), "other");
}

TEST(NameHashTest, EveryByteOfEveryLengthCounts) {
  for (std::size_t size = 1; size <= 70; ++size) {
    std::string name(size, 'n');
    std::set<std::uint64_t> hashes{hash_name(name, 1)};
    for (std::size_t i = 0; i < size; ++i) {
      name[i] = 'm';
      hashes.insert(hash_name(name, 1));
      name[i] = 'n';
    }
    EXPECT_EQ(hashes.size(), size + 1) << size;
  }
}

TEST(NameHashTest, LengthAndSeedCount) {
  std::set<std::uint64_t> hashes;
  for (std::size_t size = 0; size <= 70; ++size) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      hashes.insert(hash_name(std::string(size, 'n'), seed));
    }
  }
  EXPECT_EQ(hashes.size(), 710u);
}

// The table takes the lower bits, and compares 32.
TEST(NameHashTest, LowerBitsOfLikeNamesDiffer) {
  std::set<std::uint64_t> slots;
  constexpr int kCount = 1 << 14;
  for (int i = 0; i < kCount; ++i) {
    slots.insert(hash_name(to_string(ref(i)), 42) & (4 * kCount - 1));
  }
  // Of random numbers 11.5 % fall together.
  EXPECT_GT(slots.size(), kCount * 0.85);
}

}  // namespace
}  // namespace sotto
