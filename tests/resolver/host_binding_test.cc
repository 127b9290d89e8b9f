// SPDX-License-Identifier: Apache-2.0
//
// The hosts that groups are bound to, as a store keeps them and the catalog
// mirrors them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "resolver/secret_manager.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

constexpr const char* kOrg = "org/acme";

class HostBindingTest : public ::testing::Test {
 protected:
  void SetUp() override { world_.stores.add(vault_); }

  // "a.example, b.example", or what went wrong.
  std::string bind(const std::string& group, Names add, Names remove = {}) {
    const auto hosts = world_.manager.bind_hosts(
        {scope(kOrg), "local"}, group, {std::move(add), std::move(remove)});
    return hosts ? joined(*hosts) : to_string(hosts.error());
  }

  static std::string joined(const Names& names) {
    std::string all;
    for (const std::string& name : names) {
      all += (all.empty() ? "" : ", ") + name;
    }
    return all;
  }

  std::vector<HostBinding> known() const {
    return world_.catalog.host_bindings().value();
  }

  // What the notes of a store say, byte for byte.
  static std::string notes(WatchedStore& store) {
    const Locator locator{scope(kOrg), ref("_sotto.hosts"), {}, {}};
    const auto fetched = store.memory.fetch({&locator, 1});
    if (!fetched.front()) return to_string(fetched.front().error());
    return std::string(fetched.front()->value.text.expose());
  }

  static HostBinding binding(std::string group, std::string host,
                             std::string store) {
    return {scope(kOrg), std::move(group), std::move(host), std::move(store)};
  }

  World world_;
  WatchedStore vault_{"vault"};
};

TEST_F(HostBindingTest, AddsAndRemovesHostsInStoreAndCatalog) {
  EXPECT_EQ(bind("github", {"b.example", "A.Example."}),
            "a.example, b.example");
  EXPECT_EQ(bind("slack", {"*.slack.com"}), "*.slack.com");
  EXPECT_EQ(notes(world_.local),
            "github a.example b.example\nslack *.slack.com\n");
  EXPECT_EQ(bind("github", {"c.example"}, {"a.example", "B.EXAMPLE"}),
            "c.example");
  EXPECT_THAT(known(), ElementsAre(binding("github", "c.example", "local"),
                                   binding("slack", "*.slack.com", "local")));
  EXPECT_EQ(bind("slack", {}, {"*.slack.com"}), "");
  EXPECT_EQ(bind("github", {}, {"c.example"}), "");
  EXPECT_EQ(notes(world_.local), "");
  EXPECT_THAT(known(), IsEmpty());
  EXPECT_THAT(world_.catalog.intents().value(), IsEmpty());
}

TEST_F(HostBindingTest, WhatIsNotBoundCannotBeRemoved) {
  EXPECT_EQ(bind("github", {}, {"a.example"}),
            "group \"github\" is not bound to \"a.example\"\n"
            "hint: it is bound to no host");
  EXPECT_EQ(bind("github", {"a.example", "b.example"}), "a.example, b.example");
  EXPECT_EQ(bind("github", {"d.example"}, {"c.example"}),
            "group \"github\" is not bound to \"c.example\"\n"
            "hint: it is bound to: a.example, b.example");
  EXPECT_EQ(notes(world_.local), "github a.example b.example\n");
  EXPECT_THAT(world_.catalog.intents().value(), IsEmpty());
}

TEST_F(HostBindingTest, WhatIsNoNameIsRefusedBeforeAnythingIsWritten) {
  EXPECT_EQ(bind("a b", {"a.example"}),
            "\"a b\" is not the name of a group\nhint: a name is 1 to 127 of "
            "A-Z a-z 0-9 _ -, not starting with '-'");
  EXPECT_EQ(bind("a", {"https://a.example"}),
            "\"https://a.example\" is not a host\nhint: name a host as in "
            "api.github.com or *.github.com, without scheme and port");
  EXPECT_EQ(bind("_sotto", {"a.example"}),
            "group \"_sotto\" is not for secrets\n"
            "hint: sotto keeps its own notes there; take another name");
  EXPECT_EQ(world_.local.puts(), 0u);
}

