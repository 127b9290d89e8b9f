// SPDX-License-Identifier: Apache-2.0
//
// Values that the caller has already: no store is asked for them.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto::testing {
namespace {

class GivenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.define("platform", "a.B", "stored");
    world_.define("platform", "a.C", "stored");
    world_.local.take_fetches();
  }

  Resolution resolve(std::string_view document,
                     std::vector<std::string_view> given) {
    const Template parsed = parse_template(document);
    EXPECT_TRUE(parsed.ok());
    Bindings bindings;
    for (const std::string_view name : given) {
      bindings.bind(ref(name), secret("mine"));
    }
    auto resolution = Resolver(world_.catalog, world_.stores)
                          .resolve(parsed, world_.caller, std::move(bindings));
    EXPECT_TRUE(resolution);
    return std::move(resolution).value_or(Resolution{});
  }

  // What the store was asked for.
  std::string asked() {
    std::string names;
    for (const auto& batch : world_.local.take_fetches()) {
      for (const Locator& locator : batch) {
        names += to_string(locator.ref) + ' ';
      }
    }
    return names;
  }

  World world_;
};

TEST_F(GivenTest, IsNotAskedOfAStore) {
  const Resolution resolution =
      resolve(R"(["<< SECRETS.a.B >>", "<< SECRETS.a.C >>"])", {"a.B"});
  EXPECT_EQ(asked(), "a.C ");
  EXPECT_EQ(resolution.cost.fetched, 1u);
  EXPECT_EQ(bound(resolution.bindings, "a.B"), "mine");
  EXPECT_EQ(bound(resolution.bindings, "a.C"), "stored");
}

TEST_F(GivenTest, NeedsNoNameInTheCatalog) {
  const Resolution resolution =
      resolve(R"(["<< SECRETS.no.WHERE >>"])", {"no.WHERE"});
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(bound(resolution.bindings, "no.WHERE"), "mine");
}

TEST_F(GivenTest, MakesAnAlternativeUnneeded) {
  const Resolution resolution =
      resolve(R"(["<< SECRETS.no.WHERE || SECRETS.a.B >>"])", {"no.WHERE"});
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(bound(resolution.bindings, "a.B"), "nothing");
}

TEST_F(GivenTest, WinsOverWhatTheCatalogKnowsAgainstIt) {
  world_.enter("platform", "a.OFF", "local", SecretState::kDisabled);
  const Resolution resolution =
      resolve(R"(["<< SECRETS.a.OFF >>"])", {"a.OFF"});
  EXPECT_EQ(bound(resolution.bindings, "a.OFF"), "mine");
}

}  // namespace
}  // namespace sotto::testing
