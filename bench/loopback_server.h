// SPDX-License-Identifier: Apache-2.0
//
// The cheapest HTTP server there is: the same answer to everything, from one
// thread, so that what is measured is the client.

#ifndef SOTTO_BENCH_LOOPBACK_SERVER_H_
#define SOTTO_BENCH_LOOPBACK_SERVER_H_

#include <cstdint>
#include <string>
#include <thread>

namespace sotto::bench {

class LoopbackServer {
 public:
  // `answer`: all of it, head and body.
  explicit LoopbackServer(std::string answer);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& answer() const { return answer_; }

 private:
  void serve() const;
  void accept_one() const;
  bool answer_one(int connection) const;

  const std::string answer_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int stop_ = -1;
  int events_ = -1;
  std::thread thread_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_LOOPBACK_SERVER_H_
