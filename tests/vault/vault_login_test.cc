// SPDX-License-Identifier: Apache-2.0
//
// Every way to come by a token, against a real Vault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/vault/testing_jwt.h"
#include "tests/vault/testing_vault.h"

namespace sotto::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr const char* kReadAll =
    "path \"secret/*\" { capabilities = [\"create\", \"read\", \"update\", "
    "\"list\"] }";

class VaultLoginTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(write_group("a", {{"X", "value"}}).status, 200);
    ASSERT_EQ(server()
                  .write("sys/policies/acl/login-test", {{"policy", kReadAll}})
                  .status,
              204);
  }

  std::filesystem::path file(std::string_view name, std::string_view text,
                             mode_t mode = 0600) {
    const std::filesystem::path path = folder_ / name;
    write_file(path, text);
    ::chmod(path.c_str(), mode);
    return path;
  }

  VaultOptions with(VaultAuth auth) {
    VaultOptions made = options();
    made.auth = std::move(auth);
    return made;
  }

  std::string fetched(VaultStore& store) {
    const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
    const auto answer = std::move(store.fetch(locators).at(0));
    return answer ? shown(answer) : error_text(answer);
  }
  std::string fetched(const VaultAuth& auth) {
    return fetched(*open(with(auth)));
  }

  // An AppRole of these settings; its id.
  std::string role(const std::string& name, const json& settings) {
    json all = settings;
    all["token_policies"] = "login-test";
    EXPECT_EQ(server().write("auth/approle/role/" + name, all).status, 204);
    return server()
        .ask(HttpMethod::kGet, "auth/approle/role/" + name + "/role-id")
        .body["data"]["role_id"];
  }
  std::string secret_id(const std::string& name) {
    return server()
        .write("auth/approle/role/" + name + "/secret-id", json::object())
        .body["data"]["secret_id"];
  }
  VaultAuth approle(const std::string& name, const json& settings = {}) {
    VaultAuth auth;
    auth.method = VaultMethod::kAppRole;
    auth.role = role(name, settings.is_null() ? json::object() : settings);
    auth.file = file(name, secret_id(name) + "\n");
    return auth;
  }

  TempFolder folder_;
};

TEST_F(VaultLoginTest, ATokenOutOfAFileIsReadAgainWhenItChanges) {
  VaultAuth auth;
  auth.method = VaultMethod::kTokenFile;
  auth.file = file("token", "root\n");
  const auto store = open(with(auth));
  EXPECT_EQ(fetched(*store), "value");
  file("token", "not-a-token\n");
  EXPECT_EQ(fetched(*store),
            "the token of store \"vault\" is not valid, or has expired\n"
            "hint: get a new one, as with: vault login");
  file("token", server().token_with("login-test", kReadAll));
  EXPECT_EQ(fetched(*store), "value");
  std::filesystem::remove(auth.file);
  EXPECT_EQ(fetched(*store), "value");
}

// V07
TEST_F(VaultLoginTest, V07_ATokenFileHoldsATokenAndNothingElse) {
  VaultAuth auth;
  auth.method = VaultMethod::kTokenFile;
  const auto said = [&](std::string_view text, mode_t mode = 0600) {
    auth.file = file("token", text, mode);
    return fetched(auth);
  };
  const std::string name =
      "token file \"" + (folder_ / "token").string() + "\"";
  const std::string hint = "\nhint: it must hold the token alone, on one line";
  EXPECT_EQ(said("root"), "value");
  EXPECT_EQ(said("root\r\nX-Vault-Namespace: admin\r\n"),
            name + " holds what is no visible character" + hint);
  EXPECT_EQ(said(std::string("ro\0ot", 5)),
            name + " holds what is no visible character" + hint);
  EXPECT_EQ(said("root\n\n"),
            name + " holds what is no visible character" + hint);
  EXPECT_EQ(said(std::string(1 << 20, 'r')),
            name + " is too long to be one" + hint);
  EXPECT_EQ(said("\n"), name + " is empty" + hint);
  EXPECT_EQ(said("root", 0644),
            name +
                " can be read by others: its mode is 0644\nhint: chmod 600 "
                "\"" +
                (folder_ / "token").string() + "\"");
  auth.file = folder_ / "none";
  EXPECT_EQ(fetched(auth),
            "token file \"" + auth.file.string() +
                "\" is not there\nhint: write the token into it, or name "
                "another file in the store's \"auth\"");
}

