// SPDX-License-Identifier: Apache-2.0
//
// What holds of every rule: levels, limits, what is never shown, what a render
// would say.

#include "resolver/lint.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "render/render.h"
#include "resolver/resolver.h"
#include "tests/resolver/testing_lint.h"

namespace sotto {
namespace {

using sotto::testing::fresh_tokens;
using sotto::testing::LintWorld;
using sotto::testing::summary;
using sotto::testing::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LintRules, AreSortedAndFound) {
  std::string_view last;
  for (const RuleInfo& rule : lint_rules()) {
    EXPECT_LT(last, rule.id);
    last = rule.id;
    EXPECT_EQ(find_rule(rule.id), &rule);
    EXPECT_FALSE(rule.summary.empty()) << rule.id;
    EXPECT_NE(rule.level, RuleLevel::kOff) << rule.id;
  }
  EXPECT_EQ(find_rule("undefind-secret"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
}

TEST(LintRules, LevelsHaveNames) {
  for (const auto level :
       {RuleLevel::kOff, RuleLevel::kWarning, RuleLevel::kError}) {
    EXPECT_EQ(parse_rule_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_rule_level("on"), std::nullopt);
  LintSettings settings;
  EXPECT_EQ(settings.level_of("near-miss"), RuleLevel::kWarning);
  settings.levels["near-miss"] = RuleLevel::kOff;
  EXPECT_EQ(settings.level_of("near-miss"), RuleLevel::kOff);
}

constexpr std::string_view kTwoTroubles =
    R"({"a": "<< SECRETS.github.NONE >>", "b": "<< SECRET.github.TOKEN >>"})";

TEST(Lint, ALevelMakesAnErrorAWarningOrNothing) {
  LintWorld here;
  const auto severities = [&] {
    std::map<std::string, Severity> found;
    for (const Diagnostic& one : here.find(kTwoTroubles)) {
      found.emplace(one.rule, one.severity);
    }
    return found;
  };
  EXPECT_EQ(severities(), (std::map<std::string, Severity>{
                              {"near-miss", Severity::kWarning},
                              {"undefined-secret", Severity::kError}}));
  here.settings.levels["near-miss"] = RuleLevel::kError;
  here.settings.levels["undefined-secret"] = RuleLevel::kWarning;
  EXPECT_EQ(severities(), (std::map<std::string, Severity>{
                              {"near-miss", Severity::kError},
                              {"undefined-secret", Severity::kWarning}}));
  here.settings.levels["near-miss"] = RuleLevel::kOff;
  here.settings.levels["undefined-secret"] = RuleLevel::kOff;
  EXPECT_THAT(severities(), IsEmpty());
}

TEST(Lint, ARuleThatIsOffSuppressesNothingAndIsNotBlamedForIt) {
  LintWorld here;
  const std::string document =
      R"({"sotto:ignore": "near-miss", "b": "<< SECRET.github.TOKEN >>"})";
  EXPECT_THAT(here.find(document), IsEmpty());
  here.settings.levels["near-miss"] = RuleLevel::kOff;
  EXPECT_THAT(here.find(document), IsEmpty());
  here.settings.levels["unused-suppression"] = RuleLevel::kOff;
  EXPECT_THAT(here.find(R"({"sotto:ignore": "no-such-rule"})"), IsEmpty());
}

TEST(Lint, WithoutACatalogNamesAreNotLookedAt) {
  const Template parsed = parse_template(
      R"({"sotto:ignore": "undefined-secret", "a": "<< SECRETS.no.ONE >>",)"
      R"( "a": 1})");
  EXPECT_THAT(summary(lint(parsed, LintFacts::none(), {})),
              ElementsAre("duplicate-key: key \"a\" was given before in this "
                          "object"));
}

TEST(Lint, MoreThanEnoughOfARuleIsCounted) {
  LintWorld here;
  here.settings.max_per_rule = 3;
  std::string document = "[";
  for (int i = 0; i < 250; ++i) {
    document += R"("<< SECRETS.github.NONE >>", "<< SECRET.a.B >>", )";
  }
  document += "1]";
  const auto found = here.find(document);
  std::map<std::string, std::vector<Diagnostic>> by_rule;
  for (const Diagnostic& one : found) {
    by_rule[std::string(one.rule)].push_back(one);
  }
  ASSERT_EQ(by_rule.size(), 2u);
  for (const auto& [rule, all] : by_rule) {
    ASSERT_EQ(all.size(), 4u) << rule;
    EXPECT_EQ(all[2].more, 0u);
    EXPECT_EQ(all[3].more, 247u) << rule;
    EXPECT_EQ(all[3].message, "and 247 more of this kind, which are not shown");
    EXPECT_FALSE(all[3].fix);
  }
}

TEST(Lint, FindsTheSameOfADocumentByItselfAndAmongOthers) {
  LintWorld here;
  const Template one = parse_template(R"(["<< SECRETS.github.NONE >>"])");
  const Template two = parse_template(kTwoTroubles);
  const Template* const both[] = {&one, &two};
  const auto facts = LintFacts::gather(both, here.world.catalog,
                                       here.world.stores, here.world.caller);
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(summary(lint(two, *facts, here.settings)),
            summary(here.find(kTwoTroubles)));
  EXPECT_EQ(lint(one, *facts, here.settings).size(), 1u);
}

TEST(Lint, T02_OtherScopesAreToldToThoseAloneWhoMayKnow) {
  LintWorld here;
  const Template parsed = parse_template(R"(["<< SECRETS.partner.TOKEN >>"])");
  const Template* const all[] = {&parsed};
  const auto facts =
      LintFacts::gather(all, here.world.catalog, here.world.stores,
                        here.world.caller, OtherScopes::kUntold);
  ASSERT_TRUE(facts.has_value());
  EXPECT_THAT(summary(lint(parsed, *facts, here.settings)),
              ElementsAre("undefined-group: secret \"partner.TOKEN\" is not "
                          "defined"));
}

TEST(Lint, ANameThatAStoreMayHaveCountsAsDefined) {
  LintWorld here;
  here.world.local.memory.set_complete_catalog(false);
  EXPECT_THAT(here.find(R"(["<< SECRETS.github.NONE >>"])"), IsEmpty());
}

// The value of each token, in each place of one long line, whatever is found
// around it and however much of it.
TEST(Lint, L01_NoTextShowsAValueThatStandsInADocument) {
  LintWorld here;
  for (const auto& [name, token] : fresh_tokens()) {
    for (const std::size_t width : {10u, 40u, 100u, 1000u}) {
      for (const std::string& document :
           {fmt::format(R"(["<< SECRETS.no.A >>", {{"api_key": "{0}"}},)"
                        R"( "<< SECRETS.no.B >>"])",
                        token),
            fmt::format(R"({{"api_key": "{0}", "api_key": "{0}",)"
                        R"( "url": "https://<< SECRETS.no.A >>"}})",
                        token),
            fmt::format(R"({{"sotto:ignore": "hard-coded-secret",)"
                        R"( "api_key": "{0}", "<< SECRETS.no.A >>": 1}})",
                        token)}) {
        const Source source("flow.json", document);
        const auto found = here.find(document);
        EXPECT_FALSE(found.empty()) << name;
        std::string text;
        for (const Diagnostic& one : found) {
          text += format_diagnostic(source, one, {.width = width});
        }
        const std::size_t piece = std::min<std::size_t>(token.size(), 12);
        for (std::size_t at = 0; at + piece <= token.size(); at += piece) {
          const std::string part = token.substr(at, piece);
          if (token.starts_with("http")) continue;  // Its path is shown.
          EXPECT_EQ(text.find(part), text.npos) << name << "\n" << text;
        }
      }
    }
  }
}

TEST(Lint, FixesThatOverlapAreLeftForTheNextTime) {
  const auto at = [](std::size_t begin, std::size_t end, std::string text) {
    Diagnostic made;
    made.span = {begin, end};
    made.fix = Fix{made.span, std::move(text)};
    return made;
  };
  const std::vector<Diagnostic> diagnostics{at(6, 8, "Z"), at(0, 2, "X"),
                                            at(1, 3, "Y"), Diagnostic{},
                                            at(8, 8, "!"), at(9, 99, "?")};
  EXPECT_EQ(apply_fixes("0123456789", diagnostics), "X2345Z!89");
  EXPECT_EQ(apply_fixes("0123456789", {}), std::nullopt);
}

// What lint says of names is what a render would say of them.
class Agreement {
 public:
  Agreement() {
    for (const char* const name : {"a.A", "a.B", "b.A", "c.C"}) {
      world_.define("org/acme", name, "value");
    }
    world_.enter("org/acme", "a.GONE", "local", SecretState::kDeleted);
    world_.enter("org/acme", "b.OFF", "local", SecretState::kDisabled);
    world_.enter("org/acme", "d.AWAY", "elsewhere");
  }

  using Said = std::multiset<std::string>;

  Said of_lint(const Template& parsed) {
    const Template* const all[] = {&parsed};
    const auto facts =
        LintFacts::gather(all, world_.catalog, world_.stores, world_.caller);
    EXPECT_TRUE(facts.has_value());
    LintSettings settings;
    settings.max_per_rule = 1'000;
    return said(lint(parsed, *facts, settings));
  }

  Said of_render(const Template& parsed) {
    const auto resolution =
        Resolver(world_.catalog, world_.stores).resolve(parsed, world_.caller);
    EXPECT_TRUE(resolution.has_value());
    WipedBuffer out;
    const RenderReport report = render(parsed, resolution->bindings, out);
    auto diagnostics = report.diagnostics(parsed);
    add_hints(diagnostics, parsed, world_.catalog, world_.caller);
    return said(diagnostics);
  }

 private:
  static Said said(const std::vector<Diagnostic>& diagnostics) {
    Said lines;
    for (const Diagnostic& one : diagnostics) {
      lines.insert(fmt::format("{}-{} {} {} ({}) {}", one.span.begin,
                               one.span.end, one.rule, one.message, one.hint,
                               one.pointer));
    }
    return lines;
  }

  World world_;
};

TEST(LintProperty, SaysOfNamesWhatARenderWouldSay) {
  std::mt19937 random(20261122);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const std::vector<std::string> terms{
      "SECRETS.a.A",    "SECRETS.a.B",   "SECRETS.b.A",   "SECRETS.c.C",
      "SECRETS.a.GONE", "SECRETS.b.OFF", "SECRETS.a.AA",  "SECRETS.d.AWAY",
      "SECRETS.cc.C",   "SECRETS.x.Y",   "SECRETS.a.ZZZZ"};
  const auto term = [&] {
    const std::string& name = terms[pick(terms.size())];
    switch (pick(6)) {
      case 0:
        return fmt::format("FN.base64({} || {})", name,
                           terms[pick(terms.size())]);
      case 1:
        return fmt::format("FN.basic('u', {})", name);
      default:
        return name;
    }
  };
  Agreement agreement;
  std::size_t clean = 0;
  for (int i = 0; i < 1'000; ++i) {
    std::string document = "{";
    for (std::size_t n = 0, end = 1 + pick(4); n < end; ++n) {
      std::string expression = term();
      for (std::size_t more = pick(4); more > 0; --more) {
        expression += (pick(2) == 0 ? " + " : " || ") + term();
      }
      document += fmt::format("{}\"m{}\": \"<< {} >>\"", n == 0 ? "" : ", ", n,
                              expression);
    }
    document += "}";
    const Template parsed = parse_template(document);
    ASSERT_TRUE(parsed.ok()) << document;
    const auto rendered = agreement.of_render(parsed);
    ASSERT_EQ(agreement.of_lint(parsed), rendered) << document;
    clean += rendered.empty();
  }
  EXPECT_GT(clean, 50u);
  EXPECT_LT(clean, 950u);
}

}  // namespace
}  // namespace sotto
