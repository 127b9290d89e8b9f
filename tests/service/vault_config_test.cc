// SPDX-License-Identifier: Apache-2.0
//
// Stores of type "vault" in sotto.json and in the environment.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/config.h"
#include "service/trust.h"
#include "service/vault_environment.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

using namespace std::chrono_literals;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What the environment of these tests must not have.
class NoVault {
 public:
  NoVault() {
    for (const char* name :
         {"VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_CACERT",
          "VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY", "VAULT_SKIP_VERIFY",
          "SOTTO_VAULT_ADDR", "SOTTO_VAULT_TOKEN", "SOTTO_VAULT_NAMESPACE",
          "SOTTO_VAULT_CACERT", "SOTTO_VAULT_SECRET_ID",
          "SOTTO_VAULT_PASSWORD"}) {
      variables_.push_back(std::make_unique<Variable>(name, ""));
    }
  }

 private:
  std::vector<std::unique_ptr<Variable>> variables_;
};

class VaultConfigTest : public ::testing::Test {
 protected:
  VaultConfigTest() : home_("HOME", folder_.path().c_str()) {}

  // A configuration with these members of one store, as the environment has
  // it.
  Result<Config> load(const std::string& members,
                      const std::string& more = "") {
    folder_.write("sotto.json", R"({"stores": {"vault": {"type": "vault")" +
                                    members + "}" + more + "}}");
    ConfigOptions options;
    options.file = folder_ / "sotto.json";
    return load_config(options);
  }

  VaultOptions vault(const std::string& members) {
    const auto config = load(members);
    EXPECT_TRUE(config) << error_of(config);
    return config ? config->stores[0].vault->options : VaultOptions{};
  }

  // What a store is opened with: where its credential comes from, as "file
  // /x", or what is answered to the question for it.
  std::string credential(const std::string& members,
                         const Credentials& credentials = {},
                         const AskPassword& ask = {},
                         const std::string& more = "") {
    const auto config = load(members, more);
    if (!config) return error_of(config);
    const StoreConfig& store = *config->find_store("vault");
    const auto options = vault_options(*config, store, credentials, ask);
    if (!options) return error_of(options);
    if (!options->auth.file.empty())
      return "file " + options->auth.file.native();
    if (!options->auth.ask) return "nothing";
    const auto answer = options->auth.ask();
    return answer ? std::string(answer->expose()) : error_of(answer);
  }

  static Credentials holding(const std::string& name, std::string_view value) {
    Credentials credentials;
    credentials.emplace(name, SecretString::copy_of(value).value());
    return credentials;
  }

  TempFolder folder_;
  NoVault none_;
  Variable home_;
};

constexpr const char* kAddress = R"(, "address": "https://vault:8200")";

TEST_F(VaultConfigTest, AllMembersHaveTheirPlace) {
  const VaultOptions options = vault(R"(,
    "address": "https://Vault.example.com/", "addresses": ["https://b:8201"],
    "namespace": "team-a", "mount": "kv", "prefix": "apps/sotto",
    "paths": {"org/acme": {"github": "legacy/github"}},
    "auth": {"method": "approle", "mount": "my-approle", "role_id": "r-1",
             "secret_id_file": "secret-id", "wrapped": true},
    "ca_file": "ca.pem", "client_cert": "/c.pem", "client_key": "/k.pem",
    "max_calls": 7)");
  EXPECT_EQ(options.name, "vault");
  EXPECT_EQ(options.address, "https://vault.example.com:443");
  EXPECT_THAT(options.other_addresses, ElementsAre("https://b:8201"));
  EXPECT_EQ(options.name_space, "team-a");
  EXPECT_EQ(options.mount, "kv");
  EXPECT_EQ(options.prefix, "apps/sotto");
  EXPECT_EQ(options.paths.size(), 1u);
  EXPECT_EQ(options.paths.at({Scope::parse("org/acme").value(), "github"}),
            "legacy/github");
  EXPECT_EQ(options.auth.method, VaultMethod::kAppRole);
  EXPECT_EQ(options.auth.mount, "my-approle");
  EXPECT_EQ(options.auth.role, "r-1");
  EXPECT_EQ(options.auth.file, folder_ / "secret-id");
  EXPECT_TRUE(options.auth.wrapped);
  EXPECT_EQ(options.ca_file, folder_ / "ca.pem");
  EXPECT_EQ(options.client_cert, "/c.pem");
  EXPECT_EQ(options.client_key, "/k.pem");
  EXPECT_EQ(options.max_calls, 7u);
}

