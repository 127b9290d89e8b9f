// SPDX-License-Identifier: Apache-2.0
//
// A real Vault (tests/vault/server) for the tests: its process, an
// administrator's way to it, and stores on it. SOTTO_VAULT_SERVER names the
// program; without it the tests are skipped.

#ifndef SOTTO_TESTS_VAULT_TESTING_VAULT_H_
#define SOTTO_TESTS_VAULT_TESTING_VAULT_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.h"
#include "store/http/client.h"
#include "store/vault_store.h"
#include "tests/store/testing_store.h"

namespace sotto::testing {

using nlohmann::json;

// What the server says to the administrator.
struct Told {
  int status = 0;
  json body;
};

// A program that ends when its standard input does: with the object, and with
// the test program.
class TiedProgram {
 public:
  explicit TiedProgram(std::vector<std::string> words);
  ~TiedProgram() { stop(); }
  TiedProgram(const TiedProgram&) = delete;
  TiedProgram& operator=(const TiedProgram&) = delete;

  // The next line that it says; throws if it says no more.
  std::string line();
  void stop();

 private:
  pid_t process_ = -1;
  int input_ = -1;
  std::FILE* output_ = nullptr;
};

class VaultServer {
 public:
  // `args`: more for the command line, as in {"-data", folder}.
  explicit VaultServer(const std::vector<std::string>& args = {});
  // The one that most tests share, in memory.
  static VaultServer& shared();

  const std::string& url() const { return url_; }
  void stop();  // At once, as a crash would.

  // As whoever has the token. "/v1/" goes in front of the path.
  Told ask(HttpMethod method, const std::string& path, const json& body = {},
           std::string_view token = "root");
  Told write(const std::string& path, const json& body) {
    return ask(HttpMethod::kPost, path, body);
  }
  // A token that a policy of this text is bound to.
  std::string token_with(const std::string& policy, const std::string& rules,
                         const std::string& ttl = "1h");
  void seal();
  void unseal();

 private:
  TiedProgram program_;
  std::string url_;
  std::string unseal_key_;
  std::unique_ptr<HttpClient> client_;
};

// Shows a static token, as from the environment.
VaultAuth token_auth(std::string token);

// Each test has a prefix of its own on the shared server.
class VaultTest : public ::testing::Test {
 protected:
  void SetUp() override;

  VaultServer& server() { return VaultServer::shared(); }
  VaultOptions options(const std::string& token = "root");
  std::unique_ptr<VaultStore> open(VaultOptions options);
  std::unique_ptr<VaultStore> open() { return open(options()); }

  // "secret/data/PREFIX/org/acme/GROUP", as is "metadata".
  std::string at(std::string_view kind, std::string_view group);
  // What another program writes there.
  Told write_group(std::string_view group, const json& data);

  std::string prefix_;
  Scope acme_ = org("acme");
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_VAULT_TESTING_VAULT_H_
