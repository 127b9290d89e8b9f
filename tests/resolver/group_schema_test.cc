// SPDX-License-Identifier: Apache-2.0
//
// What a schema refuses is not written, and nothing else is told of it.

#include "resolver/group_schema.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "resolver/secret_manager.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::World;

GroupSchemas schemas() {
  GroupSchemas all;
  GroupSchema& github = all["github"];
  github.file = "/project/sotto.json";
  github.keys = {"TOKEN", "USER"};
  github.values["TOKEN"].pattern = *ValuePattern::parse("ghp_[a-z]+");
  github.values["TOKEN"].min_length = 6;
  github.values["TOKEN"].max_length = 8;
  all["open"].keys = {"KEY"};
  all["open"].other_keys = true;
  all["hosts"].hosts = {"api.example.com"};
  return all;
}

class GroupSchemaTest : public ::testing::Test {
 protected:
  // "" if it was written, else why not.
  std::string set(std::string_view name, std::string_view value) {
    const auto done = manager_.set({scope("org/acme"), "local"}, ref(name),
                                   secret(value), std::nullopt);
    if (done) return "";
    EXPECT_EQ(done.error().code, ErrorCode::kUsage);
    return to_string(done.error());
  }

  World world_;
  SecretManager manager_{world_.catalog, world_.stores, schemas()};
};

TEST_F(GroupSchemaTest, LetsThroughWhatFits) {
  EXPECT_EQ(set("github.TOKEN", "ghp_abcd"), "");
  EXPECT_EQ(set("github.USER", ""), "");
  EXPECT_EQ(set("open.OTHER", "x"), "");
  EXPECT_EQ(set("hosts.ANY", "x"), "");
  EXPECT_EQ(set("unknown.ANY", "x"), "");
}

TEST_F(GroupSchemaTest, TellsTheRuleAndNothingOfTheValue) {
  constexpr std::string_view kHint =
      "\nhint: nothing was written; is it the whole value, and the right one?";
  EXPECT_EQ(set("github.TOKEN", "ghp_a"),
            "the value of \"github.TOKEN\" is shorter than 6 bytes (see "
            "\"/groups/github/TOKEN/min_length\" in \"/project/sotto.json\")" +
                std::string(kHint));
  EXPECT_EQ(set("github.TOKEN", "ghp_abcde"),
            "the value of \"github.TOKEN\" is longer than 8 bytes (see "
            "\"/groups/github/TOKEN/max_length\" in \"/project/sotto.json\")" +
                std::string(kHint));
  EXPECT_EQ(set("github.TOKEN", "GHP_abc"),
            "the value of \"github.TOKEN\" does not match its pattern (see "
            "\"/groups/github/TOKEN/pattern\" in \"/project/sotto.json\")\n"
            "hint: nothing was written; as a whole it must match "
            "\"ghp_[a-z]+\"");
  EXPECT_EQ(world_.catalog.intents().value().size(), 0u);
  EXPECT_TRUE(world_.catalog.list({}).value().empty());
}

TEST_F(GroupSchemaTest, NamesTheNearestKeyElseAll) {
  EXPECT_EQ(set("github.TOKN", "x"),
            "key \"TOKN\" is not in the schema of group \"github\" (see "
            "\"/groups/github/keys\" in \"/project/sotto.json\")\n"
            "hint: did you mean \"github.TOKEN\"?");
  GroupSchemas plain;
  plain["g"].keys = {"A", "B"};
  const auto refused = check_key(plain, ref("g.OTHER"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()),
            "key \"OTHER\" is not in the schema of group \"g\"\n"
            "hint: its keys are \"A\", \"B\"");
}

TEST_F(GroupSchemaTest, AnImportIsAllOrNothing) {
  std::vector<ImportItem> items;
  items.push_back({ref("a.KEY"), secret("fine")});
  items.push_back({ref("github.TOKEN"), secret("ghp_1234")});
  const auto done =
      manager_.import({scope("org/acme"), "local"}, std::move(items));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kUsage);
  EXPECT_TRUE(world_.catalog.list({}).value().empty());
}

}  // namespace
}  // namespace sotto
