// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_cache.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/secret_memory.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using namespace std::chrono_literals;

using sotto::testing::scope;
using sotto::testing::secret;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr CacheLimits kLimits{.soft = 10s, .hard = 60s, .bytes = 10'000};

KnownKey value(std::string_view text, Version version = 1) {
  return {{std::make_shared<const SecretString>(secret(text)),
           SecretValue::Kind::kString, version},
          nullptr};
}

KnownKey trouble(ErrorCode code) {
  return {{}, std::make_shared<const Error>(Error{code, "trouble", {}})};
}

class SecretCacheTest : public ::testing::Test {
 protected:
  static CachedGroup group(const std::string& name,
                           std::optional<Version> version = {}) {
    return {scope("platform"), name, {}, version};
  }

  void take(const CachedGroup& where,
            std::vector<std::pair<std::string, KnownKey>> told) {
    KeyAnswers answers;
    for (auto& [key, answer] : told) answers.emplace(key, std::move(answer));
    cache_.take(where, answers, now_);
  }

  // "value", "error:missing", "nothing"; with " due".
  std::string find(const CachedGroup& where, std::string_view key = "K") {
    const auto hit = cache_.find(where, std::array{key}, now_);
    if (!hit) return "nothing";
    const KnownKey& answer = hit->answers[0];
    const std::string due = hit->due ? " due" : "";
    if (answer.error) {
      return fmt::format("error:{}{}", error_info(answer.error->code).name,
                         due);
    }
    return std::string(answer.value.text->expose()) + due;
  }

  Deadline now_{1000h};
  SecretCache cache_{kLimits};
};

TEST_F(SecretCacheTest, KnowsAValueForItsLife) {
  EXPECT_EQ(find(group("g")), "nothing");
  take(group("g"), {{"K", value("v")}});
  EXPECT_EQ(find(group("g")), "v");
  now_ += 10s - 1ms;
  EXPECT_EQ(find(group("g")), "v");
  now_ += 1ms;
  EXPECT_EQ(find(group("g")), "v due");
  now_ += 50s - 1ms;
  EXPECT_EQ(find(group("g")), "v due");
  now_ += 1ms;
  EXPECT_EQ(find(group("g")), "nothing");
  EXPECT_EQ(cache_.bytes(), 0u);
}

TEST_F(SecretCacheTest, N6_KeepsValuesAndProvenAbsenceAlone) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kCancelled); ++code) {
    const auto each = static_cast<ErrorCode>(code);
    take(group("g"), {{"K", trouble(each)}});
    EXPECT_EQ(find(group("g")),
              each == ErrorCode::kMissing ? "error:missing" : "nothing");
    cache_.clear();
  }
}

TEST_F(SecretCacheTest, N6_BelievesInAbsenceForFiveSeconds) {
  take(group("g"), {{"K", value("v")}, {"NO", trouble(ErrorCode::kMissing)}});
  now_ += 5s - 1ms;
  EXPECT_EQ(find(group("g"), "NO"), "error:missing");
  EXPECT_THAT(cache_.keys(group("g"), now_), ElementsAre("K", "NO"));
  now_ += 1ms;
  EXPECT_EQ(find(group("g"), "NO"), "nothing");
  EXPECT_EQ(find(group("g")), "v");
  EXPECT_THAT(cache_.keys(group("g"), now_), ElementsAre("K"));
}

