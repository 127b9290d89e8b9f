// SPDX-License-Identifier: Apache-2.0

#include "service/dotenv.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void expect_entries(std::string_view text, const Pairs& expected) {
  const auto entries = parse_dotenv(text, "f.env");
  ASSERT_TRUE(entries) << error_of(entries) << " in " << text;
  ASSERT_EQ(entries->size(), expected.size()) << text;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ((*entries)[i].name, expected[i].first) << text;
    EXPECT_TRUE(holds((*entries)[i].value, expected[i].second))
        << text << ": " << expected[i].second;
  }
}

TEST(Dotenv, ReadsWhatItSays) {
  expect_entries("", {});
  expect_entries("\n# only a comment", {});
  expect_entries("A=b", {{"A", "b"}});
  expect_entries("A=b\r\nC=d\r\n", {{"A", "b"}, {"C", "d"}});
  expect_entries("  A  =  b c  ", {{"A", "b c"}});
  expect_entries("export A=b", {{"A", "b"}});
  expect_entries("export=b", {{"export", "b"}});
  expect_entries("A=", {{"A", ""}});
  expect_entries("A=''\nB=\"\"", {{"A", ""}, {"B", ""}});
  expect_entries("A=b # c", {{"A", "b"}});
  expect_entries("A=b#c", {{"A", "b#c"}});
  expect_entries("A=#c", {{"A", "#c"}});
  expect_entries("A='b # c' # d", {{"A", "b # c"}});
  expect_entries("A='$B \\n \"'", {{"A", "$B \\n \""}});
  expect_entries("A=$B", {{"A", "$B"}});
  expect_entries(R"(A="\n\r\t\\\"\$ '")", {{"A", "\n\r\t\\\"$ '"}});
  expect_entries("A=\"b\nc\"\nD=e", {{"A", "b\nc"}, {"D", "e"}});
  expect_entries("A='b\nc'", {{"A", "b\nc"}});
  expect_entries("my-key_1=v", {{"my-key_1", "v"}});
  expect_entries("A=b=c", {{"A", "b=c"}});
}

TEST(Dotenv, CountsLines) {
  const auto entries = parse_dotenv("# x\nA=\"1\n2\"\n\nB=3", "f.env");
  ASSERT_TRUE(entries);
  EXPECT_EQ((*entries)[0].line, 2u);
  EXPECT_EQ((*entries)[1].line, 5u);
}

TEST(Dotenv, TellsWhatIsWrongByItsLineAndNeverItsText) {
  constexpr std::string_view kForm =
      " | a comment begins with '#', a value with line breaks stands in double "
      "quotes";
  constexpr std::string_view kName =
      " | a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with '-'";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"A=1\nhunter2",
       "malformed: f.env:2: expected NAME=value" + std::string(kForm)},
      {"hunter2 hunter3=1",
       "malformed: f.env:1: expected NAME=value" + std::string(kForm)},
      {"=hunter2",
       "malformed: f.env:1: the name before '=' is none" + std::string(kName)},
      {"-A=hunter2",
       "malformed: f.env:1: the name before '=' is none" + std::string(kName)},
      {std::string(128, 'A') + "=hunter2",
       "malformed: f.env:1: the name before '=' is none" + std::string(kName)},
      {"A=1\nB=\"hunter2\n\n", "malformed: f.env:2: the quote is never closed"},
      {"A='hunter2", "malformed: f.env:1: the quote is never closed"},
      {"A=\"hunter2\\", "malformed: f.env:1: the quote is never closed"},
      {"A='hunter2' x",
       "malformed: f.env:1: expected the end of the line after the closing "
       "quote"},
      {"A=\"hunter2\\q\"",
       "malformed: f.env:1: unknown escape in double quotes | known: \\n \\r "
       "\\t \\\\ \\\" \\$; in single quotes a backslash is itself"},
      {"A=hunter2\n\nA=hunter3",
       "malformed: f.env:3: \"A\" stands in line 1 already | keep one of them"},
      {"A=" + std::string((1u << 20) + 1, 'h'),
       "limit: f.env:1: the value of \"A\" is larger than 1 MiB"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(parse_dotenv(text, "f.env")), expected)
        << text.substr(0, 80);
  }
}

}  // namespace
}  // namespace sotto::testing
