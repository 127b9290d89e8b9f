// SPDX-License-Identifier: Apache-2.0

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

class HintsTest : public ::testing::Test {
 protected:
  // One "undefined-secret" a reference that the document names, as render()
  // reports it, with what add_hints() makes of it.
  std::vector<Diagnostic> advise(const std::string& document) {
    const Template parsed = parse_template(document);
    EXPECT_TRUE(parsed.ok()) << document;
    std::vector<Diagnostic> diagnostics;
    for (const ReferenceUse& use : reference_uses(parsed)) {
      diagnostics.push_back({.rule = "undefined-secret",
                             .severity = Severity::kError,
                             .span = use.span,
                             .message = "m",
                             .hint = "h",
                             .pointer = {}});
    }
    add_hints(diagnostics, parsed, world_.catalog, world_.caller);
    return diagnostics;
  }

  std::string hint(const std::string& name) {
    return advise(R"(["<< SECRETS.)" + name + R"( >>"])").at(0).hint;
  }
  std::string rule(const std::string& name) {
    return std::string(
        advise(R"(["<< SECRETS.)" + name + R"( >>"])").at(0).rule);
  }

  World world_;
};

TEST_F(HintsTest, TheNearestKeyOfTheGroup) {
  world_.enter("org/acme", "datadog.API_KEY", "local");
  world_.enter("platform", "datadog.APP_KEY", "local");
  EXPECT_EQ(hint("datadog.API_KYE"), "did you mean \"datadog.API_KEY\"?");
  EXPECT_EQ(hint("datadog.APP_KEYS"), "did you mean \"datadog.APP_KEY\"?");
  EXPECT_EQ(hint("datadog.Api_Key"), "did you mean \"datadog.API_KEY\"?");
  EXPECT_EQ(rule("datadog.API_KYE"), "undefined-secret");
}

TEST_F(HintsTest, AKeyThatBelongsToANeighboringGroup) {
  world_.enter("org/acme", "github.URL", "local");
  world_.enter("org/acme", "githab.TOKEN", "local");
  EXPECT_EQ(hint("github.TOKEN"), "did you mean \"githab.TOKEN\"?");
}

TEST_F(HintsTest, NothingNearIsToBeDefined) {
  world_.enter("org/acme", "github.URL", "local");
  EXPECT_EQ(hint("github.TOKEN"),
            "define it with: sotto secret set github.TOKEN");
}

TEST_F(HintsTest, AnUnknownGroupIsARuleOfItsOwn) {
  world_.enter("org/acme", "github.TOKEN", "local");
  EXPECT_EQ(rule("githbu.TOKEN"), "undefined-group");
  EXPECT_EQ(hint("githbu.TOKEN"), "did you mean \"github.TOKEN\"?");
  EXPECT_EQ(hint("githbu.TOKNE"), "did you mean \"github.TOKEN\"?");
  EXPECT_EQ(hint("githbu.PASSWORD"), "did you mean group \"github\"?");
  EXPECT_EQ(rule("slack.WEBHOOK"), "undefined-group");
  EXPECT_EQ(hint("slack.WEBHOOK"),
            "define it with: sotto secret set slack.WEBHOOK");
}

TEST_F(HintsTest, WhatTheCatalogHasAndItsStoreHasNot) {
  world_.enter("org/acme", "github.TOKEN", "local");
  EXPECT_EQ(hint("github.TOKEN"),
            "the catalog has it and its store does not; update the catalog "
            "with: sotto catalog sync");
}

TEST_F(HintsTest, T02_NamesOfAnotherOrganizationAreNeverSuggested) {
  world_.enter("org/other", "datadog.API_KEY", "local");
  EXPECT_EQ(hint("datadog.API_KYE"),
            "define it with: sotto secret set datadog.API_KYE");
  EXPECT_EQ(hint("datadog.API_KEY"),
            "define it with: sotto secret set datadog.API_KEY");
  EXPECT_EQ(rule("datadog.API_KEY"), rule("random.NAME"));
}

