// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out at every place of the catalog and of the stores: the answer
// is kNoMemory or the right one, and what was there before is whole.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/catalog.h"
#include "store/local_store.h"
#include "store/memory_store.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing_allocation::failing;
using testing_allocation::for_each_failure;
using testing_allocation::has_failed;

// Is it an answer? If not, it says that memory ran out, and did it?
template <typename T>
bool answered(const Result<T>& result) {
  if (result) return true;
  EXPECT_TRUE(has_failed()) << error_text(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNoMemory) << error_text(result);
  return false;
}

// The same of a batch of one.
template <typename T>
bool one_answered(const std::vector<Result<T>>& results) {
  if (results.empty()) {
    EXPECT_TRUE(has_failed());
    return false;
  }
  EXPECT_EQ(results.size(), 1u);
  return answered(results.front());
}

const Scope& acme() {
  static const Scope scope = org("acme");
  return scope;
}

std::vector<GroupWrite> one_write(std::string_view value) {
  std::vector<GroupWrite> writes(1);
  writes[0].scope = acme();
  writes[0].group = "github";
  writes[0].changes.push_back({"TOKEN", secret(value)});
  return writes;
}

// ---- Catalog ----

class CatalogWithoutMemory : public ::testing::Test {
 protected:
  using Entries = std::vector<CatalogEntry>;

  CatalogWithoutMemory() {
    EXPECT_TRUE(catalog_.rebuild(std::vector{listing(entries_)}));
  }

  static StoreListing listing(const Entries& entries) {
    return {"local", [&entries] { return Result<Entries>(entries); }};
  }