TEST_F(VaultLoginTest, WhatWasAskedForMustBeAToken) {
  EXPECT_EQ(fetched(token_auth("two words")),
            "this is no token: expected 1 to 65536 visible characters on one "
            "line");
  EXPECT_EQ(fetched(VaultAuth()),
            "store \"vault\" has no token to log in with\n"
            "hint: name a file that holds it in the store's \"auth\"");
}

TEST_F(VaultLoginTest, LogsInByAppRole) {
  const auto store = open(with(approle("plain")));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  Operation operation;
  EXPECT_EQ(shown(store->fetch_within(operation, locators).at(0)), "value");
  EXPECT_EQ(operation.counts().logins, 1u);
  EXPECT_EQ(operation.counts().calls, 2u);
  Operation again;
  EXPECT_EQ(shown(store->fetch_within(again, locators).at(0)), "value");
  EXPECT_EQ(again.counts().logins, 0u);
  EXPECT_EQ(again.counts().calls, 1u);
}

// V09
TEST_F(VaultLoginTest, V09_AWrongSecretIdIsTriedTwiceAMinute) {
  VaultAuth auth = approle("wrong");
  auth.file = file("wrong-id", "00000000-0000-0000-0000-000000000000");
  const auto store = open(with(auth));
  const std::string refused =
      "store \"vault\" refused the login by AppRole at \"auth/approle\" as "
      "role \"" +
      auth.role +
      "\"\nhint: check the role id and the secret id, which may have expired "
      "or been used up";
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  Operation operation;
  for (int i = 0; i < 20; ++i) {
    const auto answer = std::move(store->fetch_within(operation, locators)[0]);
    EXPECT_EQ(error_code(answer), ErrorCode::kForbidden);
    if (i < 2) {
      EXPECT_EQ(error_text(answer), refused);
    } else {
      EXPECT_THAT(
          error_text(answer),
          MatchesRegex("store \"vault\" refused 2 logins within a minute: the "
                       "next one is tried in [0-9]+ s\nhint: check the role "
                       "id and the secret id, which may have expired or been "
                       "used up"));
    }
  }
  EXPECT_EQ(operation.counts().logins, 2u);
  EXPECT_EQ(operation.counts().calls, 2u);
}

TEST_F(VaultLoginTest, ASecretIdMayComeWrapped) {
  VaultAuth auth = approle("wrapped");
  auth.wrapped = true;
  const auto wrapped = [&](const std::string& path) -> std::string {
    HttpOptions options;
    options.origins = {server().url()};
    const auto client = HttpClient::open(options).value();
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.url = server().url() + "/v1/" + path;
    request.headers.push_back({"X-Vault-Wrap-TTL", "60s"});
    request.credential_header = "X-Vault-Token";
    request.credential = std::make_shared<const SecretString>(secret("root"));
    WipedBuffer body;
    EXPECT_TRUE(body.append(R"({"secret_id":"not-one"})"));
    if (path.starts_with("sys/")) {
      request.body = std::make_shared<const WipedBuffer>(std::move(body));
    }
    Operation operation;
    const auto answer = client->send(request, operation.deadline(), operation);
    return json::parse(answer->body.expose())["wrap_info"]["token"];
  };
  auth.file = file("wrapping", wrapped("auth/approle/role/wrapped/secret-id"));
  const auto store = open(with(auth));
  EXPECT_EQ(fetched(*store), "value");
  // It opens once: whoever comes second finds out.
  EXPECT_EQ(fetched(auth),
            "the wrapping token of store \"vault\" was used before, or has "
            "expired: somebody else may have the secret id\nhint: find out "
            "who unwrapped it, have the secret id destroyed and a new one "
            "wrapped");
  file("wrapping", wrapped("sys/wrapping/wrap"));
  EXPECT_EQ(fetched(auth),
            "the wrapping token of store \"vault\" does not wrap a secret id "
            "of \"auth/approle\": somebody may have put it in place of the "
            "true one\nhint: find out where it came from, and have a new "
            "secret id wrapped");
}