TEST_F(HintsTest, DeletedAndDisabledNamesAreNotSuggested) {
  world_.enter("org/acme", "datadog.API_KEY", "local", SecretState::kDeleted);
  world_.enter("org/acme", "datadog.API_KAY", "local", SecretState::kDisabled);
  EXPECT_EQ(hint("datadog.API_KYE"),
            "define it with: sotto secret set datadog.API_KYE");
}

TEST_F(HintsTest, EachPlaceHasTheHintOfItsOwnReference) {
  world_.enter("org/acme", "a.TOKEN", "local");
  world_.enter("org/acme", "b.SECRET", "local");
  const auto diagnostics =
      advise(R"({"x": "<< SECRETS.b.SECERT >>", "y": ["<< SECRETS.a.TOKNE >>",)"
             R"( "<< SECRETS.b.SECERT + SECRETS.a.TOKNE >>"]})");
  ASSERT_EQ(diagnostics.size(), 4u);
  EXPECT_EQ(diagnostics[0].hint, "did you mean \"b.SECRET\"?");
  EXPECT_EQ(diagnostics[1].hint, "did you mean \"a.TOKEN\"?");
  EXPECT_EQ(diagnostics[2].hint, "did you mean \"b.SECRET\"?");
  EXPECT_EQ(diagnostics[3].hint, "did you mean \"a.TOKEN\"?");
}

TEST_F(HintsTest, AFlatReferenceIsToldWhichGroupsHoldItsKey) {
  const std::string document = R"(["<< SECRETS.TOKEN >>"])";
  const Template parsed = parse_template(document);
  ASSERT_FALSE(parsed.ok());
  const auto hinted = [&] {
    std::vector<Diagnostic> diagnostics = parsed.diagnostics();
    add_hints(diagnostics, parsed, world_.catalog, world_.caller);
    return diagnostics.at(0).hint;
  };
  ASSERT_EQ(parsed.diagnostics().at(0).rule, "deprecated-flat-reference");
  const std::string untouched = parsed.diagnostics().at(0).hint;
  EXPECT_EQ(hinted(), untouched);
  world_.enter("org/other", "theirs.TOKEN", "local");
  EXPECT_EQ(hinted(), untouched);
  world_.enter("org/acme", "a.TOKEN", "local");
  EXPECT_EQ(hinted(), "did you mean \"a.TOKEN\"?");
  world_.enter("platform", "b.TOKEN", "local");
  EXPECT_EQ(hinted(), "did you mean \"a.TOKEN\" or \"b.TOKEN\"?");
  world_.enter("platform", "c.TOKEN", "local");
  world_.enter("platform", "d.TOKEN", "local");
  EXPECT_EQ(hinted(), "did you mean \"a.TOKEN\", \"b.TOKEN\" or \"c.TOKEN\"?");
}

TEST_F(HintsTest, OtherRulesAndOtherPlacesStayAsTheyAre) {
  world_.enter("org/acme", "a.TOKEN", "local");
  const std::string document = R"(["<< SECRETS.a.TOKNE >>"])";
  const Template parsed = parse_template(document);
  const Span use = reference_uses(parsed).at(0).span;
  std::vector<Diagnostic> diagnostics = {
      {"forbidden", Severity::kError, use, "m", "ask", ""},
      {"undefined-secret", Severity::kError, {0, 0}, "7 more", "", ""},
      {"undefined-secret",
       Severity::kError,
       {use.begin, use.end + 1},
       "",
       "",
       ""},
      {"deprecated-flat-reference", Severity::kError, {5, 900}, "", "", ""},
  };
  add_hints(diagnostics, parsed, world_.catalog, world_.caller);
  EXPECT_EQ(diagnostics[0].hint, "ask");
  EXPECT_EQ(diagnostics[1].hint, "");
  EXPECT_EQ(diagnostics[2].hint, "");
  EXPECT_EQ(diagnostics[3].hint, "");
}

}  // namespace
}  // namespace sotto
