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

std::vector<std::string> server_words(const std::vector<std::string>& args) {
  const char* const program = server_program();
  if (program == nullptr) throw std::runtime_error("no Vault server");
  std::vector<std::string> words{program, "-tied"};
  words.insert(words.end(), args.begin(), args.end());
  return words;
}

std::string word_after(TiedProgram& program, const std::string& wanted) {
  while (true) {
    const std::string line = program.line();
    if (line.starts_with(wanted + ' ')) return line.substr(wanted.size() + 1);
  }
}

}  // namespace

TiedProgram::TiedProgram(std::vector<std::string> words) {
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
  const int failed = ::posix_spawnp(&process_, argv[0], &actions, nullptr,
                                    argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  output_ = ::fdopen(out[0], "r");
  if (failed != 0) {
    process_ = -1;
    throw std::runtime_error(words[0] + " cannot be started");
  }
}

std::string TiedProgram::line() {
  std::string text;
  for (int c = 0; (c = std::fgetc(output_)) != '\n';) {
    if (c == EOF) throw std::runtime_error("it ended before it was ready");
    text += static_cast<char>(c);
  }
  return text;
}

void TiedProgram::stop() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(input_);
  std::fclose(output_);
  process_ = -1;
}

VaultServer::VaultServer(const std::vector<std::string>& args)
    : program_(server_words(args)) {
  unseal_key_ = word_after(program_, "unseal");
  url_ = word_after(program_, "ready");
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
  client_.reset();
  program_.stop();
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
