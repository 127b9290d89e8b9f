// SPDX-License-Identifier: Apache-2.0
//
// What a catalog knows besides where values are: the hosts that groups are
// bound to, and the scopes that have a name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "store/catalog.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Names = std::vector<std::string>;

class CatalogHostsTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen({.create = true}); }

  void reopen(const Catalog::Options& options) {
    catalog_.reset();
    auto opened = Catalog::open(file_, options);
    ASSERT_EQ(error_text(opened), "");
    catalog_.emplace(std::move(*opened));
  }

  std::string bind(const Scope& scope, const std::string& group, Names hosts) {
    return error_text(catalog_->bind_hosts(scope, group, hosts));
  }

  std::map<std::string, Names> hosts(Names groups, std::vector<Scope> scopes) {
    const auto found = catalog_->hosts_of(groups, scopes);
    EXPECT_EQ(error_text(found), "");
    if (!found) return {};
    return {found->begin(), found->end()};
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  std::optional<Catalog> catalog_;
  Scope platform_;
  Scope acme_ = org("acme");
};

TEST_F(CatalogHostsTest, TellsTheHostsOfManyGroups) {
  EXPECT_EQ(bind(acme_, "github", {"uploads.github.com", "API.GitHub.com."}),
            "");
  EXPECT_EQ(bind(platform_, "slack", {"*.slack.com"}), "");
  EXPECT_THAT(hosts({"github", "none", "slack"}, {acme_, platform_}),
              ElementsAre(Pair("github", ElementsAre("api.github.com",
                                                     "uploads.github.com")),
                          Pair("slack", ElementsAre("*.slack.com"))));
  EXPECT_THAT(hosts({"github"}, {platform_}), IsEmpty());
  EXPECT_THAT(hosts({}, {acme_}), IsEmpty());
  EXPECT_THAT(hosts({"github"}, {}), IsEmpty());
}

TEST_F(CatalogHostsTest, TheFirstScopeThatBindsAGroupDecides) {
  EXPECT_EQ(bind(platform_, "github", {"a.example", "b.example"}), "");
  EXPECT_EQ(bind(acme_, "github", {"c.example"}), "");
  EXPECT_THAT(hosts({"github"}, {acme_, platform_}),
              ElementsAre(Pair("github", ElementsAre("c.example"))));
  EXPECT_THAT(
      hosts({"github"}, {platform_, acme_}),
      ElementsAre(Pair("github", ElementsAre("a.example", "b.example"))));
}

TEST_F(CatalogHostsTest, BindingAgainReplacesAndNothingUnbinds) {
  EXPECT_EQ(bind(acme_, "github", {"a.example", "b.example"}), "");
  EXPECT_EQ(bind(acme_, "github", {"c.example", "c.example"}), "");
  EXPECT_THAT(hosts({"github"}, {acme_}),
              ElementsAre(Pair("github", ElementsAre("c.example"))));
  EXPECT_EQ(bind(acme_, "github", {}), "");
  EXPECT_THAT(hosts({"github"}, {acme_}), IsEmpty());
}

TEST_F(CatalogHostsTest, WhatIsNoHostIsRefusedAndNothingIsChanged) {
  EXPECT_EQ(bind(acme_, "github", {"a.example"}), "");
  const std::string hint =
      "\nhint: name a host as in api.github.com or *.github.com, without "
      "scheme "
      "and port";
  for (const std::string host :
       {"", "https://a.example", "a.example:443", "a example", "a..b", "*", ".",
        "*.*.b", "[::1", "a/b"}) {
    EXPECT_EQ(bind(acme_, "github", {"b.example", host}),
              "\"" + host + "\" is not a host" + hint);
  }
  EXPECT_EQ(bind(acme_, "a b", {"a.example"}),
            "\"a b\" is not the name of a group\nhint: a name is 1 to 127 of "
            "A-Z a-z 0-9 _ -, not starting with '-'");
  EXPECT_EQ(bind(acme_, "other", {"[::1]", "127.0.0.1", "*.a-b.example"}), "");
  EXPECT_THAT(hosts({"github"}, {acme_}),
              ElementsAre(Pair("github", ElementsAre("a.example"))));
}

