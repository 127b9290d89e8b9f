// SPDX-License-Identifier: Apache-2.0
//
// Makes the calls of one store: as many side by side as it bears, again where
// that may help, and all of them within one deadline.
//
// What is repeated (promises N1, N2): a connection that was not made, and 408,
// 412, 429, 473, 500, 502, 503, 504. At most five tries a call, after waits of
// full jitter under an exponential ceiling, or what Retry-After says; paid from
// a budget (10 to begin with, two fifths more a call), so that a store in
// trouble is asked less and not more.
//
// How many are under way: additive increase, multiplicative decrease (RFC 5681
// has the idea) on 429 and 503.

#ifndef SOTTO_STORE_HTTP_CALL_RUNNER_H_
#define SOTTO_STORE_HTTP_CALL_RUNNER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "store/http/client.h"
#include "store/operation.h"

namespace sotto {

// A call that can be made again: each try makes its request anew, with the
// credential of that moment.
struct Call {
  std::function<Result<HttpRequest>()> request;
  // false: once the server may have acted on it, it is not repeated. (412,
  // 429, 473 and 503 say that it has not.)
  bool idempotent = true;
};

// How a call ended: the last answer, whatever its status, or why there is none.
using CallResult = HttpResult;

struct CallRunnerOptions {
  std::size_t initial_window = 64;  // Calls side by side.
  std::size_t max_window = 128;
  int max_tries = 5;
  std::chrono::milliseconds first_wait{100};  // Ceiling of the first wait.
  std::chrono::milliseconds longest_wait{10'000};
};

// Borrows the client. Thread-safe; window and budget are shared by all who
// call through it.
class CallRunner {
 public:
  CallRunner(HttpClient& client, CallRunnerOptions options = {});
  ~CallRunner();

  // Makes all of them and answers in their order. Never throws for lack of an
  // answer; std::bad_alloc.
  std::vector<CallResult> run(std::span<const Call> calls,
                              Operation& operation);
  CallResult run(const Call& call, Operation& operation);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_CALL_RUNNER_H_
