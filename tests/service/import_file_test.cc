// SPDX-License-Identifier: Apache-2.0

#include "service/import_file.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

TEST(ImportJson, ReadsGroupsAndWholeNames) {
  const auto items = parse_import_json(
      R"({"a": {"B": "1", "C": ""}, "d.E": "x\"\\\/\b\u00e9\ud83d\ude00", "f": {}})",
      "in.json");
  ASSERT_TRUE(items) << error_of(items);
  ASSERT_EQ(items->size(), 3u);
  EXPECT_EQ(to_string((*items)[0].ref), "a.B");
  EXPECT_TRUE(holds((*items)[0].value, "1"));
  EXPECT_EQ(to_string((*items)[1].ref), "a.C");
  EXPECT_TRUE(holds((*items)[1].value, ""));
  EXPECT_EQ(to_string((*items)[2].ref), "d.E");
  EXPECT_TRUE(holds((*items)[2].value, "x\"\\/\bé😀"));
}

TEST(ImportJson, OfNothingIsNothing) {
  const auto items = parse_import_json(" {} ", "in.json");
  ASSERT_TRUE(items);
  EXPECT_TRUE(items->empty());
}

TEST(ImportJson, TellsWhatIsWrongByItsPlaceAndNeverItsValue) {
  const std::string form =
      R"( | write {"group": {"KEY": "value"}} or {"group.KEY": "value"})";
  const std::string name =
      " | a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with '-'";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"(["hunter2"])", "in.json:1:1: expected an object" + form},
      {R"("hunter2")", "in.json:1:1: expected an object" + form},
      {R"({"a": "hunter2"})",
       "in.json:1:7: expected an object for the group \"a\"" + form},
      {R"({"a": {"B": 42}})",
       "in.json:1:13: the value of \"a.B\" is not a string" + form},
      {R"({"a": {"B": {"C": "hunter2"}}})",
       "in.json:1:13: the value of \"a.B\" is not a string" + form},
      {R"({"a.B": null})",
       "in.json:1:9: the value of \"a.B\" is not a string" + form},
      {R"({"a b": {}})", "in.json:1:2: this is not the name of a group" + name},
      {R"({"a": {"": "hunter2"}})",
       "in.json:1:8: this is not the name of a key" + name},
      {R"({"a": {"B": "1", "B": "2"}})",
       "in.json:1:23: \"a.B\" stands there twice | keep one of them"},
      {R"({"a.B": "\ud800hunter2"})",
       "in.json:1:9: the value of \"a.B\" has a lone surrogate"},
      {"{\"a.B\": \"hunter2\"",
       "in.json:1:18: expected '}' to close the object"},
      {"", "in.json:1:1: the document is empty: expected a value"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(parse_import_json(text, "in.json")),
              "malformed: " + expected)
        << text;
  }
}

TEST(ImportJson, LimitsAValue) {
  const std::string value(1u << 20, 'x');
  EXPECT_TRUE(parse_import_json("{\"a.B\": \"" + value + "\"}", "in.json"));
  EXPECT_EQ(
      error_of(parse_import_json("{\"a.B\": \"x" + value + "\"}", "in.json")),
      "limit: the value of \"a.B\" is larger than 1 MiB");
}

TEST(ImportDotenv, MakesKeysOfOneGroup) {
  const auto items = parse_import_dotenv("A=1\nb-c='2'\n", "x.env", "g");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 2u);
  EXPECT_EQ(to_string((*items)[1].ref), "g.b-c");
  EXPECT_TRUE(holds((*items)[1].value, "2"));
  EXPECT_EQ(error_of(parse_import_dotenv("A", "x.env", "g")),
            "malformed: x.env:1: expected NAME=value | a comment begins with "
            "'#', a value with line breaks stands in double quotes");
}

}  // namespace
}  // namespace sotto::testing
