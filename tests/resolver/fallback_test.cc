// SPDX-License-Identifier: Apache-2.0
//
// From the organization to the platform on proof of absence alone: every
// outcome that an organization's secret can have, with and without a value on
// the platform.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::WatchedStore;
using sotto::testing::World;

constexpr const char* kOrg = "org/acme";

struct Setting {
  World world;
  WatchedStore vault{"vault"};
};

struct OrgOutcome {
  std::string name;
  std::function<void(Setting&)> arrange;
  // What the lookup is to end with; "absent": proven, so fall back.
  std::string expected;
};

// The store answers `code` for a secret that the catalog knows.
OrgOutcome answer(ErrorCode code) {
  const std::string name(error_info(code).name);
  return {"the store answers " + name,
          [code](Setting& setting) {
            setting.world.define(kOrg, "g.K", "of-the-org");
            setting.world.local.memory.fail_fetch(scope(kOrg), ref("g.K"),
                                                  {code, "told so", ""});
          },
          code == ErrorCode::kMissing ? "absent" : "error:" + name};
}

std::vector<OrgOutcome> outcomes() {
  std::vector<OrgOutcome> all;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kCancelled); ++code) {
    all.push_back(answer(static_cast<ErrorCode>(code)));
  }
  all.push_back({"a value",
                 [](Setting& s) { s.world.define(kOrg, "g.K", "of-the-org"); },
                 "of-the-org"});
  all.push_back({"an empty value",
                 [](Setting& s) { s.world.define(kOrg, "g.K", ""); }, ""});
  all.push_back({"a complete catalog has no entry", [](Setting&) {}, "absent"});
  all.push_back({"another organization has it",
                 [](Setting& s) { s.world.define("org/other", "g.K", "x"); },
                 "absent"});
  all.push_back({"a tombstone",
                 [](Setting& s) {
                   s.world.enter(kOrg, "g.K", "local", SecretState::kDeleted);
                 },
                 "error:deleted"});
  all.push_back({"disabled in the catalog",
                 [](Setting& s) {
                   s.world.enter(kOrg, "g.K", "local", SecretState::kDisabled);
                 },
                 "error:disabled"});
  all.push_back({"its store is not configured",
                 [](Setting& s) { s.world.enter(kOrg, "g.K", "azure"); },
                 "error:invalid-config"});
  all.push_back({"an incomplete catalog has no entry, the store neither",
                 [](Setting& s) {
                   s.vault.memory.set_complete_catalog(false);
                   s.world.stores.add(s.vault);
                 },
                 "absent"});
  all.push_back({"an incomplete catalog has no entry, the store has",
                 [](Setting& s) {
                   s.vault.memory.set_complete_catalog(false);
                   s.vault.memory.set(scope(kOrg), ref("g.K"), "of-the-org");
                   s.world.stores.add(s.vault);
                 },
                 "of-the-org"});
  all.push_back({"an incomplete catalog has no entry, the store is silent",
                 [](Setting& s) {
                   s.vault.memory.set_complete_catalog(false);
                   s.vault.memory.fail_fetch(
                       scope(kOrg), ref("g.K"),
                       {ErrorCode::kUnreachable, "timed out", ""});
                   s.world.stores.add(s.vault);
                 },
                 "error:unreachable"});
  all.push_back({"the store answers too little",
                 [](Setting& s) {
                   s.world.enter(kOrg, "g.K", "vault");
                   s.vault.instead_of_fetch = [](auto) {
                     return WatchedStore::Fetched{};
                   };
                   s.world.stores.add(s.vault);
                 },
                 "error:malformed"});
  return all;
}

// Was the platform's secret ever asked for?
bool asked_platform(Setting& setting) {
  for (const auto& batch : setting.world.local.take_fetches()) {
    for (const Locator& locator : batch) {
      if (locator.scope.is_platform()) return true;
    }
  }
  return false;
}

TEST(Fallback, T5_OnlyProvenAbsenceLeadsToThePlatform) {
  const std::vector<OrgOutcome> all = outcomes();
  ASSERT_GE(all.size(), 24u);
  for (const OrgOutcome& outcome : all) {
    for (const bool platform_has : {true, false}) {
      SCOPED_TRACE(outcome.name +
                   (platform_has ? ", platform has" : ", platform has not"));
      Setting setting;
      if (platform_has) {
        setting.world.define("platform", "g.K", "of-the-platform");
      }
      outcome.arrange(setting);
      const Resolution resolution = setting.world.resolved("<< SECRETS.g.K >>");
      const bool absent = outcome.expected == "absent";
      const std::string fallen_back =
          platform_has ? "of-the-platform" : "error:missing";
      EXPECT_EQ(bound(resolution.bindings, "g.K"),
                absent ? fallen_back : outcome.expected);
      EXPECT_EQ(asked_platform(setting), absent && platform_has);
    }
  }
}

TEST(Fallback, T01_FieldsOfTheDocumentDoNotChooseTheOrganization) {
  World world;
  world.define("org/acme", "g.K", "of-acme");
  world.define("org/B", "g.K", "of-b");
  const Resolution resolution = world.resolved(
      R"({"org":"B","tenant":"B","namespace":"org/B","scope":"org/B",)"
      R"("x":"<< SECRETS.g.K >>"})");
  EXPECT_EQ(bound(resolution.bindings, "g.K"), "of-acme");
}

TEST(Fallback, T02_ASecretOfAnotherOrganizationAnswersAsARandomMissingName) {
  World world;
  world.define("org/other", "grp.KEY", "theirs");
  const Resolution resolution =
      world.resolved("<< SECRETS.grp.KEY >> << SECRETS.xyz.QQQ >>");
  const Error* theirs = resolution.bindings.error(ref("grp.KEY"));
  const Error* random = resolution.bindings.error(ref("xyz.QQQ"));
  ASSERT_NE(theirs, nullptr);
  ASSERT_NE(random, nullptr);
  const auto with_name = [](std::string text, std::string_view name) {
    for (std::size_t at = 0; (at = text.find(name, at)) != text.npos;) {
      text.replace(at, name.size(), "NAME");
    }
    return text;
  };
  EXPECT_EQ(with_name(to_string(*theirs), "grp.KEY"),
            with_name(to_string(*random), "xyz.QQQ"));
  EXPECT_EQ(theirs->code, random->code);
  EXPECT_TRUE(world.local.take_fetches().empty());
}

}  // namespace
}  // namespace sotto