TEST_F(VaultConfigTest, EveryMethodHasMembersOfItsOwn) {
  EXPECT_EQ(vault(kAddress).auth.method, VaultMethod::kToken);
  const VaultAuth token =
      vault(R"(, "auth": {"method": "token", "token_file": "/t"})").auth;
  EXPECT_EQ(token.file, "/t");
  const VaultAuth jwt =
      vault(R"(, "auth": {"method": "jwt", "role": "r", "jwt_file": "/j"})")
          .auth;
  EXPECT_EQ(jwt.method, VaultMethod::kJwt);
  EXPECT_EQ(jwt.role, "r");
  EXPECT_EQ(jwt.file, "/j");
  const VaultAuth kubernetes =
      vault(R"(, "auth": {"method": "kubernetes", "role": "r"})").auth;
  EXPECT_EQ(kubernetes.method, VaultMethod::kKubernetes);
  EXPECT_TRUE(kubernetes.file.empty());
  const VaultAuth userpass =
      vault(R"(, "auth": {"method": "userpass", "username": "u"})").auth;
  EXPECT_EQ(userpass.method, VaultMethod::kUserpass);
  EXPECT_EQ(userpass.user, "u");
}

TEST_F(VaultConfigTest, ACacheHasTwoLivesAndASize) {
  const auto limits = [&](const std::string& cache) {
    return load(cache)->stores[0].vault->cache;
  };
  EXPECT_EQ(limits("").soft, 30s);
  EXPECT_EQ(limits("").hard, 300s);
  EXPECT_EQ(limits("").bytes, 2u << 20);
  const CacheLimits own =
      limits(R"(, "cache": {"soft": "500ms", "hard": "2m", "bytes": 1000})");
  EXPECT_EQ(own.soft, 500ms);
  EXPECT_EQ(own.hard, 2min);
  EXPECT_EQ(own.bytes, 1000u);
  EXPECT_EQ(limits(R"(, "cache": {"hard": "10s"})").soft, 10s);
  EXPECT_EQ(limits(R"(, "cache": {"soft": "1h"})").hard, 1h);
  EXPECT_TRUE(limits(R"(, "cache": {"hard": "0s"})").keeps_nothing());
  EXPECT_TRUE(limits(R"(, "cache": {"bytes": 0})").keeps_nothing());
}

