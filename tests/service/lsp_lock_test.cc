// SPDX-License-Identifier: Apache-2.0
//
// The language server where there is no catalog: the names are those of the
// secrets.lock beside the configuration.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "service/secrets_lock.h"
#include "tests/service/testing_lsp.h"

namespace sotto::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LspLockTest : public LspSessionFixture {
 protected:
  void SetUp() override {
    LspSessionFixture::SetUp();
    std::filesystem::remove_all(folder_ / ".sotto");
  }

  void write_lock(const std::string& key) {
    folder_.write(
        "secrets.lock",
        write_secrets_lock(std::array{LockedSecret{*Scope::parse("org/acme"),
                                                   {"vault", key},
                                                   "v",
                                                   1,
                                                   SecretState::kActive,
                                                   {}}}));
  }
};

TEST_F(LspLockTest, TakesThePlaceOfACatalogThatIsNotThere) {
  write_lock("TOKEN");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.vault.TOKN >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  EXPECT_THAT(shown(), IsEmpty());
  const Json offered =
      result("textDocument/completion", after("flow.json", "vault."));
  EXPECT_THAT(offered.dump(), HasSubstr("TOKEN"));
  open("other.json", R"(["<< SECRETS.vault.TOKEN >>"])");
  EXPECT_THAT(rules("other.json"), IsEmpty());
  const Json hover = result("textDocument/hover", after("other.json", "TOK"));
  EXPECT_THAT(hover.dump(), HasSubstr("org/acme"));
}

TEST_F(LspLockTest, CountsForAConfigurationThatIsNotTrusted) {
  folder_.write("sotto.json", R"({"scope": "org/acme", "stores": {"v":
    {"type": "vault", "address": "https://vault:8200"}}})");
  write_lock("TOKEN");
  initialize(capabilities());
  open("flow.json",
       R"(["<< SECRETS.vault.TOKN >>", "<< SECRETS.vault.TOKEN >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(LspLockTest, IsReadAgainWhenItHasChanged) {
  write_lock("TOKEN");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.vault.OTHER >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  write_lock("OTHER");
  ASSERT_TRUE(session_->look_again());
  EXPECT_THAT(rules("flow.json"), IsEmpty());
}

TEST_F(LspLockTest, CountsForNothingOnceThereIsACatalog) {
  write_lock("TOKEN");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.KEY >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-group"));
  std::filesystem::create_directory(folder_ / ".sotto");
  ASSERT_TRUE(Catalog::open(folder_ / ".sotto/catalog.db", {.create = true}));
  define(*Scope::parse("org/acme"), "chat", {"KEY"});
  ASSERT_TRUE(session_->look_again());
  EXPECT_THAT(rules("flow.json"), IsEmpty());
}

TEST_F(LspLockTest, ThatIsNoneIsToldOnce) {
  folder_.write("secrets.lock", "[]");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.vault.TOKN >>", "<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("near-miss"));
  open("other.json", "[]");
  EXPECT_THAT(rules("other.json"), IsEmpty());
  EXPECT_THAT(
      shown(),
      ElementsAre("2 sotto: \"" + (folder_ / "secrets.lock").native() +
                  "\" is not a secrets.lock; rules that need the catalog find "
                  "nothing\nhint: write it anew with: sotto catalog snapshot > "
                  "secrets.lock"));
}

}  // namespace
}  // namespace sotto::testing
