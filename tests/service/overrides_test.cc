// SPDX-License-Identifier: Apache-2.0

#include "service/overrides.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

const Scope kAcme = Scope::parse("org/acme").value();

TEST(OverrideName, IsWhatAVariableCanBeCalled) {
  EXPECT_EQ(override_name(Scope::platform(), {"github", "TOKEN"}),
            "PLATFORM__GITHUB__TOKEN");
  EXPECT_EQ(override_name(kAcme, {"my-group", "api_key9"}),
            "ORG_ACME__MY_GROUP__API_KEY9");
}

class OverridesTest : public ::testing::Test {
 protected:
  Result<Overrides> load(std::vector<const char*> environment) {
    return Overrides::load(folder_ / "overrides.env", environment);
  }
  // The sources of what is bound, or the error.
  std::string bind(const Overrides& overrides, std::vector<SecretRef> refs) {
    bindings_ = Bindings();
    const auto uses = overrides.bind(refs, kAcme.lookup_order(), bindings_);
    if (!uses) return error_of(uses);
    std::string text;
    for (const auto& use : *uses) {
      text += to_string(use.ref) + " from " + use.source + '\n';
    }
    return text;
  }
  bool bound(const SecretRef& ref, std::string_view value) {
    const SecretValue* const found = bindings_.find(ref);
    return found != nullptr && holds(found->text, value);
  }

  TempFolder folder_;
  Bindings bindings_;
};

TEST_F(OverridesTest, TheOrganizationComesBeforeThePlatform) {
  const auto overrides = load({"PLATFORM__A__B=1", "ORG_ACME__A__B=2",
                               "PLATFORM__A__C=3", "ORG_OTHER__A__D=4"});
  ASSERT_TRUE(overrides);
  EXPECT_EQ(bind(*overrides, {{"a", "B"}, {"a", "C"}, {"a", "D"}}),
            "a.B from the variable ORG_ACME__A__B\n"
            "a.C from the variable PLATFORM__A__C\n");
  EXPECT_TRUE(bound({"a", "B"}, "2"));
  EXPECT_TRUE(bound({"a", "C"}, "3"));
  EXPECT_FALSE(bindings_.mentions({"a", "D"}));
}

TEST_F(OverridesTest, TheEnvironmentComesBeforeTheFile) {
  const fs::path file =
      folder_.write("overrides.env", "PLATFORM__A__B=file\nplatform__a__c=x");
  const auto overrides = load({"PLATFORM__A__B=variable"});
  ASSERT_TRUE(overrides) << error_of(overrides);
  EXPECT_EQ(bind(*overrides, {{"a", "B"}, {"a", "C"}}),
            "a.B from the variable PLATFORM__A__B\n"
            "a.C from " +
                file.native() + ":2\n");
  EXPECT_TRUE(bound({"a", "B"}, "variable"));
}

TEST_F(OverridesTest, TwoSpellingsOfOneNameAreAnError) {
  EXPECT_EQ(error_of(load({"PLATFORM__A__B=1", "platform__a__b=2"})),
            "invalid-config: the variables \"PLATFORM__A__B\" and "
            "\"platform__a__b\" mean the same secret | keep one of them");
  const std::string file =
      folder_.write("overrides.env", "PLATFORM__A_B__C=1\nPLATFORM__A-B__C=2")
          .native();
  EXPECT_EQ(error_of(load({})),
            "invalid-config: " + file + ":1 and " + file +
                ":2 mean the same secret | keep one of them");
}

TEST_F(OverridesTest, OneVariableForTwoReferencesIsAnError) {
  const auto overrides = load({"PLATFORM__A_B__C=1"});
  ASSERT_TRUE(overrides);
  EXPECT_EQ(bind(*overrides, {{"a-b", "C"}, {"a_b", "C"}}),
            "invalid-config: the variable PLATFORM__A_B__C means both "
            "\"a-b.C\" and \"a_b.C\" | give one of them a value in the store "
            "instead");
}

TEST_F(OverridesTest, OtherVariablesAreNotLookedAt) {
  // Were they, the first two would mean the same.
  const auto overrides = load(
      {"PATH=/bin", "path=/bin", "NOEQUALS", "=x", "HOME__A=1", "home__a=2"});
  ASSERT_TRUE(overrides) << error_of(overrides);
  EXPECT_EQ(bind(*overrides, {{"a", "B"}}), "");
}

TEST_F(OverridesTest, AFileThatOthersMayUseIsRefused) {
  const fs::path file = folder_.write("overrides.env", "PLATFORM__A__B=1");
  const std::string expected = "unsafe-file: \"" + file.native() +
                               "\" must be a file of your own with mode 0600 "
                               "| chmod 600 \"" +
                               file.native() + "\"";
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(error_of(load({})), expected);
  fs::rename(file, folder_ / "elsewhere");
  fs::permissions(folder_ / "elsewhere", fs::perms::owner_read);
  fs::create_symlink("elsewhere", file);
  EXPECT_EQ(error_of(load({})), expected);
  fs::remove(file);
  EXPECT_TRUE(load({}));
}

}  // namespace
}  // namespace sotto::testing
