// SPDX-License-Identifier: Apache-2.0

#include "resolver/resolver.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::secret;
using sotto::testing::WatchedStore;
using sotto::testing::World;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ResolverTest : public ::testing::Test {
 protected:
  // The error bound to g.K after `answer` came from the store "local".
  Error error_after(Error answer) {
    World world;
    world.define("org/acme", "g.K", "value");
    world.local.memory.fail_fetch(scope("org/acme"), ref("g.K"),
                                  std::move(answer));
    return *world.resolved("<< SECRETS.g.K >>").bindings.error(ref("g.K"));
  }

  World world_;
};

TEST_F(ResolverTest, BindsWhatTheStoresHold) {
  world_.define("org/acme", "github.TOKEN", "t0ken");
  world_.define("platform", "datadog.API_KEY", "k3y");
  const Resolution resolution = world_.resolved(
      "<< SECRETS.github.TOKEN >> << SECRETS.datadog.API_KEY >>");
  EXPECT_EQ(bound(resolution.bindings, "github.TOKEN"), "t0ken");
  EXPECT_EQ(bound(resolution.bindings, "datadog.API_KEY"), "k3y");
  EXPECT_EQ(resolution.cost.rounds, 1u);
  EXPECT_EQ(resolution.cost.batches, 1u);
  EXPECT_EQ(resolution.cost.fetched, 2u);
}

TEST_F(ResolverTest, FetchesADistinctSecretOnceHoweverOftenItIsUsed) {
  world_.define("org/acme", "g.K", "v");
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.K >> << SECRETS.g.K >> << FN.base64(SECRETS.g.K) >> "
      "<< SECRETS.g.K + '/' + SECRETS.g.K >> << SECRETS.g.NO || SECRETS.g.K "
      ">>");
  EXPECT_EQ(resolution.cost.fetched, 1u);
  const auto fetches = world_.local.take_fetches();
  ASSERT_THAT(fetches, SizeIs(1));
  EXPECT_THAT(fetches[0], SizeIs(1));
}

TEST_F(ResolverTest, ADocumentWithoutReferencesAsksNobody) {
  const Resolution resolution = world_.resolved("1 << 2, << parameters.x >>");
  EXPECT_EQ(resolution.cost.rounds, 0u);
  EXPECT_EQ(resolution.bindings.size(), 0u);
  EXPECT_THAT(world_.local.take_fetches(), IsEmpty());
}

TEST_F(ResolverTest, ATemplateThatCannotBeRenderedNeedsNothing) {
  world_.define("org/acme", "g.K", "v");
  const Template parsed =
      parse_template(R"({"a": "<< SECRETS.g.K >>", "b": "<< SECRETS.g")");
  ASSERT_FALSE(parsed.ok());
  const auto resolution =
      Resolver(world_.catalog, world_.stores).resolve(parsed, world_.caller);
  ASSERT_TRUE(resolution.has_value());
  EXPECT_EQ(resolution->bindings.size(), 0u);
  EXPECT_THAT(world_.local.take_fetches(), IsEmpty());
}

TEST_F(ResolverTest, AnAlternativeThatIsNotNeededIsNeitherFetchedNorMentioned) {
  world_.define("org/acme", "g.FIRST", "1");
  world_.define("org/acme", "g.SECOND", "2");
  world_.local.memory.fail_fetch(scope("org/acme"), ref("g.SECOND"),
                                 {ErrorCode::kForbidden, "no", ""});
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.FIRST || SECRETS.g.SECOND || SECRETS.g.UNDEFINED >>");
  EXPECT_EQ(bound(resolution.bindings, "g.FIRST"), "1");
  EXPECT_EQ(bound(resolution.bindings, "g.SECOND"), "nothing");
  EXPECT_EQ(bound(resolution.bindings, "g.UNDEFINED"), "nothing");
  EXPECT_EQ(resolution.cost.fetched, 1u);
}

TEST_F(ResolverTest, WhatTheCatalogProvesAbsentCostsNoRound) {
  world_.define("org/acme", "g.SECOND", "2");
  const Resolution resolution =
      world_.resolved("<< SECRETS.g.FIRST || SECRETS.g.SECOND >>");
  EXPECT_EQ(bound(resolution.bindings, "g.FIRST"), "error:missing");
  EXPECT_EQ(bound(resolution.bindings, "g.SECOND"), "2");
  EXPECT_EQ(resolution.cost.rounds, 1u);
}

