// SPDX-License-Identifier: Apache-2.0
//
// What a real Vault tells of names and permissions when no value is read.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/inspection.h"
#include "store/vault/policy.h"
#include "tests/vault/testing_vault.h"

namespace sotto::testing {
namespace {

class VaultInspectionTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped()) return;
    const auto store = open();
    ASSERT_TRUE(put(*store, acme_, "open.KEY", "a"));
    ASSERT_TRUE(put(*store, acme_, "open.GONE", "b"));
    ASSERT_TRUE(remove(*store, acme_, "open.GONE"));
    ASSERT_TRUE(put(*store, acme_, "closed.KEY", "c"));
  }

  // "active", "deleted" or "?", and whether it may be read; or the error.
  std::string look(std::string_view name, const std::string& token = "root") {
    const auto store = open(options(token));
    Operation operation;
    const Locator locator{acme_, named(name), {}, {}};
    const auto answers = inspect(*store, operation, {&locator, 1});
    if (!answers.at(0)) {
      return std::string(error_info(answers[0].error().code).name);
    }
    const auto& [state, readable] = *answers[0];
    return std::string(state ? to_string(*state) : "?") +
           (!readable   ? ", unknown"
            : *readable ? ", readable"
                        : ", closed");
  }
};

TEST_F(VaultInspectionTest, TellsWhatIsThere) {
  EXPECT_EQ(look("open.KEY"), "active, readable");
  EXPECT_EQ(look("open.GONE"), "deleted, readable");
  EXPECT_EQ(look("open.NEVER"), "missing");
  EXPECT_EQ(look("never.KEY"), "missing");
}

TEST_F(VaultInspectionTest, T03_TellsWhatAPolicyForbids) {
  const std::string rules =
      "path \"" + at("data", "open") + "\" { capabilities = [\"read\"] }\n" +
      "path \"" + at("subkeys", "*") + "\" { capabilities = [\"read\"] }\n";
  const std::string token = server().token_with("sees-names", rules);
  EXPECT_EQ(look("open.KEY", token), "active, readable");
  EXPECT_EQ(look("closed.KEY", token), "active, closed");
}

// The least that a render needs does not let names be listed.
TEST_F(VaultInspectionTest, OfWhatMayBeReadAndNotListedTheStateIsUnknown) {
  const std::string rules =
      "path \"" + at("data", "open") + "\" { capabilities = [\"read\"] }\n";
  const std::string token = server().token_with("sees-no-names", rules);
  EXPECT_EQ(look("open.KEY", token), "?, readable");
  EXPECT_EQ(look("closed.KEY", token), "?, closed");
}

TEST_F(VaultInspectionTest, AsksOncePerGroupAndOnceForAllPermissions) {
  const auto store = open();
  std::vector<Locator> locators;
  for (const char* name : {"open.KEY", "open.GONE", "closed.KEY"}) {
    locators.push_back({acme_, named(name), {}, {}});
  }
  Operation operation;
  for (const auto& answer : inspect(*store, operation, locators)) {
    EXPECT_TRUE(answer);
  }
  EXPECT_EQ(operation.counts().calls, 3u);
}

}  // namespace
}  // namespace sotto::testing
