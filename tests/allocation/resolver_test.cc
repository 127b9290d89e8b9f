// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out at every place of a resolution and of a write: the values
// are right or there are none, and no write is called undone that was done.

#include "resolver/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grammar/template.h"
#include "resolver/cached_store.h"
#include "resolver/lint.h"
#include "resolver/plan.h"
#include "resolver/secret_manager.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/resolver/testing_world.h"

namespace sotto::testing {
namespace {

using testing_allocation::failing;
using testing_allocation::for_each_failure;
using testing_allocation::has_failed;

constexpr char kOrg[] = "org/acme";

template <typename T>
bool answered(const Result<T>& result) {
  if (result) return true;
  EXPECT_TRUE(has_failed()) << to_string(result.error());
  EXPECT_EQ(result.error().code, ErrorCode::kNoMemory)
      << to_string(result.error());
  return false;
}

TEST(ResolverWithoutMemory, ResolvesOrSaysSo) {
  World world;
  world.define(kOrg, "github.TOKEN", "old");
  world.define("platform", "stripe.KEY", "other");
  const Template parsed = parse_template(
      R"(["<< SECRETS.github.TOKEN >>", "<< SECRETS.no.KEY || SECRETS.stripe.KEY >>"])");
  ASSERT_TRUE(parsed.ok());
  const Resolver resolver(world.catalog, world.stores);
  for_each_failure([&] {
    const auto resolution =
        failing([&] { return resolver.resolve(parsed, world.caller); });
    if (!answered(resolution)) return;
    for (const char* const name : {"github.TOKEN", "stripe.KEY"}) {
      const Error* const error = resolution->bindings.error(ref(name));
      if (error == nullptr) continue;
      EXPECT_TRUE(has_failed());
      EXPECT_EQ(error->code, ErrorCode::kNoMemory) << to_string(*error);
    }
    if (resolution->bindings.error(ref("github.TOKEN")) == nullptr) {
      EXPECT_EQ(bound(resolution->bindings, "github.TOKEN"), "old");
    }
    if (!has_failed()) {
      EXPECT_EQ(bound(resolution->bindings, "stripe.KEY"), "other");
    }
  });
}

TEST(ResolverWithoutMemory, Plans) {
  World world;
  world.define(kOrg, "github.TOKEN", "old");
  const std::vector<SecretRef> refs{ref("github.TOKEN"), ref("no.KEY")};
  for_each_failure([&] {
    const auto plan = failing([&] {
      return make_plan(world.catalog, world.stores, refs, world.caller);
    });
    if (!answered(plan)) return;
    ASSERT_EQ(plan->refs.size(), 2u);
    EXPECT_EQ(plan->batches.size(), 1u);
  });
}

std::vector<std::string> messages(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> all;
  for (const Diagnostic& found : diagnostics) {
    all.push_back(std::string(found.rule) + found.pointer + found.message);
  }
  return all;
}

TEST(LintWithoutMemory, FindsAllOrSaysSo) {
  World world;
  world.define(kOrg, "github.TOKEN", "old");
  const Template parsed = parse_template(
      R"({"a": "<< SECRETS.github.TOKNE >>", "a": "<< SECRETS.no.KEY >>",)"
      R"( "sotto:ignore": "near-miss", "b": "<< SECRETS.FLAT >>",)"
      R"( "url": "https://x/?k=<< SECRETS.github.TOKEN >>"})");
  const Template* const all[] = {&parsed};
  const auto find = [&]() -> std::vector<Diagnostic> {
    const auto facts =
        LintFacts::gather(all, world.catalog, world.stores, world.caller);
    if (!answered(facts)) return {};
    return lint(parsed, *facts, {});
  };
  const std::vector<std::string> wanted = messages(find());
  EXPECT_EQ(wanted.size(), 5u);
  for_each_failure([&] {
    const auto facts = failing([&] {
      return LintFacts::gather(all, world.catalog, world.stores, world.caller);
    });
    (void)answered(facts);
  });
  const auto facts =
      LintFacts::gather(all, world.catalog, world.stores, world.caller);
  ASSERT_TRUE(facts.has_value());
  const LintSettings settings;
  for_each_failure([&] {
    try {
      const auto found =
          failing([&] { return lint(parsed, *facts, settings); });
      EXPECT_EQ(messages(found), wanted);
    } catch (const std::bad_alloc&) {
      EXPECT_TRUE(has_failed());
    }
  });
}

class ManagerWithoutMemory : public ::testing::Test {
 protected:
  ManagerWithoutMemory() {
    world_.define(kOrg, "github.TOKEN", "old");
    EXPECT_TRUE(world_.manager.sync());
  }

  Version version() {
    return world_.local.history(scope(kOrg), "github").value().front().version;
  }

  // Was it written? An answer that denies it must be right.
  template <typename T>
  void expect_honest(const Result<T>& result, Version before) {
    const bool written = version() != before;
    if (result) {
      EXPECT_TRUE(written);
      return;
    }
    EXPECT_TRUE(has_failed()) << to_string(result.error());
    if (result.error().code == ErrorCode::kOutcomeUnknown) return;
    EXPECT_EQ(result.error().code, ErrorCode::kNoMemory)
        << to_string(result.error());
    EXPECT_FALSE(written);
  }

  // What was left undone can be finished, and then all is well.
  void expect_recoverable() {
    const auto recovered = world_.manager.recover();
    ASSERT_TRUE(recovered) << to_string(recovered.error());
    EXPECT_EQ(world_.catalog.intents().value(), std::vector<Intent>{});
    const auto report = world_.manager.sync();
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->added + report->changed + report->removed, 0u);
  }

  World world_;
};

TEST_F(ManagerWithoutMemory, SetsOrDoesNot) {
  for_each_failure([&] {
    const Version before = version();
    SecretString value = secret("new");
    const auto set = failing([&] {
      return world_.manager.set({scope(kOrg), "local"}, ref("github.TOKEN"),
                                std::move(value), {});
    });
    expect_honest(set, before);
    expect_recoverable();
  });
}

TEST_F(ManagerWithoutMemory, ImportsOrDoesNot) {
  for_each_failure([&] {
    const Version before = version();
    std::vector<ImportItem> items;
    items.push_back({ref("github.TOKEN"), secret("new")});
    items.push_back({ref("stripe.KEY"), secret("other")});
    const auto imported = failing([&] {
      return world_.manager.import({scope(kOrg), "local"}, std::move(items));
    });
    expect_honest(imported, before);
    expect_recoverable();
  });
}

TEST_F(ManagerWithoutMemory, RemovesAndRestoresOrDoesNot) {
  for_each_failure([&] {
    Version before = version();
    const auto removed = failing([&] {
      return world_.manager.remove(scope(kOrg), ref("github.TOKEN"), {});
    });
    expect_honest(removed, before);
    // What is alive is not restored.
    if (!removed) {
      static_cast<void>(
          world_.manager.remove(scope(kOrg), ref("github.TOKEN"), {}));
    }
    before = version();
    const auto restored = failing([&] {
      return world_.manager.restore(scope(kOrg), ref("github.TOKEN"), {}, {});
    });
    expect_honest(restored, before);
    expect_recoverable();
    world_.local.memory.set(scope(kOrg), ref("github.TOKEN"), "old");
    ASSERT_TRUE(world_.manager.sync());
  });
}

TEST_F(ManagerWithoutMemory, SyncsAndRecovers) {
  const Intent intent{scope(kOrg), "github", "local"};
  for_each_failure([&] {
    ASSERT_TRUE(world_.catalog.begin({&intent, 1}));
    answered(failing([&] { return world_.manager.sync(); }));
    answered(failing([&] { return world_.manager.recover(); }));
    expect_recoverable();
  });
}

TEST(CachedStoreWithoutMemory, AnswersOrSaysSo) {
  auto inner = std::make_unique<MemoryStore>("vault");
  for (const char* const name : {"a.K", "a.L", "b.K"}) {
    inner->set(scope(kOrg), ref(name), name);
  }
  CachedStore store(std::move(inner), {});
  std::vector<Locator> locators;
  for (const char* const name : {"a.K", "b.K", "a.L", "a.NO"}) {
    locators.push_back({scope(kOrg), ref(name), {}, std::nullopt});
  }
  const auto check = [&](const std::vector<Result<FetchedSecret>>& answers) {
    if (answers.empty()) return answered<int>(fail(ErrorCode::kNoMemory, ""));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i]) {
        const bool absent = locators[i].ref.key == "NO" &&
                            answers[i].error().code == ErrorCode::kMissing;
        if (!absent && !answered(answers[i])) return false;
        continue;
      }
      EXPECT_EQ(answers[i]->value.text.expose(), to_string(locators[i].ref));
    }
    return true;
  };
  for_each_failure([&] {
    store.purge();
    const auto missed = failing([&] { return store.fetch(locators); });
    if (!check(missed)) return;
    check(failing([&] { return store.fetch(locators); }));
  });
  EXPECT_TRUE(check(store.fetch(locators)));
}

TEST(CachedStoreWithoutMemory, W8_AWriteThatWasDoneIsRead) {
  CachedStore store(std::make_unique<MemoryStore>("vault"), {});
  const std::vector<Locator> locators{
      {scope(kOrg), ref("a.K"), {}, std::nullopt}};
  Version last = 0;
  for_each_failure([&] {
    std::vector<GroupWrite> writes(1);
    writes[0].scope = scope(kOrg);
    writes[0].group = "a";
    writes[0].changes.push_back({"K", secret("value")});
    const auto written = failing([&] { return store.put(writes); });
    if (written.empty() || !answered(written.front())) return;
    last = *written.front();
    const auto read = store.fetch(locators);
    ASSERT_TRUE(read.front().has_value());
    EXPECT_EQ(read.front()->version, last);
  });
  EXPECT_GT(last, 0u);
}

}  // namespace
}  // namespace sotto::testing