TEST_F(ResolverTest, AnotherRoundAsksOnlyForWhatTheOneBeforeProvedAbsent) {
  for (const char* name : {"g.A", "g.B", "g.C", "g.D"}) {
    world_.define("org/acme", name, name);
  }
  world_.local.memory.fail_fetch(scope("org/acme"), ref("g.A"),
                                 {ErrorCode::kMissing, "", ""});
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.A || SECRETS.g.B >> << SECRETS.g.C || SECRETS.g.D >>");
  EXPECT_EQ(resolution.cost.rounds, 2u);
  EXPECT_EQ(bound(resolution.bindings, "g.B"), "g.B");
  const auto fetches = world_.local.take_fetches();
  ASSERT_THAT(fetches, SizeIs(2));
  EXPECT_THAT(fetches[0], SizeIs(2));  // A and C
  ASSERT_THAT(fetches[1], SizeIs(1));
  EXPECT_EQ(fetches[1][0].ref, ref("g.B"));
}

TEST_F(ResolverTest, TroubleIsNoReasonToGoOn) {
  for (const ErrorCode code :
       {ErrorCode::kForbidden, ErrorCode::kUnreachable, ErrorCode::kDeleted,
        ErrorCode::kDisabled, ErrorCode::kMalformed, ErrorCode::kCorrupt}) {
    World world;
    world.define("org/acme", "g.A", "1");
    world.define("org/acme", "g.B", "2");
    world.local.memory.fail_fetch(scope("org/acme"), ref("g.A"),
                                  {code, "", ""});
    const Resolution resolution =
        world.resolved("<< SECRETS.g.A || SECRETS.g.B >>");
    EXPECT_EQ(bound(resolution.bindings, "g.B"), "nothing");
    EXPECT_EQ(bound(resolution.bindings, "g.A"),
              fmt::format("error:{}", error_info(code).name));
  }
}

TEST_F(ResolverTest, AnEmptyValueIsAValue) {
  world_.define("org/acme", "g.A", "");
  world_.define("org/acme", "g.B", "2");
  const Resolution resolution =
      world_.resolved("<< SECRETS.g.A || SECRETS.g.B >>");
  EXPECT_EQ(bound(resolution.bindings, "g.A"), "");
  EXPECT_EQ(bound(resolution.bindings, "g.B"), "nothing");
}

TEST_F(ResolverTest, ASumIsAbsentIfOneTermIsAndNoneIsInTrouble) {
  world_.define("org/acme", "g.USER", "u");
  world_.define("org/acme", "g.BOTH", "u:p");
  const Resolution resolution = world_.resolved(
      "<< FN.basic(SECRETS.g.USER, SECRETS.g.PASSWORD) || SECRETS.g.BOTH >>");
  EXPECT_EQ(bound(resolution.bindings, "g.USER"), "u");
  EXPECT_EQ(bound(resolution.bindings, "g.PASSWORD"), "error:missing");
  EXPECT_EQ(bound(resolution.bindings, "g.BOTH"), "u:p");
  EXPECT_EQ(resolution.cost.rounds, 2u);
}

TEST_F(ResolverTest, TroubleInASumOutweighsAbsence) {
  world_.define("org/acme", "g.USER", "u");
  world_.define("org/acme", "g.BOTH", "u:p");
  world_.local.memory.fail_fetch(scope("org/acme"), ref("g.USER"),
                                 {ErrorCode::kForbidden, "", ""});
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.USER + SECRETS.g.PASSWORD || SECRETS.g.BOTH >>");
  EXPECT_EQ(bound(resolution.bindings, "g.USER"), "error:forbidden");
  EXPECT_EQ(bound(resolution.bindings, "g.PASSWORD"), "error:missing");
  EXPECT_EQ(bound(resolution.bindings, "g.BOTH"), "nothing");
}

TEST_F(ResolverTest, EveryFailureOfASumIsFoundThoughItFailsAnyway) {
  world_.define("org/acme", "g.A", "1");
  world_.define("org/acme", "g.B", "2");
  world_.local.memory.fail_fetch(scope("org/acme"), ref("g.A"),
                                 {ErrorCode::kForbidden, "", ""});
  world_.local.memory.fail_fetch(scope("org/acme"), ref("g.B"),
                                 {ErrorCode::kMissing, "", ""});
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.A + FN.trim(SECRETS.g.B || SECRETS.g.C) >>");
  EXPECT_EQ(bound(resolution.bindings, "g.A"), "error:forbidden");
  EXPECT_EQ(bound(resolution.bindings, "g.B"), "error:missing");
  EXPECT_EQ(bound(resolution.bindings, "g.C"), "error:missing");
}