TEST_F(VaultLoginTest, LogsInByAJwt) {
  const SigningKey key;
  ASSERT_EQ(server()
                .write("auth/jwt/config",
                       {{"jwt_validation_pubkeys", {key.public_pem()}}})
                .status,
            204);
  ASSERT_EQ(server()
                .write("auth/jwt/role/ci", {{"role_type", "jwt"},
                                            {"user_claim", "sub"},
                                            {"bound_audiences", {"vault"}},
                                            {"token_policies", "login-test"}})
                .status,
            204);
  VaultAuth auth;
  auth.method = VaultMethod::kJwt;
  auth.role = "ci";
  const auto now =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const json claims{{"sub", "pipeline"},
                    {"aud", "vault"},
                    {"iat", now},
                    {"nbf", now},
                    {"exp", now + 300}};
  auth.file = file("jwt", key.sign(claims), 0644);
  EXPECT_EQ(fetched(auth), "value");
  json other = claims;
  other["aud"] = "somebody-else";
  auth.file = file("jwt", key.sign(other), 0644);
  EXPECT_EQ(fetched(auth),
            "store \"vault\" refused the login by JWT at \"auth/jwt\" as role "
            "\"ci\"\nhint: check that the role exists, and that the JWT has "
            "what it is bound to and has not expired");
}

TEST_F(VaultLoginTest, LogsInByAServiceAccountOfKubernetes) {
  const SigningKey key;
  const TokenReviewer cluster("sotto", "ci");
  ASSERT_EQ(server()
                .write("auth/kubernetes/config",
                       {{"kubernetes_host", cluster.url()},
                        {"disable_local_ca_jwt", true},
                        {"disable_iss_validation", true},
                        {"pem_keys", {key.public_pem()}},
                        {"token_reviewer_jwt", key.sign({{"sub", "r"}})}})
                .status,
            204);
  ASSERT_EQ(server()
                .write("auth/kubernetes/role/ci",
                       {{"bound_service_account_names", {"ci"}},
                        {"bound_service_account_namespaces", {"sotto"}},
                        {"audience", "vault"},
                        {"token_policies", "login-test"}})
                .status,
            204);
  VaultAuth auth;
  auth.method = VaultMethod::kKubernetes;
  auth.role = "ci";
  auth.file = file("sa", key.sign(cluster.claims()), 0644);
  EXPECT_EQ(fetched(auth), "value");
  EXPECT_GE(cluster.reviews(), 1);
  auth.role = "other";
  EXPECT_EQ(fetched(auth),
            "store \"vault\" refused the login by Kubernetes at "
            "\"auth/kubernetes\" as role \"other\"\nhint: check that the role "
            "exists, and is bound to this service account and namespace");
  auth.file.clear();
  EXPECT_EQ(fetched(auth),
            "JWT file \"/var/run/secrets/kubernetes.io/serviceaccount/token\" "
            "is not there\nhint: write the JWT into it, or name another file "
            "in the store's \"auth\"");
}

TEST_F(VaultLoginTest, LogsInByUserAndPassword) {
  ASSERT_EQ(
      server()
          .write("auth/userpass/users/bob",
                 {{"password", "p\"\\ss w"}, {"token_policies", "login-test"}})
          .status,
      204);
  VaultAuth auth;
  auth.method = VaultMethod::kUserpass;
  auth.user = "bob";
  auth.ask = [] { return SecretString::copy_of("p\"\\ss w"); };
  EXPECT_EQ(fetched(auth), "value");
  auth.ask = [] { return SecretString::copy_of("wrong"); };
  EXPECT_EQ(fetched(auth),
            "store \"vault\" refused the login by userpass at "
            "\"auth/userpass\" as user \"bob\"\nhint: check the user name and "
            "the password");
}

TEST_F(VaultLoginTest, AnotherMountOfAMethodCanBeNamed) {
  ASSERT_EQ(
      server().write("sys/auth/team/approle", {{"type", "approle"}}).status,
      204);
  ASSERT_EQ(
      server()
          .write("auth/team/approle/role/x", {{"token_policies", "login-test"}})
          .status,
      204);
  VaultAuth auth;
  auth.method = VaultMethod::kAppRole;
  auth.mount = "team/approle";
  auth.role = server()
                  .ask(HttpMethod::kGet, "auth/team/approle/role/x/role-id")
                  .body["data"]["role_id"];
  auth.file = file("team", std::string(server()
                                           .write("auth/team/approle/role/x/"
                                                  "secret-id",
                                                  json::object())
                                           .body["data"]["secret_id"]));
  EXPECT_EQ(fetched(auth), "value");
}