TEST_F(VaultConfigTest, ItsErrorsSayWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"(, "adress": "x")",
       ": unknown key \"adress\" | did you mean \"address\"?"},
      {R"(, "address": "vault:8200")",
       "/address: not the address of a server | expected https://HOST or "
       "https://HOST:PORT, without a path, a user or a password"},
      {R"(, "address": "http://vault:8200")",
       "/address: \"http://vault:8200\" is neither encrypted nor an address "
       "of this machine | use https://"},
      {R"(, "addresses": ["https://a", "b"])",
       "/addresses/1: not the address of a server | expected https://HOST or "
       "https://HOST:PORT, without a path, a user or a password"},
      {R"(, "client_cert": "c")",
       ": expected \"client_cert\" and \"client_key\", or neither"},
      {R"(, "max_calls": 0)",
       "/max_calls: expected a whole number from 1 to 1024"},
      {R"(, "max_calls": "many")",
       "/max_calls: expected a whole number from 1 to 1024"},
      {R"(, "max_calls": -1)",
       "/max_calls: expected a whole number from 1 to 1024"},
      {R"(, "paths": [])", "/paths: expected an object, not an array"},
      {R"(, "paths": {"acme": {}})",
       "/paths: \"acme\" is not a scope: expected \"platform\" or "
       "\"org/NAME\" | a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting "
       "with '-'"},
      {R"(, "paths": {"org/acme": 1})",
       "/paths/org~1acme: expected an object, not a number"},
      {R"(, "paths": {"platform": {"a.b": "x"}})",
       "/paths/platform: \"a.b\" is not the name of a group | a name is 1 to "
       "127 of A-Z a-z 0-9 _ -, not starting with '-'"},
      {R"(, "paths": {"platform": {"a": 1}})",
       "/paths/platform/a: expected a string, not a number"},
      {R"(, "cache": {"soft": "30"})",
       "/cache/soft: expected a time | a number and ms, s, m or h, as in "
       "\"30s\"; a day at most"},
      {R"(, "cache": {"hard": "25h"})",
       "/cache/hard: expected a time | a number and ms, s, m or h, as in "
       "\"30s\"; a day at most"},
      {R"(, "cache": {"hard": 30})",
       "/cache/hard: expected a time | a number and ms, s, m or h, as in "
       "\"30s\"; a day at most"},
      {R"(, "cache": {"soft": "2s", "hard": "1s"})",
       "/cache: \"soft\" is longer than \"hard\" | after the one a value is "
       "asked for anew, after the other it is not answered any more"},
      {R"(, "auth": {"method": "ldap"})",
       "/auth/method: unknown method \"ldap\" | known methods: token, approle, "
       "jwt, kubernetes, userpass"},
      {R"(, "auth": {"method": "approle"})",
       "/auth: \"role_id\" is missing | the method \"approle\" needs it"},
      {R"(, "auth": {"method": "jwt", "role": "r"})",
       "/auth: \"jwt_file\" is missing | name the file that holds the JWT"},
      {R"(, "auth": {"method": "userpass"})",
       "/auth: \"username\" is missing | the method \"userpass\" needs it"},
      {R"(, "auth": {"method": "approle", "role_id": "r", "role": "x"})",
       "/auth: unknown key \"role\" | known keys: method, mount, "
       "secret_id_file, role_id, wrapped"},
      {R"(, "auth": {"method": "approle", "role_id": "r", "wrapped": 1})",
       "/auth/wrapped: expected true or false, not a number"},
  };
  for (const auto& [members, expected] : cases) {
    const std::string file = (folder_ / "sotto.json").native();
    EXPECT_EQ(error_of(load(members)),
              "invalid-config: " + file + ": /stores/vault" + expected)
        << members;
  }
}

TEST_F(VaultConfigTest, L02_ACredentialInItIsRefusedAndNotQuoted) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"(, "token": "hvs.canary")", "/token"},
      {R"(, "auth": {"token": "hvs.canary"})", "/auth/token"},
      {R"(, "auth": {"method": "approle", "secret_id": "canary"})",
       "/auth/secret_id"},
      {R"(, "auth": {"method": "userpass", "password": "canary"})",
       "/auth/password"},
      {R"(, "auth": {"method": "jwt", "jwt": "canary"})", "/auth/jwt"},
  };
  for (const auto& [members, place] : cases) {
    const std::string error = error_of(load(members));
    EXPECT_NE(error.find("/stores/vault" + place +
                         ": a credential does not belong in a configuration"),
              std::string::npos)
        << error;
    EXPECT_EQ(error.find("canary"), std::string::npos) << error;
  }
}

TEST_F(VaultConfigTest, NeedsTrustWhereverItIs) {
  EXPECT_THAT(reasons_for_trust(*load(kAddress)),
              ElementsAre("the store \"vault\" is at \"https://vault:8200\""));
  EXPECT_THAT(reasons_for_trust(*load("")),
              ElementsAre("the store \"vault\" is another machine's"));
}

