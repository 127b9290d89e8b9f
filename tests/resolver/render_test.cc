// SPDX-License-Identifier: Apache-2.0
//
// The whole way of a failure: resolved, rendered, hinted at.

#include "render/render.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "resolver/resolver.h"
#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::ref;
using sotto::testing::scope;
using sotto::testing::World;
using ::testing::ElementsAre;

// "rule | message | hint", in the order of the report; or what was rendered.
std::vector<std::string> outcome(World& world, const std::string& document) {
  const Template parsed = parse_template(document);
  const Resolution resolution = Resolver(world.catalog, world.stores)
                                    .resolve(parsed, world.caller)
                                    .value();
  WipedBuffer out;
  const RenderReport report = render(parsed, resolution.bindings, out);
  auto diagnostics = report.diagnostics(parsed);
  add_hints(diagnostics, parsed, world.catalog, world.caller);
  std::vector<std::string> lines;
  for (const Diagnostic& found : diagnostics) {
    lines.push_back(
        fmt::format("{} | {} | {}", found.rule, found.message, found.hint));
  }
  if (report.ok()) lines.emplace_back(out.expose());
  return lines;
}

TEST(ResolveAndRender, EveryFailureHasItsRuleItsWordsAndItsNextStep) {
  World world;
  world.define("org/acme", "datadog.API_KEY", "k");
  world.define("org/acme", "vault.TOKEN", "t");
  world.local.memory.fail_fetch(
      scope("org/acme"), ref("vault.TOKEN"),
      {ErrorCode::kForbidden, "the policy lacks read", "ask for it"});
  world.enter("platform", "old.KEY", "local", SecretState::kDeleted);
  EXPECT_THAT(
      outcome(world, R"({"a": "<< SECRETS.datadog.API_KYE >>",
 "b": "<< SECRETS.slack.HOOK >>",
 "c": "<< SECRETS.vault.TOKEN || 'x' >>",
 "d": "<< SECRETS.old.KEY >>",
 "e": "<< SECRETS.datadog.API_KEY >>"})"),
      ElementsAre(
          "undefined-secret | secret \"datadog.API_KYE\" is not defined | did "
          "you mean \"datadog.API_KEY\"?",
          "undefined-group | secret \"slack.HOOK\" is not defined | define it "
          "with: sotto secret set slack.HOOK",
          "forbidden | store \"local\" does not let you read secret "
          "\"vault.TOKEN\": the policy lacks read | ask for it",
          "deleted | secret \"old.KEY\" was deleted in platform | sotto secret "
          "restore old.KEY --scope platform"));
}

TEST(ResolveAndRender, AlternativesThatWereNotNeededAreNotMissed) {
  World world;
  world.define("org/acme", "g.A", "1");
  world.define("platform", "g.C", "3");
  EXPECT_THAT(
      outcome(world, R"(["<< SECRETS.g.A || SECRETS.g.B >>",)"
                     R"("<< SECRETS.g.B + SECRETS.g.A || SECRETS.g.C >>"])"),
      ElementsAre(R"(["1","3"])"));
}

TEST(ResolveAndRender, E17_AValueThatIsNoStringNamesItself) {
  World world;
  world.define("org/acme", "g.K", "");
  world.local.memory.set_json(scope("org/acme"), ref("g.K"), "42");
  const auto lines = outcome(world, R"(["<< SECRETS.g.K >>"])");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0],
              ::testing::HasSubstr("secret \"g.K\" is JSON, not a string"));
  EXPECT_THAT(outcome(world, R"(["<< FN.json(SECRETS.g.K) >>"])"),
              ElementsAre("[42]"));
}

TEST(ResolveAndRender, T02_AnotherOrganizationsNameAnswersAsARandomOne) {
  World world;
  world.define("org/acme", "datadog.API_KEY", "ours");
  const std::string document = R"(["<< SECRETS.partner.TOKEN >>"])";
  const auto unknown = outcome(world, document);
  world.define("org/B", "partner.TOKEN", "theirs");
  world.define("org/B", "partner.TOKENS", "theirs");
  EXPECT_EQ(outcome(world, document), unknown);
}

}  // namespace
}  // namespace sotto