// V08, N3
TEST_F(VaultLoginTest, V08_AHundredThreadsMakeOneLogin) {
  const auto store = open(with(approle("crowd")));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  Operation operation;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      right += shown(store->fetch_within(operation, locators).at(0)) == "value";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 100);
  EXPECT_EQ(operation.counts().logins, 1u);
  EXPECT_EQ(operation.counts().calls, 101u);
}

// V08
TEST_F(VaultLoginTest, V08_AShortLivedTokenIsRenewedInTime) {
  const auto store = open(
      with(approle("short", {{"token_ttl", "5s"}, {"token_max_ttl", "11s"}})));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  Operation operation;  // Never waited for: it takes the counts of all.
  std::atomic<int> right{0};
  std::atomic<int> wrong{0};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(14);
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      while (std::chrono::steady_clock::now() < end) {
        Operation own;
        const auto answer = std::move(store->fetch_within(own, locators)[0]);
        ++(shown(answer) == "value" ? right : wrong);
        operation.add(own.counts());
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(right, 500);
  // One at first, one when the longest life was over; renewals are no logins.
  EXPECT_EQ(operation.counts().logins, 2u);
  EXPECT_EQ(operation.counts().retries, 0u);
}

// N3, and a token that dies in the middle by an operator's hand.
TEST_F(VaultLoginTest, ATokenThatWasRevokedIsReplacedOnceForAll) {
  const auto store = open(with(approle("revoked")));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}}};
  ASSERT_EQ(fetched(*store), "value");
  ASSERT_EQ(
      server()
          .write("sys/leases/revoke-prefix/auth/approle/login", json::object())
          .status,
      204);
  Operation operation;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      right += shown(store->fetch_within(operation, locators).at(0)) == "value";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 100);
  EXPECT_EQ(operation.counts().logins, 1u);
}

// V01
TEST_F(VaultLoginTest, V01_ADeniedPathCostsOneLookAtTheToken) {
  const std::string token =
      server().token_with("elsewhere",
                          "path \"secret/data/other/*\" { "
                          "capabilities = [\"read\"] }");
  VaultOptions made = options(token);
  const auto store = open(made);
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}},
                                      {acme_, named("b.X"), {}, {}}};
  Operation operation;
  const auto answers = store->fetch_within(operation, locators);
  EXPECT_EQ(error_text(answers[0]),
            "store \"vault\" denies permission, or its token is not valid\n"
            "hint: a policy of the token must allow \"read\" on \"" +
                at("data", "a") + "\"");
  EXPECT_EQ(error_code(answers[1]), ErrorCode::kForbidden);
  EXPECT_EQ(operation.counts().calls, 3u);
  // Nor does the next round of the same document look again.
  EXPECT_EQ(error_code(store->fetch_within(operation, locators)[0]),
            ErrorCode::kForbidden);
  EXPECT_EQ(operation.counts().calls, 5u);
}

// T03
TEST_F(VaultLoginTest, T03_APolicyMayForbidOnePathOfThree) {
  for (const char* group : {"b", "c"}) {
    ASSERT_EQ(write_group(group, {{"X", group}}).status, 200);
  }
  const std::string token = server().token_with(
      "two-of-three", "path \"secret/data/" + prefix_ +
                          "/*\" { capabilities = [\"read\"] }\npath \"" +
                          at("data", "b") + "\" { capabilities = [\"deny\"] }");
  const auto store = open(options(token));
  const std::vector<Locator> locators{{acme_, named("a.X"), {}, {}},
                                      {acme_, named("b.X"), {}, {}},
                                      {acme_, named("c.X"), {}, {}}};
  const auto answers = store->fetch(locators);
  EXPECT_EQ(shown(answers[0]), "value");
  EXPECT_EQ(shown(answers[1]), "<forbidden>");
  EXPECT_EQ(shown(answers[2]), "c");
  EXPECT_EQ(error_text(put(*store, acme_, "a.Y", "1")),
            "store \"vault\" denies permission, or its token is not valid\n"
            "hint: a policy of the token must allow \"update\" on \"" +
                at("data", "a") + "\"");
  EXPECT_EQ(error_text(store->list(acme_)),
            "store \"vault\" denies permission, or its token is not valid\n"
            "hint: a policy of the token must allow \"list\" on "
            "\"secret/metadata/" +
                prefix_ + "/org/acme\"");
}

}  // namespace
}  // namespace sotto::testing