TEST_F(SecretCacheTest, AShortLifeIsThatOfAbsenceToo) {
  cache_ = SecretCache({.soft = 1s, .hard = 2s, .bytes = 10'000});
  take(group("g"), {{"NO", trouble(ErrorCode::kMissing)}});
  now_ += 2s;
  EXPECT_EQ(find(group("g"), "NO"), "nothing");
}

TEST_F(SecretCacheTest, R5_AnswersAllKeysOrNone) {
  take(group("g"), {{"A", value("a")}, {"B", value("b")}});
  EXPECT_TRUE(
      cache_.find(group("g"), std::array<std::string_view, 2>{"B", "A"}, now_));
  EXPECT_FALSE(
      cache_.find(group("g"), std::array<std::string_view, 2>{"A", "C"}, now_));
}

TEST_F(SecretCacheTest, ALaterAnswerTakesThePlaceOfAllThatWasKnown) {
  take(group("g"), {{"A", value("a", 1)}, {"B", value("b", 1)}});
  take(group("g"), {{"A", value("new", 2)}});
  EXPECT_EQ(find(group("g"), "A"), "new");
  EXPECT_EQ(find(group("g"), "B"), "nothing");
}

TEST_F(SecretCacheTest, WhoIsRefusedNowIsNotAnsweredWithWhatWasOnceKnown) {
  for (const ErrorCode code : {ErrorCode::kForbidden, ErrorCode::kDeleted,
                               ErrorCode::kDisabled, ErrorCode::kMalformed}) {
    take(group("g"), {{"K", value("v")}});
    take(group("g"), {{"K", trouble(code)}});
    EXPECT_EQ(find(group("g")), "nothing");
  }
}

TEST_F(SecretCacheTest, AStoreThatDoesNotAnswerIsLeftAloneForASecond) {
  take(group("g"), {{"K", value("v")}});
  now_ += 10s;
  EXPECT_EQ(find(group("g")), "v due");
  take(group("g"), {{"K", trouble(ErrorCode::kUnreachable)}});
  EXPECT_EQ(find(group("g")), "v");
  now_ += 1s;
  EXPECT_EQ(find(group("g")), "v due");
  now_ += 49s;
  EXPECT_EQ(find(group("g")), "nothing");
}

TEST_F(SecretCacheTest, KeepsScopesPathsAndVersionsApart) {
  CachedGroup other = group("g");
  other.scope = scope("org/acme");
  CachedGroup elsewhere = group("g");
  elsewhere.path = "legacy/g";
  take(group("g"), {{"K", value("latest")}});
  take(group("g", 3), {{"K", value("pinned")}});
  take(other, {{"K", value("acme")}});
  take(elsewhere, {{"K", value("legacy")}});
  EXPECT_EQ(find(group("g")), "latest");
  EXPECT_EQ(find(group("g", 3)), "pinned");
  EXPECT_EQ(find(group("g", 4)), "nothing");
  EXPECT_EQ(find(other), "acme");
  EXPECT_EQ(find(elsewhere), "legacy");
}

TEST_F(SecretCacheTest, DropsAGroupWithAllItsPathsAndVersions) {
  CachedGroup elsewhere = group("g");
  elsewhere.path = "legacy/g";
  CachedGroup other = group("g");
  other.scope = scope("org/acme");
  for (const CachedGroup& each :
       {group("f"), group("g"), group("g", 3), elsewhere, group("h"), other}) {
    take(each, {{"K", value("v")}});
  }
  cache_.drop(group("g"));
  EXPECT_EQ(find(group("g")), "nothing");
  EXPECT_EQ(find(group("g", 3)), "nothing");
  EXPECT_EQ(find(elsewhere), "nothing");
  EXPECT_EQ(find(group("f")), "v");
  EXPECT_EQ(find(group("h")), "v");
  EXPECT_EQ(find(other), "v");
}

TEST_F(SecretCacheTest, WhatWasNotUsedForLongestMakesRoom) {
  const std::string large(3'000, 'x');
  take(group("a"), {{"K", value(large)}});
  take(group("b"), {{"K", value(large)}});
  EXPECT_NE(find(group("a")), "nothing");
  take(group("c"), {{"K", value(large)}});
  EXPECT_LE(cache_.bytes(), kLimits.bytes);
  EXPECT_NE(find(group("a")), "nothing");
  EXPECT_EQ(find(group("b")), "nothing");
  EXPECT_NE(find(group("c")), "nothing");
}

TEST_F(SecretCacheTest, WhatCannotFitIsNotKept) {
  take(group("a"), {{"K", value("v")}});
  take(group("b"), {{"K", value(std::string(20'000, 'x'))}});
  EXPECT_EQ(find(group("a")), "v");
  EXPECT_EQ(find(group("b")), "nothing");
}

TEST_F(SecretCacheTest, AbsenceTakesRoomToo) {
  for (int i = 0; i < 1'000; ++i) {
    take(group(fmt::format("g{}", i)), {{"NO", trouble(ErrorCode::kMissing)}});
    ASSERT_LE(cache_.bytes(), kLimits.bytes);
  }
}

TEST_F(SecretCacheTest, C4_WhatIsForgottenGivesItsSecretMemoryBack) {
  const std::size_t before = secret_memory_status().used;
  for (int i = 0; i < 20; ++i) {
    take(group(fmt::format("g{}", i)), {{"K", value(std::string(100, 'x'))}});
  }
  EXPECT_GT(secret_memory_status().used, before);
  cache_.clear();
  EXPECT_EQ(secret_memory_status().used, before);
  EXPECT_EQ(cache_.bytes(), 0u);
}

}  // namespace
}  // namespace sotto
