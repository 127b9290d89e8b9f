// SPDX-License-Identifier: Apache-2.0
//
// What a call of the HTTP client costs above the sockets beneath it: against a
// server in this process, beside somebody who only sends and receives the same
// bytes. One call after the other, and a hundred side by side.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/loopback_server.h"
#include "bench/reporter.h"
#include "store/http/call_runner.h"
#include "store/http/client.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kSideBySide = 100;
constexpr char kTarget[] = "/v1/secret/data/sotto/org/acme/github";
constexpr char kToken[] =
    "hvs.not-a-token-but-as-long-as-one-is-in-most-places";

std::string canned_answer() {
  const std::string body =
      R"({"request_id":"5b9f6d8e-1c36-4a0c-8c3f-3f0a3b9e1d11","lease_id":"",)"
      R"("renewable":false,"lease_duration":0,"data":{"data":{"TOKEN":)"
      R"("not-a-token-but-as-long-as-one-is","USER":"somebody"},"metadata":{)"
      R"("created_time":"2026-01-01T00:00:00.000000000Z","custom_metadata":)"
      R"(null,"deletion_time":"","destroyed":false,"version":3}},)"
      R"("wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"})";
  return fmt::format(
      "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: "
      "application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
}

// Sends and receives, and looks at nothing.
class RawSockets {
 public:
  RawSockets(const LoopbackServer& server, std::size_t count)
      : answer_size_(server.answer().size()),
        request_(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                             "User-Agent: none\r\nAccept: */*\r\n"
                             "X-Vault-Token: {}\r\n\r\n",
                             kTarget, server.port(), kToken)) {
    for (std::size_t i = 0; i < count; ++i) {
      sockets_.push_back(connected(server.port()));
    }
  }
  ~RawSockets() {
    for (const int socket : sockets_) ::close(socket);
  }
  RawSockets(const RawSockets&) = delete;
  RawSockets& operator=(const RawSockets&) = delete;

  void exchange() {
    bytes_ = 0;
    for (const int socket : sockets_) {
      if (::send(socket, request_.data(), request_.size(), 0) < 0) return;
    }
    std::array<char, 4096> buffer;
    for (const int socket : sockets_) {
      for (std::size_t left = answer_size_; left > 0;) {
        const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (got <= 0) return;
        left -= static_cast<std::size_t>(got);
        bytes_ += static_cast<std::size_t>(got);
      }
    }
  }
  bool right() const { return bytes_ == answer_size_ * sockets_.size(); }

 private:
  static int connected(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address),
                  sizeof address) != 0) {
      std::abort();
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }

  const std::size_t answer_size_;
  const std::string request_;
  std::vector<int> sockets_;
  std::size_t bytes_ = 0;
};

// The same by the client, or by the runner of many calls.
class Calls {
 public:
  explicit Calls(const LoopbackServer& server)
      : origin_(fmt::format("http://127.0.0.1:{}", server.port())),
        token_(std::make_shared<SecretString>(
            SecretString::copy_of(kToken).value())) {
    HttpOptions options;
    options.origins = {origin_};
    auto opened = HttpClient::open(std::move(options));
    if (!opened) std::abort();
    client_ = std::move(*opened);
    runner_ = std::make_unique<CallRunner>(*client_);
    const Call call{
        .request = [this] { return Result<HttpRequest>(request()); }};
    calls_.assign(kSideBySide, call);
  }

  void one() {
    Operation operation;
    good_ = is_good(client_->send(request(), operation.deadline(), operation));
  }
  void side_by_side() {
    Operation operation;
    good_ = true;
    for (const CallResult& result : runner_->run(calls_, operation)) {
      good_ = good_ && is_good(result);
    }
  }
  bool right() const { return good_; }

 private:
  HttpRequest request() const {
    HttpRequest request;
    request.url = origin_ + kTarget;
    request.credential_header = "X-Vault-Token";
    request.credential = token_;
    return request;
  }
  static bool is_good(const HttpResult& result) {
    return result && result->status == 200 && !result->body.empty();
  }

  const std::string origin_;
  const std::shared_ptr<const SecretString> token_;
  std::unique_ptr<HttpClient> client_;
  std::unique_ptr<CallRunner> runner_;
  std::vector<Call> calls_;
  bool good_ = false;
};

}  // namespace

namespace {

// By the clock and not by this thread's own time: it waits for two others.
void time_by_the_clock(const std::string& name,
                       const std::function<void()>& run) {
  benchmark::RegisterBenchmark(name.c_str(), [run](benchmark::State& state) {
    for (auto _ : state) run();
  })->UseRealTime();
}

}  // namespace

void measure_http(Session& session) {
  if (!session.wants("http")) return;
  const LoopbackServer server(canned_answer());
  Calls calls(server);
  RawSockets one(server, 1);
  RawSockets many(server, kSideBySide);
  one.exchange();
  many.exchange();
  calls.one();
  bool right = calls.right();
  calls.side_by_side();
  right = right && calls.right() && one.right() && many.right();
  time_by_the_clock("sockets alone/http one call", [&] { one.exchange(); });
  time_by_the_clock("HTTP client/http one call", [&] {
    calls.one();
    right = right && calls.right();
  });
  time_by_the_clock("sockets alone/http 100 calls", [&] { many.exchange(); });
  time_by_the_clock("HTTP client/http 100 calls", [&] {
    calls.side_by_side();
    right = right && calls.right();
  });
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  if (!right) {
    session.measurements.fail("HTTP client", "http", "an answer was not one");
    return;
  }
  for (const auto& [name, samples] : reporter.all()) {
    const std::size_t slash = name.find('/');
    const std::string workload = name.substr(slash + 1);
    const double items = workload == "http one call" ? 1 : kSideBySide;
    session.measurements.add(
        {.what = name.substr(0, slash), .workload = workload, .items = items},
        samples.nanoseconds);
  }
}

}  // namespace sotto::bench