TEST_F(HostBindingTest, BindingToTheSameHostsWritesNothing) {
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  EXPECT_EQ(bind("github", {"A.example"}), "a.example");
  EXPECT_EQ(world_.local.puts(), 1u);
  EXPECT_THAT(world_.catalog.intents().value(), IsEmpty());
}

TEST_F(HostBindingTest, TheyAreKeptWhereTheGroupIs) {
  world_.enter(kOrg, "github.TOKEN", "vault");
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  EXPECT_EQ(notes(vault_), "github a.example\n");
  EXPECT_EQ(world_.local.puts(), 0u);
}

TEST_F(HostBindingTest, WhatWasBoundElsewhereMovesToWhereTheGroupIs) {
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  const Names own{"own.example"};
  ASSERT_TRUE(world_.catalog.bind_hosts(scope(kOrg), "github", own));
  world_.enter(kOrg, "github.TOKEN", "vault");
  EXPECT_EQ(bind("github", {"b.example"}, {"a.example"}),
            "b.example, own.example");
  EXPECT_EQ(notes(world_.local), "");
  EXPECT_EQ(notes(vault_), "github b.example own.example\n");
  EXPECT_THAT(known(), ElementsAre(binding("github", "b.example", "vault"),
                                   binding("github", "own.example", "vault")));
}

TEST_F(HostBindingTest, ALostCatalogLearnsThemAgain) {
  world_.define(kOrg, "github.TOKEN", "v");
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  Catalog fresh = Catalog::in_memory().value();
  SecretManager manager(fresh, world_.stores);
  ASSERT_TRUE(manager.sync());
  EXPECT_THAT(fresh.host_bindings().value(),
              ElementsAre(binding("github", "a.example", "local")));
  EXPECT_EQ(fresh.list().value().size(), 1u) << "the notes are no secret";
}

// Somebody else's binding is neither lost nor undone by ours.
TEST_F(HostBindingTest, TwoWhoBindAtOnceBothDo) {
  Catalog other = Catalog::in_memory().value();
  SecretManager theirs(other, world_.stores);
  bool once = true;
  world_.local.before_fetch = [&](std::span<const Locator>) {
    if (!std::exchange(once, false)) return;
    ASSERT_TRUE(theirs.bind_hosts({scope(kOrg), "local"}, "github",
                                  {{"theirs.example"}, {}}));
  };
  EXPECT_EQ(bind("github", {"ours.example"}), "ours.example, theirs.example");
  EXPECT_EQ(notes(world_.local), "github ours.example theirs.example\n");
}

TEST_F(HostBindingTest, ManyThreadsLoseNoHost) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string host = "h" + std::to_string(i) + ".example";
      EXPECT_TRUE(world_.manager.bind_hosts({scope(kOrg), "local"}, "github",
                                            {{host}, {}}));
    });
  }
  threads.clear();
  EXPECT_EQ(notes(world_.local),
            "github h0.example h1.example h2.example h3.example\n");
  EXPECT_EQ(known().size(), 4u);
}

// A crash between the store and the catalog.
TEST_F(HostBindingTest, WhatTheStoreHasIsRecoveredIntoTheCatalog) {
  const Intent intent{scope(kOrg), "_sotto", "local"};
  ASSERT_TRUE(world_.catalog.begin({&intent, 1}));
  world_.local.memory.set(scope(kOrg), ref("_sotto.hosts"),
                          "github a.example\n");
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_THAT(known(), ElementsAre(binding("github", "a.example", "local")));
  EXPECT_THAT(world_.catalog.intents().value(), IsEmpty());
}

