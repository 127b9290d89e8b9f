// SPDX-License-Identifier: Apache-2.0
//
// tests/http/fault_server.py as a child process: plays what a test tells it to
// and says what it was sent.

#ifndef SOTTO_TESTS_STORE_TESTING_FAULT_SERVER_H_
#define SOTTO_TESTS_STORE_TESTING_FAULT_SERVER_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::testing {

// What is done once a request was read, as fault_server.py describes it.
using Step = nlohmann::json;
using Answer = std::vector<Step>;

Step unread();
Step read_only(std::size_t bytes);
Step send_text(std::string_view text, int times = 1);  // -1: for ever.
Step drip(std::string_view text, double every);
Step pause(double seconds);
Step close_it();
Step reset_it();
Step echo();

struct ReceivedRequest {
  std::string port;  // Its name, as in "plain".
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string part;  // Of one that was not read to its end.

  // In whatever case; none if it was not sent.
  std::optional<std::string> header(std::string_view name) const;
};

struct Received {
  std::vector<ReceivedRequest> requests;
  std::map<std::string, int> connections;

  int connections_to(const std::string& port) const;
};

class FaultServer {
 public:
  explicit FaultServer(const std::filesystem::path& tls_folder = {});
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  // The one that all tests of a program share, and the one with certificates
  // (in tls_folder()). Started when first asked for.
  static FaultServer& plain();
  static FaultServer& tls();
  static std::filesystem::path tls_folder();

  int port(const std::string& name = "plain") const;
  // "127.0.0.1:40001"
  std::string peer(const std::string& name = "plain") const;
  // "http://127.0.0.1:40001", https where that is what it speaks.
  std::string origin(const std::string& name = "plain") const;

  // One for each request that comes, the last for all that follow.
  void play(const std::vector<Answer>& answers);
  Received received();

 private:
  nlohmann::json ask(const nlohmann::json& command);

  pid_t process_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
  std::map<std::string, int> ports_;
};

// An answer that is all right, `head` being more header lines, each with its
// line break.
Answer answer(int status, std::string_view body, std::string_view head = "");

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_STORE_TESTING_FAULT_SERVER_H_