  void expect_intact() {
    EXPECT_EQ(catalog_.list().value(), entries_);
    EXPECT_EQ(error_text(catalog_.verify()), "");
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  Catalog catalog_ = Catalog::open(file_, {.create = true}).value();
  const Entries entries_{
      entry(acme(), "github.TOKEN"),
      entry(acme(), "stripe.KEY", "local", "a/path/that/is/not/so/short")};
  const Intent intent_{acme(), "github", "local"};
};

TEST_F(CatalogWithoutMemory, Finds) {
  const std::vector<SecretRef> refs{named("github.TOKEN"), named("none.KEY"),
                                    named("stripe.KEY")};
  for_each_failure([&] {
    const auto found =
        failing([&] { return catalog_.find(refs, std::array{acme()}); });
    if (!answered(found)) return;
    EXPECT_EQ((*found)[0], entries_[0]);
    EXPECT_EQ((*found)[1], std::nullopt);
    EXPECT_EQ((*found)[2], entries_[1]);
  });
}

TEST_F(CatalogWithoutMemory, ListsAndAdvises) {
  const std::vector<Scope> scopes{acme()};
  for_each_failure([&] {
    const auto all = failing([&] { return catalog_.list(); });
    if (answered(all)) {
      EXPECT_EQ(*all, entries_);
    }
    const auto home =
        failing([&] { return catalog_.home_of(acme(), "stripe"); });
    if (answered(home)) {
      EXPECT_EQ(home->value().path, entries_[1].path);
    }
    const auto keys =
        failing([&] { return catalog_.keys_of("stripe", scopes); });
    if (answered(keys)) {
      EXPECT_EQ(*keys, std::vector<std::string>{"KEY"});
    }
    const auto groups = failing([&] { return catalog_.groups(scopes); });
    if (answered(groups)) {
      EXPECT_EQ(groups->size(), 2u);
    }
    const auto with =
        failing([&] { return catalog_.groups_with_key("TOKEN", scopes); });
    if (answered(with)) {
      EXPECT_EQ(*with, std::vector<std::string>{"github"});
    }
    const auto near =
        failing([&] { return catalog_.groups_near("gitub", "TOKEN", scopes); });
    if (answered(near)) {
      EXPECT_EQ(near->groups, std::vector<std::string>{"github"});
    }
  });
}

TEST_F(CatalogWithoutMemory, IndexesAllOrNothing) {
  const std::vector<DocumentUses> documents{
      {"flows/a.json", {{{"github", "TOKEN"}, {3, 9}, "/nodes/0"}}},
      {"flows/b.json", {{{"github", "USER"}, {1, 1}, ""}}}};
  for_each_failure([&] {
    const auto done = failing([&] { return catalog_.index(documents, {}); });
    const std::size_t known = catalog_.indexed_documents().value().size();
    EXPECT_EQ(known, answered(done) ? 2u : 0u);
    const auto uses = failing([&] { return catalog_.uses_of("github"); });
    if (answered(uses)) {
      EXPECT_EQ(uses->size(), known);
    }
    answered(failing([&] { return catalog_.indexed_documents(); }));
    const std::vector<std::string> gone{"flows/a.json", "flows/b.json"};
    ASSERT_TRUE(catalog_.index({}, gone));
  });
}

TEST_F(CatalogWithoutMemory, RecordsTheHostsOfNotes) {
  const Intent notes{acme(), "notes", "local"};
  for_each_failure([&] {
    answered(failing([&] {
      return catalog_.record_hosts(notes, [&] {
        return std::vector<NotedHosts>{
            {acme(),
             GroupHosts{{"github", {"a.host.of.some.length.example"}}}}};
      });
    }));
    answered(failing([&] { return catalog_.host_bindings(); }));
    ASSERT_TRUE(catalog_.record_hosts(notes, [&] {
      return std::vector<NotedHosts>{{acme(), GroupHosts{}}};
    }));
  });
}

TEST_F(CatalogWithoutMemory, Verifies) {
  for_each_failure(
      [&] { answered(failing([&] { return catalog_.verify(); })); });
}

TEST_F(CatalogWithoutMemory, JournalsAndRecordsAllOrNothing) {
  for_each_failure([&] {
    if (answered(
            failing([&] { return catalog_.begin(std::array{intent_}); }))) {
      const auto intents = failing([&] { return catalog_.intents(); });
      if (answered(intents)) {
        EXPECT_EQ(*intents, std::vector{intent_});
      }
      answered(failing([&] {
        return catalog_.record(intent_, std::span(entries_).first(1));
      }));
    }
    ASSERT_TRUE(catalog_.record(intent_, std::span(entries_).first(1)));
    EXPECT_EQ(catalog_.intents().value(), std::vector<Intent>{});
    expect_intact();
  });
}

TEST_F(CatalogWithoutMemory, RebuildsAllOrNothing) {
  const Entries fewer{entries_[1]};
  const std::vector<StoreListing> listings{listing(fewer)};
  for_each_failure([&] {
    const auto report = failing([&] { return catalog_.rebuild(listings); });
    EXPECT_EQ(catalog_.list().value(), answered(report) ? fewer : entries_);
    ASSERT_TRUE(catalog_.rebuild(std::vector{listing(entries_)}));
    expect_intact();
  });
}

TEST_F(CatalogWithoutMemory, IsMadeAndOpened) {
  int made = 0;
  for_each_failure([&] {
    const std::filesystem::path file = folder_ / std::to_string(++made);
    if (!answered(
            failing([&] { return Catalog::open(file, {.create = true}); }))) {
      ASSERT_TRUE(Catalog::open(file, {.create = true}));
    }
    const auto opened = failing([&] { return Catalog::open(file, {}); });
    if (answered(opened)) {
      EXPECT_EQ(error_text(opened->verify()), "");
    }
    std::filesystem::remove(file);
  });
}

// ---- Stores ----

// Every function of a store that holds github.TOKEN and nothing else. Its
// versions are counted, because some of what fails is written all the same.
void exercise(VersionedStore& store) {
  const Locator token{acme(), named("github.TOKEN"), {}, std::nullopt};
  for_each_failure([&] {
    const auto fetched =
        failing([&] { return store.fetch(std::array{token}); });
    if (one_answered(fetched)) {
      EXPECT_EQ(shown(fetched.front()), "old");
    }
    answered(failing([&] { return store.check(); }));
  });
  for_each_failure([&] {
    const auto listed = failing([&] { return store.list(acme()); });
    if (answered(listed)) {
      EXPECT_EQ(listed->size(), 1u);
    }
    const auto group =
        failing([&] { return store.list_group(acme(), "github"); });
    if (answered(group)) {
      EXPECT_EQ(group->size(), 1u);
    }
    const auto scopes = failing([&] { return store.scopes(); });
    if (answered(scopes)) {
      EXPECT_EQ(*scopes, std::vector{acme()});
    }
    const auto history =
        failing([&] { return store.history(acme(), "github"); });
    if (answered(history)) {
      EXPECT_EQ(history->front().keys, std::vector<std::string>{"TOKEN"});
    }
  });
}

// A write happens or it does not, and the answer says which.
void exercise_writes(VersionedStore& store) {
  for_each_failure([&] {
    const Version before =
        store.history(acme(), "github").value().front().version;
    const std::vector<GroupWrite> writes = one_write("new");
    const bool put = one_answered(failing([&] { return store.put(writes); }));
    EXPECT_EQ(value_of(store, acme(), "github.TOKEN"), put ? "new" : "old");
    const bool restored = answered(failing([&] {
      return store.restore(acme(), named("github.TOKEN"), before, {});
    }));
    const auto now = store.history(acme(), "github").value().front().version;
    EXPECT_EQ(now, before + (put ? 1 : 0) + (restored ? 1 : 0));
    ASSERT_TRUE(sotto::put(store, acme(), "github.TOKEN", "old"));
  });
  EXPECT_EQ(error_text(store.check()), "");
}

TEST(MemoryStoreWithoutMemory, AnswersOrSaysSo) {
  MemoryStore store("memory");
  store.set(acme(), named("github.TOKEN"), "old");
  exercise(store);
  exercise_writes(store);
}

TEST(LocalStoreWithoutMemory, AnswersOrSaysSo) {
  LocalFixture local;
  ASSERT_TRUE(put(*local.store, acme(), "github.TOKEN", "old"));
  exercise(*local.store);
}

TEST(LocalStoreWithoutMemory, WritesOrDoesNot) {
  LocalFixture local;
  ASSERT_TRUE(put(*local.store, acme(), "github.TOKEN", "old"));
  exercise_writes(*local.store);
  auto again = local.open();
  ASSERT_EQ(error_text(again), "");
  EXPECT_EQ(error_text((*again)->check()), "");
  EXPECT_EQ(value_of(**again, acme(), "github.TOKEN"), "old");
}

TEST(LocalStoreWithoutMemory, IsMadeAndOpened) {
  TempFolder folder;
  int made = 0;
  for_each_failure([&] {
    const std::string number = std::to_string(++made);
    const std::filesystem::path file = folder / (number + ".db");
    const LocalKey key{folder / (number + ".key"), {}};
    if (!answered(
            failing([&] { return LocalStore::create("local", file, key); }))) {
      // All of it or nothing: what is there can be opened.
      if (std::filesystem::exists(file)) {
        ASSERT_TRUE(LocalStore::open("local", file, key));
      } else {
        EXPECT_FALSE(std::filesystem::exists(key.file));
        ASSERT_TRUE(LocalStore::create("local", file, key));
      }
    }
    const auto opened =
        failing([&] { return LocalStore::open("local", file, key); });
    if (answered(opened)) {
      EXPECT_EQ(error_text((*opened)->check()), "");
    }
    std::filesystem::remove(file);
    std::filesystem::remove(key.file);
  });
}

}  // namespace
}  // namespace sotto