TEST_F(HostBindingTest, WhatTheCatalogDoesNotLearnIsLeftForRecovery) {
  int fetches = 0;
  world_.local.before_fetch = [&](std::span<const Locator>) {
    if (++fetches < 2) return;
    world_.local.instead_of_fetch = [](std::span<const Locator>) {
      WatchedStore::Fetched none;
      none.emplace_back(fail(ErrorCode::kUnreachable, "no answer"));
      return none;
    };
  };
  EXPECT_EQ(bind("github", {"a.example"}),
            "the hosts were written, but the catalog was not: no answer\n"
            "hint: finish it with: sotto catalog sync");
  world_.local.before_fetch = nullptr;
  world_.local.instead_of_fetch = nullptr;
  EXPECT_THAT(known(), IsEmpty());
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_THAT(known(), ElementsAre(binding("github", "a.example", "local")));
}

// The store may have taken it: what came of it is looked for, not assumed.
TEST_F(HostBindingTest, AnUnknownOutcomeIsLeftForRecovery) {
  world_.local.instead_of_put = [&](std::span<const GroupWrite> writes) {
    EXPECT_EQ(writes.size(), 1u);
    WatchedStore::Written unknown;
    unknown.emplace_back(fail(ErrorCode::kOutcomeUnknown, "who knows"));
    return unknown;
  };
  EXPECT_EQ(bind("github", {"a.example"}), "who knows");
  EXPECT_EQ(world_.catalog.intents().value().size(), 1u);
  world_.local.instead_of_put = nullptr;
  world_.local.memory.set(scope(kOrg), ref("_sotto.hosts"),
                          "github a.example\n");
  EXPECT_EQ(world_.manager.recover().value(), 1u);
  EXPECT_THAT(known(), ElementsAre(binding("github", "a.example", "local")));
}

TEST_F(HostBindingTest, NotesThatMakeNoSenseAreToldAndNothingIsWritten) {
  const std::string error =
      "store \"local\" has notes on the hosts of org/acme that make no sense\n"
      "hint: they are in its group \"_sotto\", key \"hosts\": \"GROUP "
      "HOST...\" "
      "a line";
  for (const char* text :
       {"github", "github \n", "a b http://x\n", "-x a.example\n", "\n"}) {
    world_.local.memory.set(scope(kOrg), ref("_sotto.hosts"), text);
    EXPECT_EQ(bind("github", {"a.example"}), error) << text;
    const auto synced = world_.manager.sync();
    ASSERT_FALSE(synced) << text;
    EXPECT_EQ(to_string(synced.error()), error);
  }
  EXPECT_EQ(world_.local.puts(), 0u);
  EXPECT_THAT(known(), IsEmpty());
}

// Whoever may list a store may not be allowed to read it.
TEST_F(HostBindingTest, NotesThatMayNotBeReadStayAsTheyWere) {
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  world_.local.instead_of_fetch = [](std::span<const Locator> locators) {
    WatchedStore::Fetched refused;
    for (std::size_t i = 0; i < locators.size(); ++i) {
      refused.emplace_back(fail(ErrorCode::kForbidden, "no"));
    }
    return refused;
  };
  ASSERT_TRUE(world_.manager.sync());
  EXPECT_THAT(known(), ElementsAre(binding("github", "a.example", "local")));
  EXPECT_EQ(bind("github", {"b.example"}), "no");
}

TEST_F(HostBindingTest, TheNotesAreNoSecret) {
  EXPECT_EQ(bind("github", {"a.example"}), "a.example");
  const Resolution resolution =
      world_.resolved(R"(["<< SECRETS._sotto.hosts >>"])");
  EXPECT_EQ(bound(resolution.bindings, "_sotto.hosts"), "error:missing");
  const WriteTarget target{scope(kOrg), "local"};
  const std::string refused =
      "group \"_sotto\" is not for secrets\n"
      "hint: sotto keeps its own notes there; take another name";
  EXPECT_EQ(
      to_string(world_.manager.set(target, ref("_sotto.hosts"), secret("x"), {})
                    .error()),
      refused);
  EXPECT_EQ(
      to_string(
          world_.manager.remove(target.scope, ref("_sotto.hosts"), {}).error()),
      refused);
  ASSERT_TRUE(world_.manager.sync());
  EXPECT_THAT(world_.catalog.list().value(), IsEmpty());
  EXPECT_EQ(notes(world_.local), "github a.example\n");
}

}  // namespace
}  // namespace sotto
