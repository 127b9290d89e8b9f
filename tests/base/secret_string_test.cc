// SPDX-License-Identifier: Apache-2.0

#include "base/secret_string.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/secret_memory.h"

namespace sotto {
namespace {

std::size_t used() { return secret_memory_status().used; }

SecretString secret(std::string_view text) {
  return SecretString::copy_of(text).value();
}

TEST(SecretString, IsEmptyAndFreeAtFirst) {
  const std::size_t before = used();
  const SecretString value;
  EXPECT_TRUE(value.empty());
  EXPECT_EQ(value.expose(), "");
  EXPECT_EQ(used(), before);
}

TEST(SecretString, HoldsAnyBytes) {
  const std::string bytes("\0\xff\n\"x", 5);
  EXPECT_EQ(secret(bytes).expose(), bytes);
  EXPECT_EQ(secret(bytes).size(), 5u);
}

TEST(SecretString, OfNoBytesTakesNoMemory) {
  const std::size_t before = used();
  const SecretString value = secret("");
  EXPECT_TRUE(value.empty());
  EXPECT_EQ(used(), before);
}

TEST(SecretString, GivesItsMemoryBack) {
  const std::size_t before = used();
  {
    const SecretString small = secret("hunter2");
    const SecretString large = secret(std::string(1u << 20, 'x'));
    EXPECT_GT(used(), before + (1u << 20));
  }
  EXPECT_EQ(used(), before);
}

TEST(SecretString, MovesItsOnlyCopy) {
  SecretString first = secret("hunter2");
  const char* const bytes = first.expose().data();
  const SecretString second = std::move(first);
  EXPECT_EQ(second.expose().data(), bytes);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(SecretString, AssignmentWipesTheOldValueAtOnce) {
  const std::size_t before = used();
  SecretString value = secret(std::string(300, 'o'));
  SecretString other = secret("new");
  const std::size_t both = used();
  value = std::move(other);
  EXPECT_EQ(used(), both - secret_memory::usable_size(300));
  EXPECT_EQ(value.expose(), "new");
  EXPECT_TRUE(other.empty());  // NOLINT(bugprone-use-after-move)
  value = SecretString();
  EXPECT_EQ(used(), before);
}

TEST(SecretString, SurvivesAssignmentToItself) {
  SecretString value = secret("hunter2");
  SecretString& same = value;
  value = std::move(same);
  EXPECT_EQ(value.expose(), "hunter2");
}

TEST(SecretString, ClonesOnPurpose) {
  const SecretString value = secret("hunter2");
  const SecretString second = value.clone().value();
  EXPECT_EQ(second.expose(), "hunter2");
  EXPECT_NE(second.expose().data(), value.expose().data());
}

TEST(SecretString, ComparesInConstantTimeOnly) {
  EXPECT_TRUE(equal_in_constant_time(secret("hunter2"), secret("hunter2")));
  EXPECT_FALSE(equal_in_constant_time(secret("hunter2"), secret("hunter3")));
  EXPECT_FALSE(equal_in_constant_time(secret("hunter2"), secret("hunter")));
  EXPECT_FALSE(equal_in_constant_time(secret("hunter2"), secret("")));
  EXPECT_TRUE(equal_in_constant_time(secret(""), SecretString()));
}

TEST(SecretString, WithoutMemoryIsAnErrorThatTellsNoLength) {
  const std::string_view endless("x", SIZE_MAX / 4);
  const Result<SecretString> value = SecretString::copy_of(endless);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::kNoMemory);
  EXPECT_EQ(to_string(value.error()),
            "no memory for a secret value\n"
            "hint: raise the limit of memory, or of locked memory (ulimit -l)");
}

TEST(SecretString, IsPrintedByTheTestsAsAMask) {
  EXPECT_EQ(testing::PrintToString(secret("hunter2")), "[secret]");
  EXPECT_EQ(testing::PrintToString(SecretBuilder()), "[secret]");
  std::vector<SecretString> values;
  values.push_back(secret("hunter2"));
  EXPECT_EQ(testing::PrintToString(values), "{ [secret] }");
  EXPECT_EQ(testing::PrintToString(std::optional(secret("hunter2"))),
            "([secret])");
}

// What the language itself forbids; the spellings that people would try are
// compiled one by one in tests/safety.
TEST(SecretString, IsMoveOnly) {
  EXPECT_FALSE(std::is_copy_constructible_v<SecretString>);
  EXPECT_FALSE(std::is_copy_assignable_v<SecretString>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<SecretString>);
  EXPECT_TRUE(std::is_nothrow_move_assignable_v<SecretString>);
  EXPECT_FALSE((std::is_convertible_v<SecretString, std::string_view>));
  EXPECT_FALSE(std::equality_comparable<SecretString>);
  EXPECT_FALSE(std::is_copy_constructible_v<SecretBuilder>);
  EXPECT_FALSE(std::is_copy_assignable_v<SecretBuilder>);
}

TEST(SecretBuilder, PutsPiecesTogether) {
  SecretBuilder builder;
  EXPECT_TRUE(builder.append("user"));
  EXPECT_TRUE(builder.append(':'));
  EXPECT_TRUE(builder.append(""));
  EXPECT_TRUE(builder.append("hunter2"));
  EXPECT_EQ(builder.size(), 12u);
  EXPECT_EQ(builder.expose(), "user:hunter2");
  EXPECT_EQ(builder.take().value().expose(), "user:hunter2");
  EXPECT_EQ(builder.size(), 0u);
  EXPECT_TRUE(builder.append("again"));
  EXPECT_EQ(builder.take().value().expose(), "again");
}

TEST(SecretBuilder, GrowsOverEverySizeOfPiece) {
  const std::size_t before = used();
  std::string expected;
  {
    SecretBuilder builder;
    for (int i = 0; i < 100'000; ++i) {
      const auto c = static_cast<char>(i % 256);
      ASSERT_TRUE(builder.append(c));
      expected += c;
    }
    EXPECT_EQ(builder.take().value().expose(), expected);
    EXPECT_EQ(used(), before);
  }
  EXPECT_EQ(used(), before);
}

TEST(SecretBuilder, GrowthWipesWhatItLeaves) {
  const std::size_t before = used();
  SecretBuilder builder;
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(builder.append('x'));
  EXPECT_LE(used(), before + 2 * 40'000) << "only the newest piece is held";
}

TEST(SecretBuilder, AValueTakesNoMoreThanItsSizeNeeds) {
  SecretBuilder builder(10'000);
  ASSERT_TRUE(builder.append("short"));
  const std::size_t before = used();
  const SecretString value = builder.take().value();
  EXPECT_EQ(used(), before - secret_memory::usable_size(10'000) +
                        secret_memory::usable_size(5));
  EXPECT_EQ(value.expose(), "short");
}

TEST(SecretBuilder, TheRightRoomIsHandedOverWithoutACopy) {
  SecretBuilder builder(12);
  ASSERT_TRUE(builder.append("hunter2hunte"));
  const char* const bytes = builder.expose().data();
  EXPECT_EQ(builder.take().value().expose().data(), bytes);
}

TEST(SecretBuilder, OfNothingGivesTheEmptyValue) {
  const std::size_t before = used();
  SecretBuilder builder(100);
  EXPECT_TRUE(builder.take().value().empty());
  EXPECT_EQ(used(), before);
}

TEST(SecretBuilder, LetsTheCallerWriteInPlace) {
  SecretBuilder builder;
  char* const room = builder.prepare(100);
  ASSERT_NE(room, nullptr);
  std::memcpy(room, "hunter2", 7);
  builder.commit(7);
  EXPECT_EQ(builder.expose(), "hunter2");
  EXPECT_NE(SecretBuilder().prepare(0), nullptr);
}

TEST(SecretBuilder, OneFailureFailsTheWholeChain) {
  const std::size_t before = used();
  SecretBuilder builder;
  EXPECT_TRUE(builder.append("begin"));
  EXPECT_EQ(builder.prepare(SIZE_MAX / 4), nullptr);
  EXPECT_TRUE(builder.failed());
  EXPECT_FALSE(builder.append("end"));
  EXPECT_FALSE(builder.reserve(1));
  EXPECT_EQ(builder.expose(), "begin");
  EXPECT_EQ(builder.take().error().code, ErrorCode::kNoMemory);
  EXPECT_EQ(used(), before);
  EXPECT_TRUE(builder.append("again"));
  EXPECT_EQ(builder.take().value().expose(), "again");
}

TEST(SecretBuilder, NoSizeOverflows) {
  SecretBuilder builder;
  EXPECT_TRUE(builder.append("x"));
  EXPECT_EQ(builder.prepare(SIZE_MAX), nullptr);
  EXPECT_TRUE(builder.failed());
}

TEST(SecretBuilder, MovesWithItsState) {
  SecretBuilder first;
  EXPECT_TRUE(first.append("hunter"));
  SecretBuilder second = std::move(first);
  EXPECT_TRUE(second.append("2"));
  EXPECT_EQ(first.size(), 0u);  // NOLINT(bugprone-use-after-move)
  first = std::move(second);
  EXPECT_EQ(first.take().value().expose(), "hunter2");
}

}  // namespace
}  // namespace sotto
