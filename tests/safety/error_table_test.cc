// SPDX-License-Identifier: Apache-2.0
//
// One error vocabulary, one table, one manual page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
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

// The page's examples that are not run: lines indented by four blanks.
std::vector<std::string> messages_of_manual() {
  std::vector<std::string> messages;
  std::istringstream lines(project_text("docs/errors.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("    ")) continue;
    line.erase(0, line.starts_with("    hint: ") ? 10 : 4);
    messages.push_back(line);
  }
  return messages;
}

// All tests, the scripts of the command too, as one text, in which adjacent
// string literals are one.
std::string text_of_tests() {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(SOTTO_SOURCE_DIR) / "tests")) {
    const std::string name = entry.path().string();
    if (name.ends_with("_test.cc") || name.ends_with(".txt")) {
      std::ifstream file(entry.path());
      text.append(std::istreambuf_iterator<char>(file), {});
    }
  }
  static const std::regex kSeam("\"\\s*\n\\s*\"");
  return std::regex_replace(text, kSeam, "");
}

// What stands between the names in quotes and the numbers.
std::vector<std::string> fixed_parts(const std::string& message) {
  static const std::regex kVariable("\"[^\"]*\"|[0-9]+");
  std::vector<std::string> parts;
  for (std::sregex_token_iterator
           part(message.begin(), message.end(), kVariable, -1),
       end;
       part != end; ++part) {
    if (part->length() > 0) parts.push_back(*part);
  }
  return parts;
}

// Do the parts stand in `text`, one after the other, with no more than a name
// in between?
bool expects(const std::string& text, const std::vector<std::string>& parts) {
  constexpr std::size_t kLongestName = 80;
  for (std::size_t first = text.find(parts[0]); first != std::string::npos;
       first = text.find(parts[0], first + 1)) {
    std::size_t end = first + parts[0].size();
    std::size_t i = 1;
    for (; i < parts.size(); ++i) {
      const std::size_t at = text.find(parts[i], end);
      if (at == std::string::npos || at > end + kLongestName) break;
      end = at + parts[i].size();
    }
    if (i == parts.size()) return true;
  }
  return false;
}

TEST(ErrorTable, EveryMessageOfTheManualIsExpectedByATest) {
  const std::string tests = text_of_tests();
  EXPECT_FALSE(
      expects(tests, fixed_parts("nobody has " + std::string("said this"))));
  for (const std::string& message : messages_of_manual()) {
    EXPECT_TRUE(expects(tests, fixed_parts(message)))
        << "docs/errors.md: " << message;
  }
}

TEST(ErrorTable, EverySectionOfTheManualHasAnExample) {
  std::istringstream lines(project_text("docs/errors.md"));
  std::string section;
  bool shown = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) {
      EXPECT_TRUE(shown) << "docs/errors.md: " << section;
      section = line;
      shown = false;
    }
    shown = shown || line.starts_with("```console") || line.starts_with("    ");
  }
  EXPECT_TRUE(shown) << "docs/errors.md: " << section;
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
