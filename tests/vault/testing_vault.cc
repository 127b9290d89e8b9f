// SPDX-License-Identifier: Apache-2.0

#include "tests/vault/testing_vault.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace sotto::testing {
namespace {

const char* server_program() {
  const char* const program = std::getenv("SOTTO_VAULT_SERVER");
  return program != nullptr && *program != '\0' ? program : nullptr;
}

std::string word_after(std::FILE* stream, const std::string& wanted) {
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), stream) != nullptr) {
    std::string text(line.data());
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.starts_with(wanted + ' ')) return text.substr(wanted.size() + 1);
  }
  throw std::runtime_error("the Vault server said no \"" + wanted + "\"");
}

}  // namespace

VaultServer::VaultServer(const std::vector<std::string>& args) {
  const char* const program = server_program();
  if (program == nullptr) throw std::runtime_error("no Vault server");
  std::vector<std::string> words{program, "-tied"};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 ||
      ::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const int failed = ::posix_spawn(&process_, program, &actions, nullptr,
                                   argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  if (failed != 0) throw std::runtime_error("the Vault server does not start");
  std::FILE* const from = ::fdopen(out[0], "r");
  unseal_key_ = word_after(from, "unseal");
  url_ = word_after(from, "ready");
  std::fclose(from);
  if (!url_.starts_with("http:")) return;
  HttpOptions options;
  options.origins = {url_};
  client_ = HttpClient::open(options).value();
}

VaultServer& VaultServer::shared() {
  static VaultServer server;
  return server;
}

void VaultServer::stop() {
  if (process_ < 0) return;
  client_.reset();
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(input_);
  process_ = -1;
}

Told VaultServer::ask(HttpMethod method, const std::string& path,
                      const json& body, std::string_view token) {
  HttpRequest request;
  request.method = method;
  request.url = url_ + "/v1/" + path;
  request.credential_header = "X-Vault-Token";
  request.credential = std::make_shared<const SecretString>(secret(token));
  if (!body.is_null()) {
    WipedBuffer text;
    EXPECT_TRUE(text.append(body.dump()));
    request.body = std::make_shared<const WipedBuffer>(std::move(text));
  }
  Operation operation;
  const auto answer = client_->send(request, operation.deadline(), operation);
  if (!answer) {
    ADD_FAILURE() << path << ": " << to_string(answer.error().error);
    return {};
  }
  return {answer->status, json::parse(answer->body.expose(), nullptr, false)};
}

std::string VaultServer::token_with(const std::string& policy,
                                    const std::string& rules,
                                    const std::string& ttl) {
  EXPECT_EQ(write("sys/policies/acl/" + policy, {{"policy", rules}}).status,
            204);
  const Told made =
      write("auth/token/create", {{"policies", {policy}}, {"ttl", ttl}});
  EXPECT_EQ(made.status, 200);
  return made.body["auth"]["client_token"];
}

void VaultServer::seal() {
  EXPECT_EQ(ask(HttpMethod::kPut, "sys/seal").status, 204);
}

void VaultServer::unseal() {
  EXPECT_EQ(ask(HttpMethod::kPut, "sys/unseal", {{"key", unseal_key_}}).status,
            200);
}

VaultAuth token_auth(std::string token) {
  VaultAuth auth;
  auth.ask = [token = std::move(token)] {
    return SecretString::copy_of(token);
  };
  return auth;
}

void VaultTest::SetUp() {
  if (server_program() == nullptr) {
    GTEST_SKIP() << "SOTTO_VAULT_SERVER names no server";
  }
  const auto* const test =
      ::testing::UnitTest::GetInstance()->current_test_info();
  prefix_ = std::string(test->test_suite_name()) + "." + test->name();
}

VaultOptions VaultTest::options(const std::string& token) {
  VaultOptions made;
  made.address = server().url();
  made.prefix = prefix_;
  made.auth = token_auth(token);
  return made;
}

std::unique_ptr<VaultStore> VaultTest::open(VaultOptions options) {
  auto store = VaultStore::open(std::move(options));
  EXPECT_EQ(error_text(store), "");
  return store ? std::move(*store) : nullptr;
}

std::string VaultTest::at(std::string_view kind, std::string_view group) {
  return "secret/" + std::string(kind) + "/" + prefix_ + "/org/acme/" +
         std::string(group);
}

Told VaultTest::write_group(std::string_view group, const json& data) {
  return server().write(at("data", group), {{"data", data}});
}

}  // namespace sotto::testing
