// SPDX-License-Identifier: Apache-2.0
//
// What is said of a Vault that is sealed, restarted, mounted elsewhere, or
// spoken to in TLS: by a real one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/vault/testing_vault.h"

namespace sotto::testing {
namespace {

using ::testing::HasSubstr;

std::string shown(const StoreHealth& health) {
  std::string text(to_string(health.condition));
  if (health.trouble) text += ": " + to_string(*health.trouble);
  return text;
}

class VaultHealthTest : public VaultTest {
 protected:
  std::unique_ptr<VaultStore> on(VaultServer& other,
                                 const std::string& token = "root") {
    VaultOptions made = options(token);
    made.address = other.url();
    return open(made);
  }
};

TEST_F(VaultHealthTest, OneThatIsWellIsConnected) {
  const auto store = open();
  const auto before = std::chrono::steady_clock::now();
  const StoreHealth health = store->health();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_EQ(shown(health), "connected");
  ASSERT_TRUE(health.last_success.has_value());
  EXPECT_GT(health.last_success->time_since_epoch().count(), 1700000000);
  EXPECT_EQ(error_text(store->check()), "");
}

TEST_F(VaultHealthTest, TellsWhatTheTokenMayNot) {
  EXPECT_EQ(shown(open(options("wrong"))->health()),
            "disconnected: the token of store \"vault\" is not valid, or has "
            "expired\nhint: get a new one, as with: vault login");
  const std::string nothing = server().token_with(
      "nothing", "path \"other/*\" { capabilities = [\"read\"] }");
  EXPECT_EQ(shown(open(options(nothing))->health()),
            "disconnected: store \"vault\" denies permission, or its token is "
            "not valid\nhint: a policy of the token must allow \"list\" on "
            "\"secret/metadata/" +
                prefix_ + "\"");
  VaultOptions elsewhere = options();
  elsewhere.mount = "nowhere";
  EXPECT_EQ(shown(open(elsewhere)->health()),
            "disconnected: store \"vault\" has nothing mounted at \"nowhere\"\n"
            "hint: set the store's \"mount\" and \"namespace\" to where its KV "
            "engine is");
  VaultOptions system = options();
  system.mount = "sys";
  EXPECT_EQ(shown(open(system)->health()),
            "disconnected: store \"vault\" has no KV engine at \"sys\", but "
            "another\nhint: set the store's \"mount\" to where its KV engine "
            "is");
}

TEST_F(VaultHealthTest, TellsThatNobodyAnswers) {
  VaultServer gone;
  const auto store = on(gone);
  gone.stop();
  const auto before = std::chrono::steady_clock::now();
  const StoreHealth health = store->health();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_EQ(health.condition, StoreCondition::kDisconnected);
  EXPECT_EQ(health.trouble->code, ErrorCode::kUnreachable);
}

// V02
TEST_F(VaultHealthTest, V02_ASealedOneSaysSo) {
  VaultServer own;
  const auto store = on(own);
  ASSERT_TRUE(put(*store, acme_, "a.X", "1"));
  own.seal();
  constexpr const char* kSealed =
      "store \"vault\" is sealed\nhint: an operator has to unseal it: vault "
      "operator unseal";
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(shown(store->health()), std::string("disconnected: ") + kSealed);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  Operation operation;
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  const auto answer = std::move(store->fetch_within(operation, locators)[0]);
  EXPECT_EQ(error_text(answer), kSealed);
  EXPECT_EQ(error_code(answer), ErrorCode::kUnreachable);
  EXPECT_GE(operation.counts().retries, 1u);
  own.unseal();
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "1");
  EXPECT_EQ(shown(store->health()), "connected");
}

TEST_F(VaultHealthTest, WhatWasWrittenOutlivesARestart) {
  const TempFolder data;
  std::string address;
  {
    VaultServer first({"-data", data.path().string()});
    address = first.url();
    ASSERT_EQ(error_text(put(*on(first), acme_, "a.X", "kept")), "");
  }
  VaultServer second({"-data", data.path().string(), "-listen",
                      address.substr(std::string("http://").size())});
  ASSERT_EQ(second.url(), address);
  const auto store = on(second);
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "kept");
  EXPECT_EQ(put(*store, acme_, "a.X", "newer", 1).value_or(0), 2u);
}

TEST_F(VaultHealthTest, ARestartInTheMiddleIsWaitedFor) {
  const TempFolder data;
  auto first = std::make_unique<VaultServer>(
      std::vector<std::string>{"-data", data.path().string()});
  const std::string address = first->url();
  const auto store = on(*first);
  ASSERT_EQ(error_text(put(*store, acme_, "a.X", "kept")), "");
  first->stop();
  EXPECT_EQ(store->health().condition, StoreCondition::kDisconnected);
  VaultServer second({"-data", data.path().string(), "-listen",
                      address.substr(std::string("http://").size())});
  // The connections that it kept are dead: that must cost nothing but a retry.
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "kept");
}

TEST_F(VaultHealthTest, SpeaksTlsToOneThatItCanVerify) {
  const TempFolder folder;
  const std::string line =
      "cd '" + folder.path().string() +
      "' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out "
      "cert.pem -days 2 -subj /CN=vault -addext "
      "subjectAltName=IP:127.0.0.1 2>&-";
  ASSERT_EQ(std::system(line.c_str()), 0);
  VaultServer secure({"-cert", (folder / "cert.pem").string(), "-key",
                      (folder / "key.pem").string()});
  VaultOptions made = options();
  made.address = secure.url();
  made.ca_file = folder / "cert.pem";
  const auto store = open(made);
  ASSERT_EQ(error_text(put(*store, acme_, "a.X", "1")), "");
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "1");
  made.ca_file.clear();
  const StoreHealth unknown = open(made)->health();
  EXPECT_EQ(unknown.condition, StoreCondition::kDisconnected);
  EXPECT_THAT(shown(unknown), HasSubstr("certificate"));
}

}  // namespace
}  // namespace sotto::testing