TEST_F(CatalogHostsTest, WhatBecomesOfEntriesChangesNoBinding) {
  EXPECT_EQ(bind(acme_, "github", {"a.example"}), "");
  const std::vector<CatalogEntry> entries{entry(acme_, "github.TOKEN")};
  ASSERT_TRUE(catalog_->replace("local", entries));
  ASSERT_TRUE(catalog_->replace("local", {}));
  ASSERT_TRUE(catalog_->record({acme_, "github", "local"}, entries));
  ASSERT_TRUE(catalog_->rebuild({}));
  reopen({.read_only = true});
  EXPECT_THAT(hosts({"github"}, {acme_}),
              ElementsAre(Pair("github", ElementsAre("a.example"))));
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

TEST_F(CatalogHostsTest, RowsThatMakeNoSenseAreDamage) {
  for (const std::string row :
       {"'acme', 'github', 'http://x', ''", "'a b', 'github', 'a.example', ''",
        "'acme', 'a b', 'a.example', ''"}) {
    reopen({});
    catalog_.reset();
    tamper(file_, "DELETE FROM hosts; INSERT INTO hosts VALUES(" + row + ")");
    reopen({});
    EXPECT_EQ(error_code(catalog_->verify()), ErrorCode::kCorrupt) << row;
  }
  tamper(file_,
         "DELETE FROM hosts;"
         "INSERT INTO hosts VALUES('acme', 'github', 'http://x', '')");
  reopen({});
  const Names groups{"github"};
  EXPECT_EQ(error_code(catalog_->hosts_of(groups, {&acme_, 1})),
            ErrorCode::kCorrupt);
}

TEST_F(CatalogHostsTest, ACatalogOfTheFirstFormatIsBroughtUpToDate) {
  ASSERT_TRUE(catalog_->replace("local", std::vector{entry(acme_, "a.X")}));
  catalog_.reset();
  tamper(file_,
         "DROP TABLE hosts; DROP TABLE uses; DROP INDEX entries_key;"
         "PRAGMA user_version=1");
  reopen({});
  EXPECT_EQ(bind(acme_, "a", {"a.example"}), "");
  EXPECT_THAT(hosts({"a"}, {acme_}),
              ElementsAre(Pair("a", ElementsAre("a.example"))));
  EXPECT_EQ(catalog_->list().value().size(), 1u);
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

TEST_F(CatalogHostsTest, ACatalogOfTheSecondFormatKeepsItsHosts) {
  ASSERT_TRUE(catalog_->replace("local", std::vector{entry(acme_, "a.X")}));
  catalog_.reset();
  tamper(file_,
         "DROP TABLE hosts; DROP TABLE uses; DROP INDEX entries_key;"
         "CREATE TABLE hosts(scope TEXT NOT NULL, grp TEXT NOT NULL,"
         " host TEXT NOT NULL, PRIMARY KEY(scope, grp, host))"
         " STRICT, WITHOUT ROWID;"
         "INSERT INTO hosts VALUES('acme', 'a', 'a.example');"
         "PRAGMA user_version=2");
  reopen({.read_only = true});
  EXPECT_THAT(catalog_->host_bindings().value(),
              ElementsAre(HostBinding{acme_, "a", "a.example", ""}));
  EXPECT_THAT(catalog_->groups_with_key("X", {&acme_, 1}).value(),
              ElementsAre("a"));
  EXPECT_THAT(catalog_->indexed_documents().value(), IsEmpty());
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

// Notes of a store, as a rebuild asks for them.
StoreListing listing(const std::string& store, std::vector<NotedHosts> noted) {
  return {store, [] { return std::vector<CatalogEntry>(); },
          [noted] { return noted; }};
}

TEST_F(CatalogHostsTest, ARebuildTakesWhatTheNotesOfStoresSay) {
  EXPECT_EQ(bind(acme_, "a", {"own.example"}), "");
  const GroupHosts first{{"a", {"a.example", "B.example"}}};
  const GroupHosts second{{"a", {"a.example"}}, {"b", {"c.example"}}};
  ASSERT_TRUE(catalog_->rebuild(
      std::vector{listing("local", {{acme_, first}}),
                  listing("vault", {{acme_, second}, {platform_, first}})}));
  EXPECT_THAT(hosts({"a", "b"}, {acme_}),
              ElementsAre(Pair("a", ElementsAre("a.example", "b.example",
                                                "own.example")),
                          Pair("b", ElementsAre("c.example"))));
  EXPECT_THAT(hosts({"a"}, {platform_}).size(), 1u);

  // Not readable here, gone there, and a store that is not configured.
  ASSERT_TRUE(catalog_->rebuild(
      std::vector{listing("vault", {{acme_, std::nullopt}})}));
  EXPECT_THAT(catalog_->host_bindings().value(),
              ElementsAre(HostBinding{acme_, "a", "a.example", "vault"},
                          HostBinding{acme_, "a", "own.example", ""},
                          HostBinding{acme_, "b", "c.example", "vault"}));
  EXPECT_EQ(error_text(catalog_->verify()), "");
}

TEST_F(CatalogHostsTest, OneScopeOfAStoreIsRecordedAndEndsItsIntent) {
  const Intent notes{acme_, "notes", "local"};
  ASSERT_TRUE(catalog_->begin({&notes, 1}));
  ASSERT_TRUE(catalog_->rebuild(std::vector{
      listing("local", {{acme_, GroupHosts{{"a", {"a.example"}}}},
                        {platform_, GroupHosts{{"a", {"p.example"}}}}})}));
  ASSERT_TRUE(catalog_->record_hosts(notes, [&] {
    return std::vector<NotedHosts>{{acme_, GroupHosts{{"b", {"b.example"}}}}};
  }));
  EXPECT_THAT(catalog_->host_bindings().value(),
              ElementsAre(HostBinding{platform_, "a", "p.example", "local"},
                          HostBinding{acme_, "b", "b.example", "local"}));
  EXPECT_THAT(catalog_->host_bindings(acme_).value(),
              ElementsAre(HostBinding{acme_, "b", "b.example", "local"}));
  EXPECT_THAT(catalog_->intents().value(), IsEmpty());
}

TEST_F(CatalogHostsTest, NotesThatMakeNoSenseChangeNothing) {
  EXPECT_EQ(bind(acme_, "a", {"a.example"}), "");
  EXPECT_EQ(error_code(catalog_->record_hosts(
                {acme_, "notes", "local"},
                [&]() -> Result<std::vector<NotedHosts>> {
                  return std::vector<NotedHosts>{
                      {acme_, GroupHosts{{"a", {"http://x"}}}}};
                })),
            ErrorCode::kUsage);
  EXPECT_THAT(hosts({"a"}, {acme_}),
              ElementsAre(Pair("a", ElementsAre("a.example"))));
}

TEST_F(CatalogHostsTest, TellsInWhichScopesANameIsActive) {
  const auto scopes = [&](const std::string& name) {
    const auto found = catalog_->scopes_of(named(name));
    EXPECT_EQ(error_text(found), "");
    return found.value_or(std::vector<Scope>());
  };
  EXPECT_THAT(scopes("a.X"), IsEmpty());
  CatalogEntry deleted = entry(org("gone"), "a.X");
  deleted.state = SecretState::kDeleted;
  ASSERT_TRUE(catalog_->replace(
      "local",
      std::vector{entry(platform_, "a.X"), entry(acme_, "a.X"),
                  entry(acme_, "b.X"), deleted, entry(org("zoo"), "a.X"),
                  entry(org("zoo"), "a.Y")}));
  EXPECT_THAT(scopes("a.X"), ElementsAre(platform_, acme_, org("zoo")));
  EXPECT_THAT(scopes("b.X"), ElementsAre(acme_));
  EXPECT_THAT(scopes("b.Y"), IsEmpty());
}

}  // namespace
}  // namespace sotto
