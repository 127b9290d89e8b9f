// SPDX-License-Identifier: Apache-2.0
//
// One error vocabulary, one table, one manual page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/safety/testing_tree.h"

namespace sotto::testing_safety {
namespace {

std::vector<ErrorInfo> table() {
  std::vector<ErrorInfo> rows;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kCancelled); ++i) {
    rows.push_back(error_info(static_cast<ErrorCode>(i)));
  }
  return rows;
}

std::vector<std::string> manual_sections() {
  std::vector<std::string> sections;
  std::istringstream lines(project_text("docs/errors.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) sections.push_back(line.substr(3));
  }
  return sections;
}

TEST(ErrorTable, HasTheRowOfEveryCodeInItsPlace) {
  const std::vector<ErrorInfo> rows = table();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(rows[i].code), i) << rows[i].name;
  }
}

TEST(ErrorTable, NamesAreDifferentAndFitForMachines) {
  static const std::regex kName("[a-z]+(-[a-z]+)*");
  std::set<std::string_view> names;
  for (const ErrorInfo& row : table()) {
    EXPECT_TRUE(std::regex_match(std::string(row.name), kName)) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

TEST(ErrorTable, NoErrorIsASuccessAnywhere) {
  for (const ErrorInfo& row : table()) {
    EXPECT_NE(row.outcome, Outcome::kOk) << row.name;
    EXPECT_GE(row.http_status, 400) << row.name;
    EXPECT_LE(row.http_status, 599) << row.name;
    EXPECT_GE(row.exit_status, 1) << row.name;
    EXPECT_LE(row.exit_status, 3) << row.name;
  }
}

TEST(ErrorTable, TroubleIsNeverToldAsMissing) {
  for (const ErrorInfo& row : table()) {
    if (row.outcome != Outcome::kMissing) continue;
    EXPECT_TRUE(row.code == ErrorCode::kMissing ||
                row.code == ErrorCode::kDeleted)
        << row.name;
  }
}

TEST(ErrorTable, WhatTheCallerDidWrongIsNotTriedAgain) {
  for (const ErrorCode code :
       {ErrorCode::kUsage, ErrorCode::kInvalidConfig, ErrorCode::kUntrusted,
        ErrorCode::kForbidden, ErrorCode::kMissing, ErrorCode::kWrongKey,
        ErrorCode::kCorrupt, ErrorCode::kOutcomeUnknown}) {
    EXPECT_FALSE(error_info(code).retryable) << error_info(code).name;
  }
  EXPECT_TRUE(error_info(ErrorCode::kUnreachable).retryable);
  EXPECT_TRUE(error_info(ErrorCode::kBusy).retryable);
}

TEST(ErrorTable, TheManualHasASectionForEveryCode) {
  const std::vector<std::string> sections = manual_sections();
  for (const ErrorInfo& row : table()) {
    EXPECT_THAT(sections, testing::Contains(std::string(row.name)))
        << "docs/errors.md";
  }
}

}  // namespace
}  // namespace sotto::testing_safety
