// SPDX-License-Identifier: Apache-2.0

#include "tests/store/testing_fault_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

#include "tests/store/testing_store.h"

namespace sotto::testing {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::string read_line(std::FILE* stream) {
  std::string line;
  for (int c = 0; (c = std::fgetc(stream)) != EOF && c != '\n';) {
    line += static_cast<char>(c);
  }
  return line;
}

ReceivedRequest request_of(const nlohmann::json& json) {
  ReceivedRequest request;
  request.port = json.value("port", "");
  request.method = json.value("method", "");
  request.path = json.value("path", "");
  request.body = json.value("body", "");
  request.part = json.value("part", "");
  for (const auto& header : json.value("headers", nlohmann::json::array())) {
    request.headers.emplace_back(header[0], header[1]);
  }
  return request;
}

// Bytes as JSON can carry them: the server takes code points for bytes.
std::string as_text(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) text += static_cast<char>(0xC0 | (byte >> 6));
    text += byte < 0x80 ? c : static_cast<char>(0x80 | (byte & 0x3F));
  }
  return text;
}

template <typename Value>
Step step(const char* name, Value value) {
  Step made = Step::object();
  made[name] = value;
  return made;
}

}  // namespace

std::optional<std::string> ReceivedRequest::header(
    std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (same_word(header, name)) return value;
  }
  return std::nullopt;
}

int Received::connections_to(const std::string& port) const {
  const auto found = connections.find(port);
  return found == connections.end() ? 0 : found->second;
}

FaultServer::FaultServer(const std::filesystem::path& tls_folder) {
  std::vector<std::string> words{
      "python3", "-B", SOTTO_SOURCE_DIR "/tests/http/fault_server.py"};
  if (!tls_folder.empty()) {
    words.insert(words.end(), {"--tls", tls_folder.string()});
  }
  std::vector<char*> args;
  for (std::string& word : words) args.push_back(word.data());
  args.push_back(nullptr);
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
  const int failed = ::posix_spawnp(&process_, args[0], &actions, nullptr,
                                    args.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_ = ::fdopen(in[1], "w");
  from_ = ::fdopen(out[0], "r");
  if (failed != 0) throw std::runtime_error("python3 cannot be started");
  const auto ports = nlohmann::json::parse(read_line(from_), nullptr, false);
  if (!ports.is_object()) throw std::runtime_error("no fault server");
  ports_ = ports.get<std::map<std::string, int>>();
}

FaultServer::~FaultServer() {
  std::fclose(to_);  // Its sign to go.
  std::fclose(from_);
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

FaultServer& FaultServer::plain() {
  static FaultServer server;
  return server;
}

std::filesystem::path FaultServer::tls_folder() {
  static const TempFolder folder;
  return folder.path();
}

FaultServer& FaultServer::tls() {
  static FaultServer server(tls_folder());
  return server;
}

int FaultServer::port(const std::string& name) const { return ports_.at(name); }

std::string FaultServer::peer(const std::string& name) const {
  return fmt::format("127.0.0.1:{}", port(name));
}

std::string FaultServer::origin(const std::string& name) const {
  const bool encrypted =
      name != "plain" && name != "other" && name != "proxy" && name != "closed";
  return (encrypted ? "https://" : "http://") + peer(name);
}

nlohmann::json FaultServer::ask(const nlohmann::json& command) {
  const std::string line = command.dump() + "\n";
  std::fwrite(line.data(), 1, line.size(), to_);
  std::fflush(to_);
  return nlohmann::json::parse(read_line(from_));
}

void FaultServer::play(const std::vector<Answer>& answers) {
  nlohmann::json command;
  command["play"] = answers;
  ask(command);
}

Received FaultServer::received() {
  const nlohmann::json told = ask({{"record", true}});
  Received received;
  for (const auto& request : told.at("requests")) {
    received.requests.push_back(request_of(request));
  }
  received.connections =
      told.at("connections").get<std::map<std::string, int>>();
  return received;
}

Step unread() { return step("unread", true); }
Step read_only(std::size_t bytes) { return step("read", bytes); }
Step send_text(std::string_view text, int times) {
  Step sent = step("send", as_text(text));
  sent["times"] = times;
  return sent;
}
Step drip(std::string_view text, double every) {
  Step sent = step("drip", as_text(text));
  sent["every"] = every;
  return sent;
}
Step pause(double seconds) { return step("delay", seconds); }
Step close_it() { return step("close", true); }
Step reset_it() { return step("reset", true); }
Step echo() { return step("echo", true); }

Answer answer(int status, std::string_view body, std::string_view head) {
  return {send_text(
      fmt::format("HTTP/1.1 {} Told\r\n{}Content-Length: {}\r\n\r\n{}", status,
                  head, body.size(), body))};
}

}  // namespace sotto::testing