TEST_F(ResolverTest, AStringAlternativeEndsTheSearch) {
  world_.define("org/acme", "g.B", "2");
  const Resolution resolution =
      world_.resolved("<< SECRETS.g.A || '' || SECRETS.g.B >>");
  EXPECT_EQ(bound(resolution.bindings, "g.A"), "error:missing");
  EXPECT_EQ(bound(resolution.bindings, "g.B"), "nothing");
  EXPECT_EQ(resolution.cost.rounds, 0u);
}

TEST_F(ResolverTest, E17_AValueThatIsNoStringIsBoundAsWhatItIs) {
  for (const char* json : {"42", "true", "null", "[1]", "{\"a\":1}"}) {
    World world;
    world.define("org/acme", "g.K", "to be replaced");
    world.local.memory.set_json(scope("org/acme"), ref("g.K"), json);
    const Resolution resolution = world.resolved("<< SECRETS.g.K >>");
    EXPECT_EQ(bound(resolution.bindings, "g.K"), std::string("json:") + json);
  }
}

TEST_F(ResolverTest, SaysWordForWordWhatAStoreRefused) {
  struct Row {
    Error answer;
    Error bound;
  };
  const Row rows[] = {
      {{ErrorCode::kMissing, "anything", "anything"},
       {ErrorCode::kMissing, "secret \"g.K\" is not defined",
        "define it with: sotto secret set g.K"}},
      {{ErrorCode::kDeleted, "anything", ""},
       {ErrorCode::kDeleted, "secret \"g.K\" was deleted",
        "sotto secret restore g.K"}},
      {{ErrorCode::kDisabled, "anything", ""},
       {ErrorCode::kDisabled, "secret \"g.K\" is disabled",
        "enable it in its store"}},
      {{ErrorCode::kForbidden, "the policy lacks \"read\"", "ask for it"},
       {ErrorCode::kForbidden,
        "store \"local\" does not let you read secret \"g.K\": the policy "
        "lacks \"read\"",
        "ask for it"}},
      {{ErrorCode::kUnreachable, "timed out after 30 s", ""},
       {ErrorCode::kUnreachable,
        "store \"local\" cannot be reached for secret \"g.K\": timed out "
        "after 30 s",
        ""}},
      {{ErrorCode::kMalformed, "", ""},
       {ErrorCode::kMalformed,
        "store \"local\" gave no well-formed answer for secret \"g.K\"", ""}},
      {{ErrorCode::kCorrupt, "version 3 was altered", ""},
       {ErrorCode::kCorrupt,
        "store \"local\" cannot read secret \"g.K\": version 3 was altered",
        ""}},
  };
  for (const Row& row : rows) {
    const Error error = error_after(row.answer);
    EXPECT_EQ(error.code, row.bound.code);
    EXPECT_EQ(to_string(error), to_string(row.bound));
  }
}

TEST_F(ResolverTest, MoreOrFewerAnswersThanAskedForAreMalformed) {
  world_.define("org/acme", "g.A", "1");
  world_.define("org/acme", "g.B", "2");
  for (const std::size_t count : {0u, 1u, 3u}) {
    world_.local.instead_of_fetch = [count](auto) {
      WatchedStore::Fetched answers;
      for (std::size_t i = 0; i < count; ++i) {
        answers.push_back(FetchedSecret{.value = {secret("v")}, .version = 1});
      }
      return answers;
    };
    const Resolution resolution =
        world_.resolved("<< SECRETS.g.A >><< SECRETS.g.B >>");
    for (const char* name : {"g.A", "g.B"}) {
      const Error* error = resolution.bindings.error(ref(name));
      ASSERT_NE(error, nullptr);
      EXPECT_EQ(error->code, ErrorCode::kMalformed);
      EXPECT_EQ(error->message,
                fmt::format("store \"local\" gave no well-formed answer for "
                            "secret \"{}\": store \"local\" was asked for 2 "
                            "and answered {}",
                            name, count));
    }
  }
}