TEST_F(VaultConfigTest, WhatVaultsOwnUsersHaveSetCountsWhereTheFileIsSilent) {
  const Variable address("VAULT_ADDR", "https://from-environment:8200/");
  const Variable name_space("VAULT_NAMESPACE", "env");
  const Variable ca_file("VAULT_CACERT", "/env.pem");
  const VaultOptions silent = vault("");
  EXPECT_EQ(silent.address, "https://from-environment:8200");
  EXPECT_EQ(silent.name_space, "env");
  EXPECT_EQ(silent.ca_file, "/env.pem");
  const VaultOptions outspoken = vault(
      R"(, "address": "https://own:1", "namespace": "n", "ca_file": "/own")");
  EXPECT_EQ(outspoken.address, "https://own:1");
  EXPECT_EQ(outspoken.name_space, "n");
  EXPECT_EQ(outspoken.ca_file, "/own");
}

TEST_F(VaultConfigTest, VariablesOfOurOwnWinOverTheFile) {
  const Variable others("VAULT_ADDR", "https://not-this");
  const Variable address("SOTTO_VAULT_ADDR", "https://this:8200");
  const Variable name_space("SOTTO_VAULT_NAMESPACE", "env");
  const Variable ca_file("SOTTO_VAULT_CACERT", "/env.pem");
  const VaultOptions options = vault(
      R"(, "address": "https://own:1", "namespace": "n", "ca_file": "/own")");
  EXPECT_EQ(options.address, "https://this:8200");
  EXPECT_EQ(options.name_space, "env");
  EXPECT_EQ(options.ca_file, "/env.pem");
  EXPECT_EQ(
      error_of(load("", R"(, "b": {"type": "vault"})")),
      "invalid-config: SOTTO_VAULT_ADDR: there are 2 stores of type \"vault\" "
      "| say it in sotto.json, where each has its own");
}

TEST_F(VaultConfigTest, AnAddressThatIsNoneIsNamedByItsVariable) {
  const Variable address("VAULT_ADDR", "vault");
  EXPECT_EQ(error_of(load("")),
            "invalid-config: VAULT_ADDR: not the address of a server | "
            "expected https://HOST or https://HOST:PORT, without a path, a "
            "user or a password");
  EXPECT_TRUE(load(kAddress));
}

TEST_F(VaultConfigTest, ATokenComesFromTheFirstPlaceThatHasOne) {
  EXPECT_EQ(credential(kAddress),
            "forbidden: store \"vault\" needs a token, and there is none | set "
            "VAULT_TOKEN, run \"vault login\", or name another method in "
            "\"auth\"");
  folder_.write(".vault-token", "t");
  EXPECT_EQ(credential(kAddress),
            "file " + (folder_ / ".vault-token").native());
  EXPECT_EQ(credential(kAddress, holding("VAULT_TOKEN", "theirs")), "theirs");
  const std::string with_file =
      std::string(kAddress) + R"(, "auth": {"token_file": "/own"})";
  EXPECT_EQ(credential(with_file, holding("VAULT_TOKEN", "theirs")),
            "file /own");
  EXPECT_EQ(credential(with_file, holding("SOTTO_VAULT_TOKEN", "ours")),
            "ours");
}

TEST_F(VaultConfigTest, AnEmbeddersEnvironmentIsAskedToo) {
  const Variable token("VAULT_TOKEN", "theirs");
  EXPECT_EQ(credential(kAddress), "theirs");
}

TEST_F(VaultConfigTest, N4_ATokenGoesToTheServerThatItIsForAndToNoOther) {
  const Credentials token = holding("VAULT_TOKEN", "theirs");
  const std::string another =
      R"(, "b": {"type": "vault", "address": "https://b:8200"})";
  const std::string same =
      R"(, "b": {"type": "vault", "address": "https://vault:8200"})";
  EXPECT_EQ(credential(kAddress, token, {}, same), "theirs");
  EXPECT_EQ(credential(kAddress, token, {}, another),
            "invalid-config: VAULT_TOKEN may be for another server than that "
            "of store \"vault\" | give each store a \"token_file\" of its own, "
            "or set VAULT_ADDR");
  {
    const Variable address("VAULT_ADDR", "https://vault:8200");
    EXPECT_EQ(credential(kAddress, token, {}, another), "theirs");
  }
  const Variable address("VAULT_ADDR", "https://b:8200");
  EXPECT_EQ(credential(kAddress, token),
            "invalid-config: VAULT_TOKEN is for the server that VAULT_ADDR "
            "names, and store \"vault\" is another | set SOTTO_VAULT_TOKEN, or "
            "name a file in \"token_file\"");
  EXPECT_EQ(credential(kAddress, holding("SOTTO_VAULT_TOKEN", "ours")), "ours");
  folder_.write(".vault-token", "t");
  const std::string file = (folder_ / ".vault-token").native();
  EXPECT_EQ(credential(kAddress),
            "invalid-config: \"" + file +
                "\" is for the server that VAULT_ADDR names, and store "
                "\"vault\" is another | set SOTTO_VAULT_TOKEN, or name a file "
                "in \"token_file\"");
}

TEST_F(VaultConfigTest, SecretIdsAndPasswordsHavePlacesOfTheirOwn) {
  const std::string approle =
      std::string(kAddress) +
      R"(, "auth": {"method": "approle", "role_id": "r")";
  EXPECT_EQ(credential(approle + "}"),
            "forbidden: store \"vault\" needs a secret id, and there is none | "
            "name a file in \"secret_id_file\", or set SOTTO_VAULT_SECRET_ID");
  EXPECT_EQ(credential(approle + R"(, "secret_id_file": "/s"})"), "file /s");
  EXPECT_EQ(credential(approle + R"(, "secret_id_file": "/s"})",
                       holding("SOTTO_VAULT_SECRET_ID", "id")),
            "id");
  const std::string userpass =
      std::string(kAddress) +
      R"(, "auth": {"method": "userpass", "username": "u")";
  EXPECT_EQ(credential(userpass + "}"),
            "forbidden: store \"vault\" needs a password, and there is none | "
            "name a file in \"password_file\"");
  const AskPassword ask = [](std::string_view store, std::string_view user) {
    return SecretString::copy_of(std::string(store) + "/" + std::string(user));
  };
  EXPECT_EQ(credential(userpass + "}", {}, ask), "vault/u");
  EXPECT_EQ(
      credential(userpass + "}", holding("SOTTO_VAULT_PASSWORD", "p"), ask),
      "p");
  EXPECT_EQ(credential(userpass + R"(, "password_file": "/p"})", {}, ask),
            "file /p");
}

TEST_F(VaultConfigTest, WithoutAnAddressItCannotBeOpened) {
  EXPECT_EQ(credential(""),
            "invalid-config: store \"vault\" has no address | add \"address\" "
            "to it, or set VAULT_ADDR");
}

TEST_F(VaultConfigTest, V19_CertificatesAreVerifiedWhateverTheEnvironmentSays) {
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    const Variable skip("VAULT_SKIP_VERIFY", yes);
    EXPECT_EQ(credential(kAddress),
              "invalid-config: VAULT_SKIP_VERIFY is set, and certificates are "
              "always verified | unset it, and name the certificate of your "
              "own authority in VAULT_CACERT or \"ca_file\"");
  }
  const Variable no("VAULT_SKIP_VERIFY", "false");
  EXPECT_EQ(credential(kAddress, holding("VAULT_TOKEN", "t")), "t");
}

TEST_F(VaultConfigTest, TheOneThatInitWritesIsValid) {
  const auto config = parse_config(
      "/p/sotto.json", vault_config_text(Scope::parse("org/acme").value(),
                                         "https://vault:8200"));
  ASSERT_TRUE(config) << error_of(config);
  EXPECT_EQ(config->default_store, "vault");
  EXPECT_EQ(config->stores[0].vault->options.address, "https://vault:8200");
}

}  // namespace
}  // namespace sotto::testing
