// SPDX-License-Identifier: Apache-2.0
//
// Which documents refer to which secrets, as a catalog keeps it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "store/catalog.h"
#include "store/catalog/schema.h"
#include "store/sqlite/database.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SecretUse use(std::string_view name, std::size_t line, std::size_t column) {
  return {named(name), {line, column}, "/nodes/0"};
}

class CatalogUsesTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen({.create = true}); }

  void reopen(const Catalog::Options& options) {
    catalog_.reset();
    auto opened = Catalog::open(file_, options);
    ASSERT_EQ(error_text(opened), "");
    catalog_.emplace(std::move(*opened));
  }

  void index(std::vector<DocumentUses> documents,
             std::vector<std::string> gone = {}) {
    ASSERT_EQ(error_text(catalog_->index(documents, gone)), "");
  }

  std::vector<DocumentUses> uses(std::string_view group,
                                 std::optional<std::string> key = {}) {
    const auto found = catalog_->uses_of(group, key);
    EXPECT_EQ(error_text(found), "");
    return found.value_or(std::vector<DocumentUses>());
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  std::optional<Catalog> catalog_;
};

TEST_F(CatalogUsesTest, TellsWhereDocumentsReferToAKeyOrAGroup) {
  const DocumentUses b{"b.json",
                       {use("github.TOKEN", 3, 9), use("github.TOKEN", 20, 1),
                        use("github.USER", 21, 1), use("slack.HOOK", 22, 7)}};
  const DocumentUses a{"flows/a.json", {use("github.USER", 1, 2)}};
  index({a, b});
  EXPECT_THAT(
      uses("github", "TOKEN"),
      ElementsAre(DocumentUses{
          "b.json", {use("github.TOKEN", 3, 9), use("github.TOKEN", 20, 1)}}));
  EXPECT_THAT(uses("github"),
              ElementsAre(DocumentUses{"b.json",
                                       {use("github.TOKEN", 3, 9),
                                        use("github.TOKEN", 20, 1),
                                        use("github.USER", 21, 1)}},
                          a));
  EXPECT_THAT(uses("github", "NONE"), IsEmpty());
  EXPECT_THAT(uses("git"), IsEmpty());
  EXPECT_THAT(catalog_->indexed_documents().value(),
              ElementsAre("b.json", "flows/a.json"));
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

TEST_F(CatalogUsesTest, ADocumentIndexedAgainIsReplaced) {
  index({{"a.json", {use("a.X", 1, 1), use("a.Y", 2, 1)}},
         {"b.json", {use("a.X", 1, 1)}},
         {"c.json", {use("a.X", 1, 1)}}});
  index({{"a.json", {use("a.X", 5, 1)}}, {"b.json", {}}}, {"c.json"});
  EXPECT_THAT(uses("a"),
              ElementsAre(DocumentUses{"a.json", {use("a.X", 5, 1)}}));
  EXPECT_THAT(catalog_->indexed_documents().value(), ElementsAre("a.json"));
}

TEST_F(CatalogUsesTest, WhatBecomesOfSecretsChangesNoUse) {
  index({{"a.json", {use("a.X", 1, 1)}}});
  ASSERT_TRUE(catalog_->rebuild({}));
  ASSERT_TRUE(catalog_->replace("local", {}));
  reopen({.read_only = true});
  EXPECT_THAT(uses("a"), SizeIs(1));
  const auto refused = catalog_->index({}, {});
  EXPECT_EQ(error_code(refused), ErrorCode::kIo);
}

TEST_F(CatalogUsesTest, RowsThatMakeNoSenseAreDamage) {
  for (const std::string row :
       {"'a b', 'X', 'a.json', 1, 1, ''", "'a', '', 'a.json', 1, 1, ''",
        "'a', 'X', '', 1, 1, ''", "'a', 'X', 'a.json', 0, 1, ''",
        "'a', 'X', 'a.json', 1, -1, ''"}) {
    catalog_.reset();
    tamper(file_, "DELETE FROM uses; INSERT INTO uses VALUES(" + row + ")");
    reopen({});
    EXPECT_EQ(error_code(catalog_->verify()), ErrorCode::kCorrupt) << row;
  }
  EXPECT_EQ(error_text(catalog_->uses_of("a")),
            "catalog \"" + file_.native() +
                "\" is damaged: a use makes no sense\nhint: delete it and run: "
                "sotto catalog sync");
}

// A name that a document has without its group is looked for among all keys;
// so is who refers to a secret that is about to go. Neither reads all rows.
TEST_F(CatalogUsesTest, QuestionsThatNameAKeyAreLookedUp) {
  catalog_.reset();
  auto database = sqlite::Database::open(file_, catalog_schema::kKind,
                                         sqlite::Database::Mode::kReadWrite);
  ASSERT_TRUE(database);
  std::deque<std::string> asked;  // A statement is known by its address.
  const auto plan_of = [&](const char* sql) {
    asked.push_back(std::string("EXPLAIN QUERY PLAN ") + sql);
    std::string plan;
    auto statement = database->use(asked.back().c_str());
    EXPECT_EQ(error_text(statement), "");
    while (statement && statement->step().value_or(false)) {
      plan += statement->text(3);
    }
    return plan;
  };
  EXPECT_THAT(plan_of(catalog_schema::kGroupsWithKey),
              HasSubstr("SEARCH entries USING COVERING INDEX entries_key "
                        "(scope=? AND key=? AND state=?)"));
  EXPECT_THAT(plan_of(catalog_schema::kUsesOfKey),
              HasSubstr("(grp=? AND key=?)"));
  EXPECT_THAT(plan_of(catalog_schema::kForgetDocument),
              HasSubstr("uses_document (document=?)"));
  EXPECT_THAT(plan_of(catalog_schema::kKeysOf),
              HasSubstr("(scope=? AND grp=?)"));
}

}  // namespace
}  // namespace sotto