TEST_F(ResolverTest, AStoreThatThrowsIsAnError) {
  world_.define("org/acme", "g.A", "1");
  world_.local.before_fetch = [](auto) {
    throw std::runtime_error("hunter2 in what()");
  };
  Resolution resolution = world_.resolved("<< SECRETS.g.A >>");
  EXPECT_EQ(resolution.bindings.error(ref("g.A"))->message,
            "store \"local\" gave no well-formed answer for secret \"g.A\": it "
            "threw an exception");
  world_.local.before_fetch = [](auto) { throw std::bad_alloc(); };
  resolution = world_.resolved("<< SECRETS.g.A >>");
  EXPECT_EQ(resolution.bindings.error(ref("g.A"))->code, ErrorCode::kNoMemory);
}

// Each store waits in fetch() until the other is in it too.
TEST_F(ResolverTest, AsksSeveralStoresSideBySide) {
  WatchedStore vault("vault");
  world_.stores.add(vault);
  world_.define("org/acme", "a.A", "1");
  vault.memory.set(scope("org/acme"), ref("b.B"), "2");
  world_.enter("org/acme", "b.B", "vault");

  std::mutex mutex;
  std::condition_variable arrived;
  int inside = 0;
  bool met = true;
  const auto meet = [&](auto) {
    std::unique_lock lock(mutex);
    ++inside;
    arrived.notify_all();
    if (!arrived.wait_for(lock, std::chrono::seconds(20),
                          [&] { return inside == 2; })) {
      met = false;
    }
  };
  world_.local.before_fetch = meet;
  vault.before_fetch = meet;
  const Resolution resolution =
      world_.resolved("<< SECRETS.a.A >><< SECRETS.b.B >>");
  EXPECT_TRUE(met);
  EXPECT_EQ(bound(resolution.bindings, "a.A"), "1");
  EXPECT_EQ(bound(resolution.bindings, "b.B"), "2");
  EXPECT_EQ(resolution.cost.rounds, 1u);
  EXPECT_EQ(resolution.cost.batches, 2u);
}

TEST_F(ResolverTest, R5_ALaterRoundReadsTheVersionThatAnEarlierOneSaw) {
  world_.define("org/acme", "g.USER", "user-1");
  world_.define("org/acme", "g.PASSWORD", "password-1");
  world_.enter("org/acme", "g.TOKEN", "local");  // The store never had it.
  bool changed = false;
  world_.local.before_fetch = [&](std::span<const Locator> locators) {
    if (changed || locators[0].ref != ref("g.PASSWORD")) return;
    changed = true;
    std::vector<GroupWrite> write(1);
    write[0].scope = scope("org/acme");
    write[0].group = "g";
    write[0].changes.push_back({"USER", secret("user-2")});
    write[0].changes.push_back({"PASSWORD", secret("password-2")});
    ASSERT_TRUE(world_.local.memory.put(write)[0].has_value());
  };
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.USER >> << SECRETS.g.TOKEN || SECRETS.g.PASSWORD >>");
  EXPECT_TRUE(changed);
  EXPECT_EQ(bound(resolution.bindings, "g.USER"), "user-1");
  EXPECT_EQ(bound(resolution.bindings, "g.PASSWORD"), "password-1");
}

TEST_F(ResolverTest, R5_AKeyThatIsNotInThatVersionIsNotProvenAbsent) {
  world_.define("org/acme", "g.USER", "user");
  world_.enter("org/acme", "g.TOKEN", "local");
  world_.enter("org/acme", "g.PASSWORD", "local");
  world_.define("org/acme", "other.K", "stands in for nobody");
  const Resolution resolution = world_.resolved(
      "<< SECRETS.g.USER >> "
      "<< SECRETS.g.TOKEN || SECRETS.g.PASSWORD || SECRETS.other.K >>");
  EXPECT_EQ(bound(resolution.bindings, "other.K"), "nothing");
  const Error* error = resolution.bindings.error(ref("g.PASSWORD"));
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, ErrorCode::kChanged);
  EXPECT_EQ(to_string(*error),
            "secret \"g.PASSWORD\" is not in version 1 of its group, which "
            "other keys were read from\nhint: try again; if it stays so, run: "
            "sotto catalog sync");
}

