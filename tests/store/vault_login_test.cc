// SPDX-License-Identifier: Apache-2.0
//
// Logging in to a Vault, as far as that needs none: credential files, and a
// login that takes its time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "store/vault_store.h"
#include "tests/store/testing_fault_server.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing::answer;
using testing::FaultServer;

class VaultLoginPartsTest : public ::testing::Test {
 protected:
  VaultOptions options(VaultMethod method) {
    VaultOptions made;
    made.address = server_.origin();
    made.auth.method = method;
    made.auth.role = "ci";
    made.auth.user = "bob";
    made.auth.file = folder_ / "file";
    return made;
  }

  std::string fetched(VaultStore& store,
                      std::chrono::milliseconds time = kOperationTime) {
    Operation operation(time);
    const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
    const auto fetched = std::move(store.fetch_within(operation, locators)[0]);
    return fetched ? shown(fetched) : error_text(fetched);
  }
  std::string fetched(const VaultOptions& options) {
    return fetched(**VaultStore::open(options));
  }
  // With a credential of that text.
  std::string said(VaultMethod method, std::string_view text,
                   mode_t mode = 0600) {
    write_file(folder_ / "file", text);
    ::chmod((folder_ / "file").c_str(), mode);
    return fetched(options(method));
  }

  FaultServer& server_ = FaultServer::plain();
  TempFolder folder_;
  std::string file_ = (folder_ / "file").string();
};

// V07
TEST_F(VaultLoginPartsTest, V07_ACredentialFileHoldsOneAndNothingElse) {
  server_.play({answer(200, "{}")});
  using enum VaultMethod;
  EXPECT_EQ(said(kTokenFile, "\n"),
            "token file \"" + file_ +
                "\" is empty\n"
                "hint: it must hold the token alone, on one line");
  EXPECT_EQ(said(kTokenFile, std::string(1 << 20, 'x')),
            "token file \"" + file_ +
                "\" is too long to be one\n"
                "hint: it must hold the token alone, on one line");
  EXPECT_EQ(said(kTokenFile, "t\r\nX-Vault-Namespace: admin"),
            "token file \"" + file_ +
                "\" holds what is no visible character\n"
                "hint: it must hold the token alone, on one line");
  EXPECT_EQ(
      said(kAppRole, "a b"),
      "secret id file \"" + file_ +
          "\" holds what is no visible "
          "character\nhint: it must hold the secret id alone, on one line");
  EXPECT_EQ(said(kJwt, "", 0644),
            "JWT file \"" + file_ +
                "\" is empty\n"
                "hint: it must hold the JWT alone, on one line");
  EXPECT_EQ(
      said(kUserpass, "\x01"),
      "password file \"" + file_ +
          "\" holds what is no visible "
          "character\nhint: it must hold the password alone, on one line");
  EXPECT_EQ(said(kAppRole, "id", 0640),
            "secret id file \"" + file_ +
                "\" can be read by others: its mode "
                "is 0640\nhint: chmod 600 \"" +
                file_ + "\"");
  std::filesystem::remove(folder_ / "file");
  EXPECT_EQ(
      fetched(options(kAppRole)),
      "secret id file \"" + file_ +
          "\" is not there\nhint: write the "
          "secret id into it, or name another file in the store's \"auth\"");
  EXPECT_EQ(server_.received().requests.size(), 0u);
}

TEST_F(VaultLoginPartsTest, AFileThatIsNone) {
  std::filesystem::create_directory(folder_ / "file");
  EXPECT_EQ(fetched(options(VaultMethod::kTokenFile)),
            "token file \"" + file_ +
                "\" is a folder: expected a regular "
                "file");
  EXPECT_EQ(fetched(options(VaultMethod::kJwt)),
            "JWT file \"" + file_ + "\" is not a regular file");
}

TEST_F(VaultLoginPartsTest, WhatALoginMustSayItSays) {
  write_file(folder_ / "file", "id\n");
  ::chmod((folder_ / "file").c_str(), 0600);
  const auto refused = [&](const std::string& body) {
    server_.play({answer(200, body)});
    return fetched(options(VaultMethod::kAppRole));
  };
  constexpr const char* kMalformed =
      "store \"vault\" gave an answer that is not what a Vault promises\n"
      "hint: check that \"address\" leads to a Vault or OpenBao";
  EXPECT_EQ(refused("<html>"), kMalformed);
  EXPECT_EQ(refused(R"({"auth":{}})"), kMalformed);
  EXPECT_EQ(refused(R"({"auth":{"client_token":""}})"), kMalformed);
  // A token is a header's value: no second header comes with it.
  EXPECT_EQ(refused(R"({"auth":{"client_token":"t\r\nX: y"}})"), kMalformed);
  const auto requests = server_.received().requests;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].path, "/v1/auth/approle/login");
  EXPECT_EQ(requests[0].body, R"({"role_id":"ci","secret_id":"id"})");
  EXPECT_FALSE(requests[0].header("X-Vault-Token").has_value());
}

TEST_F(VaultLoginPartsTest, WhoWaitsForALoginWaitsNoLongerThanItHas) {
  write_file(folder_ / "file", "id");
  ::chmod((folder_ / "file").c_str(), 0600);
  testing::Answer slow = answer(200, R"({"auth":{"client_token":"t"}})");
  slow.insert(slow.begin(), testing::pause(1.5));
  server_.play({slow, answer(200, R"({"data":{"data":{"X":"1"},)"
                                  R"("metadata":{"version":1}}})")});
  const auto store =
      std::move(*VaultStore::open(options(VaultMethod::kAppRole)));
  std::thread patient([&] { EXPECT_EQ(fetched(*store), "1"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(fetched(*store, std::chrono::milliseconds(300)),
            "store \"vault\" did not answer the login in time\n"
            "hint: run: sotto health");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  Operation cancelled;
  cancelled.cancel();
  const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
  EXPECT_EQ(shown(store->fetch_within(cancelled, locators)[0]), "<cancelled>");
  patient.join();
}

}  // namespace
}  // namespace sotto
