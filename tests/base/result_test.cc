// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

namespace sotto {
namespace {

TEST(ErrorInfoTest, HasARowForEveryCodeUnderAnotherName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kCancelled); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const ErrorInfo& info = error_info(code);
    EXPECT_EQ(info.code, code);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_GE(info.exit_status, 1);
    EXPECT_LE(info.exit_status, 3);
  }
}

// Missing and malformed are problems of the document, forbidden and
// unreachable are not.
TEST(ErrorInfoTest, ExitStatusFollowsTheOutcome) {
  EXPECT_EQ(error_info(ErrorCode::kMissing).exit_status, 1);
  EXPECT_EQ(error_info(ErrorCode::kMalformed).exit_status, 1);
  EXPECT_EQ(error_info(ErrorCode::kUsage).exit_status, 2);
  EXPECT_EQ(error_info(ErrorCode::kForbidden).exit_status, 3);
  EXPECT_EQ(error_info(ErrorCode::kUnreachable).exit_status, 3);
  EXPECT_EQ(error_info(ErrorCode::kIo).exit_status, 3);
}

TEST(ErrorTest, IsTextWithItsHintOnALineOfItsOwn) {
  EXPECT_EQ(to_string(Error{ErrorCode::kBusy, "the catalog is locked", ""}),
            "the catalog is locked");
  EXPECT_EQ(
      to_string(Error{ErrorCode::kBusy, "the catalog is locked", "try again"}),
      "the catalog is locked\nhint: try again");
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::kUsage, "odd", "use an even one");
  return number / 2;
}

Result<int> quarter(int number) {
  SOTTO_ASSIGN_OR_RETURN(const int halved, half(number));
  SOTTO_RETURN_IF_ERROR(half(halved));
  return halved / 2;
}

TEST(ResultTest, MacrosPassValuesOnAndErrorsUp) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error(),
            (Error{ErrorCode::kUsage, "odd", "use an even one"}));
  EXPECT_EQ(quarter(3).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace sotto