TEST_F(ResolverTest, OfSeveralTemplatesFetchesWhatEachNeedsOnceForAll) {
  world_.define("org/acme", "g.A", "1");
  world_.define("org/acme", "g.B", "2");
  world_.define("org/acme", "h.C", "3");
  world_.define("org/acme", "z.UNUSED", "4");
  const ParseOptions text{.format = Format::kText, .limits = {}};
  const Template first = parse_template(
      "<< SECRETS.h.C >> << SECRETS.g.B || SECRETS.z.UNUSED >>", text);
  const Template none = parse_template("nothing", text);
  const Template broken = parse_template("<< SECRETS.broken.K", text);
  const Template second = parse_template(
      "<< SECRETS.no.NE || SECRETS.g.A >> << SECRETS.h.C >>", text);
  const std::vector<const Template*> all{&first, &none, &broken, &second};
  EXPECT_EQ(references_of(std::vector{&first, &none, &second}).size(), 5u);

  const auto resolution =
      Resolver(world_.catalog, world_.stores).resolve(all, world_.caller);
  ASSERT_TRUE(resolution);
  EXPECT_EQ(bound(resolution->bindings, "g.A"), "1");
  EXPECT_EQ(bound(resolution->bindings, "g.B"), "2");
  EXPECT_EQ(bound(resolution->bindings, "h.C"), "3");
  EXPECT_EQ(bound(resolution->bindings, "no.NE"), "error:missing");
  EXPECT_EQ(bound(resolution->bindings, "z.UNUSED"), "nothing");
  EXPECT_EQ(bound(resolution->bindings, "broken.K"), "nothing");
  EXPECT_EQ(resolution->cost.batches, 1u);
  EXPECT_EQ(resolution->cost.fetched, 3u);
}

TEST_F(ResolverTest, PlanTellsTheFirstRoundWithoutAskingAnybody) {
  world_.define("org/acme", "g.A", "1");
  world_.define("org/acme", "g.B", "2");
  const std::string document = "<< SECRETS.g.A || SECRETS.g.B >>";
  const Template parsed =
      parse_template(document, {.format = Format::kText, .limits = {}});
  const auto plan =
      Resolver(world_.catalog, world_.stores).plan(parsed, world_.caller);
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(plan->refs, SizeIs(2));
  ASSERT_THAT(plan->batches, SizeIs(1));
  EXPECT_THAT(plan->batches[0].locators, SizeIs(1));
  EXPECT_EQ(plan->refs[plan->batches[0].refs[0]].ref, ref("g.A"));
  EXPECT_THAT(world_.local.take_fetches(), IsEmpty());
}

TEST_F(ResolverTest, AHundredThousandReferencesAreOneRoundAndOneBatch) {
  constexpr int kCount = 100'000;
  std::vector<CatalogEntry> entries;
  std::string document;
  for (int i = 0; i < kCount; ++i) {
    const SecretRef name{fmt::format("g{:03}", i / 100),
                         fmt::format("K{:02}", i % 100)};
    entries.push_back({.scope = Scope::platform(),
                       .ref = name,
                       .store = "local",
                       .path = {},
                       .version = 1,
                       .state = SecretState::kActive,
                       .updated = {}});
    document += fmt::format("<< SECRETS.{} >>\n", to_string(name));
  }
  ASSERT_TRUE(world_.catalog.replace("local", entries).has_value());
  world_.local.instead_of_fetch = [](std::span<const Locator> locators) {
    WatchedStore::Fetched answers;
    for (std::size_t i = 0; i < locators.size(); ++i) {
      answers.push_back(FetchedSecret{.value = {}, .version = 1});
    }
    return answers;
  };
  const Resolution resolution = world_.resolved(document);
  EXPECT_EQ(resolution.cost.rounds, 1u);
  EXPECT_EQ(resolution.cost.batches, 1u);
  EXPECT_EQ(resolution.cost.fetched, static_cast<std::size_t>(kCount));
  EXPECT_EQ(resolution.bindings.size(), static_cast<std::size_t>(kCount));
}

TEST_F(ResolverTest, E08_ManyUsesOfOneSecretAreOneRead) {
  world_.define("platform", "g.K", "v");
  std::string document;
  for (int i = 0; i < 200'000; ++i) document += "<< SECRETS.g.K >>\n";
  const Resolution resolution = world_.resolved(document);
  EXPECT_EQ(resolution.cost.fetched, 1u);
  EXPECT_EQ(bound(resolution.bindings, "g.K"), "v");
}

}  // namespace
}  // namespace sotto
