// SPDX-License-Identifier: Apache-2.0
//
// Requests come from any thread, are handed to one of the client's own, and
// their answers come back from it. Times are kept here.

#include "store/http/client.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <list>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "base/guarded.h"
#include "store/http/curl_transport.h"

namespace sotto {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How often times and cancellations are looked at while calls are under way.
constexpr milliseconds kGlance{20};

struct Transfer : HttpExchange {
  Transfer(HttpClient::Done&& given, Deadline limit, Operation& whose)
      : done(std::move(given)), deadline(limit), operation(whose) {}

  HttpClient::Done done;
  Deadline deadline;
  Operation& operation;
  std::optional<Error> refused;  // Never sent: the request is none.
  bool begun = false;
  Clock::time_point since;  // Begun, or when the last byte of it left.
  bool connected = false;
  std::size_t uploaded = 0;
  std::list<Transfer>::iterator place;
};

// Signals are for the threads of the program.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

HttpFailure failure_of(const Transfer& transfer) {
  if (transfer.refused) {
    return {.error = *transfer.refused,
            .may_repeat = false,
            .may_have_arrived = false};
  }
  return http_failure(transfer.trouble.value_or(HttpTrouble::kNoMemory),
                      transfer.message.peer, transfer.sent);
}

HttpResult result_of(Transfer& transfer) {
  if (transfer.refused || transfer.trouble) {
    return tl::unexpected(failure_of(transfer));
  }
  HttpResponse response;
  response.status = transfer.status;
  response.body = std::move(transfer.answer);
  response.location = transfer.head.location();
  response.retry_after = transfer.head.retry_after(std::time(nullptr));
  response.date = transfer.head.date();
  response.bytes_sent = transfer.bytes_sent;
  response.bytes_received = transfer.bytes_received;
  return response;
}

HttpResult no_memory(bool sent) noexcept {
  return tl::unexpected(
      HttpFailure{.error = {ErrorCode::kNoMemory, "no memory", {}},
                  .may_repeat = false,
                  .may_have_arrived = sent});
}

// Tells whoever waits, once and for all.
void complete(Transfer& transfer) noexcept {
  if (transfer.begun) {
    CallCounts counts;
    counts.calls = 1;
    counts.bytes_sent = transfer.bytes_sent;
    counts.bytes_received = transfer.bytes_received;
    transfer.operation.add(counts);
  }
  HttpResult result = no_memory(transfer.sent);
  try {
    result = result_of(transfer);
  } catch (const std::bad_alloc&) {
  }
  try {
    transfer.done(std::move(result));
  } catch (...) {
    // Whoever throws here has been told what there was to tell.
  }
}

Result<void> check_readable(const std::filesystem::path& file,
                            std::string_view what) {
  if (file.empty() || ::access(file.c_str(), R_OK) == 0) return {};
  return fail(ErrorCode::kInvalidConfig,
              std::string(what) + " \"" + file.string() + "\" cannot be read",
              "name a PEM file that this user may read");
}

Result<void> check(HttpOptions& options) {
  if (options.origins.empty()) {
    return fail(ErrorCode::kInvalidConfig, "a store has no address");
  }
  for (std::string& origin : options.origins) {
    SOTTO_ASSIGN_OR_RETURN(origin, normal_origin(origin));
  }
  if (options.client_cert.empty() != options.client_key.empty()) {
    return fail(ErrorCode::kInvalidConfig,
                "a client certificate and its key are named together",
                "name both, or neither");
  }
  options.max_connections = std::max<std::size_t>(options.max_connections, 1);
  SOTTO_RETURN_IF_ERROR(check_readable(options.ca_file, "the CA file"));
  SOTTO_RETURN_IF_ERROR(
      check_readable(options.client_cert, "the client certificate"));
  return check_readable(options.client_key, "the client key");
}

}  // namespace

struct HttpClient::Impl {
  explicit Impl(HttpOptions given) : options(std::move(given)) {}

  void run() noexcept;
  bool take_arrived();
  void begin_waiting();
  void finish(Transfer& transfer);
  void finish_waiting(Transfer& transfer, HttpTrouble why);
  void look_at_times();
  std::optional<HttpTrouble> overdue(Transfer& transfer,
                                     Clock::time_point now) const;
  milliseconds time_to_wait() const;
  void stop_all();

  const HttpOptions options;
  std::unique_ptr<CurlTransport> transport;
  std::thread thread;

  std::mutex mutex;
  std::list<Transfer> arrived;  // Guarded by it, as is:
  bool stopping = false;

  // The thread's own.
  std::list<Transfer> waiting;
  std::list<Transfer> running;
  Clock::time_point next_glance;
  Clock::time_point next_deadline;
};

// false once the client is to go.
bool HttpClient::Impl::take_arrived() {
  const std::lock_guard lock(mutex);
  waiting.splice(waiting.end(), arrived);
  return !stopping;
}

void HttpClient::Impl::finish_waiting(Transfer& transfer, HttpTrouble why) {
  std::list<Transfer> ended;
  ended.splice(ended.end(), waiting, transfer.place);
  transfer.trouble = why;
  complete(transfer);
}

void HttpClient::Impl::finish(Transfer& transfer) {
  std::list<Transfer> ended;
  ended.splice(ended.end(), running, transfer.place);
  complete(transfer);
}

void HttpClient::Impl::begin_waiting() {
  while (!waiting.empty() && running.size() < options.max_connections) {
    Transfer& transfer = waiting.front();
    transfer.place = waiting.begin();
    if (transfer.refused) {
      finish_waiting(transfer, HttpTrouble::kNoMemory);
      continue;
    }
    if (transfer.operation.cancelled()) {
      finish_waiting(transfer, HttpTrouble::kCancelled);
      continue;
    }
    if (transfer.deadline <= Clock::now()) {
      finish_waiting(transfer, HttpTrouble::kDeadline);
      continue;
    }
    if (!transport->begin(transfer)) {
      finish_waiting(transfer, HttpTrouble::kNoMemory);
      continue;
    }
    running.splice(running.end(), waiting, transfer.place);
    transfer.begun = true;
    transfer.since = Clock::now();
    next_glance = {};
  }
}

// Why it has to end now, if it has.
std::optional<HttpTrouble> HttpClient::Impl::overdue(
    Transfer& transfer, Clock::time_point now) const {
  if (transfer.operation.cancelled()) return HttpTrouble::kCancelled;
  if (transfer.deadline <= now) return HttpTrouble::kDeadline;
  if (!transfer.begun || transfer.head.bytes() > 0) return std::nullopt;
  if (!transfer.connected) {
    if (!transport->connected(transfer)) {
      return now - transfer.since > options.connect_timeout
                 ? std::optional(HttpTrouble::kConnectTimeout)
                 : std::nullopt;
    }
    transfer.connected = true;
    transfer.since = now;
  }
  const std::size_t uploaded = transport->uploaded(transfer);
  if (std::exchange(transfer.uploaded, uploaded) != uploaded) {
    transfer.since = now;
  }
  return now - transfer.since > options.first_byte_timeout
             ? std::optional(HttpTrouble::kFirstByteTimeout)
             : std::nullopt;
}

void HttpClient::Impl::look_at_times() {
  const Clock::time_point now = Clock::now();
  if (now < next_glance && now < next_deadline) return;
  next_glance = now + kGlance;
  next_deadline = Clock::time_point::max();
  for (auto next = running.begin(); next != running.end();) {
    Transfer& transfer = *next;
    transfer.place = next++;
    if (const auto why = overdue(transfer, now)) {
      transport->stop(transfer, *why);
      finish(transfer);
    } else {
      next_deadline = std::min(next_deadline, transfer.deadline);
    }
  }
  for (auto next = waiting.begin(); next != waiting.end();) {
    Transfer& transfer = *next;
    transfer.place = next++;
    if (const auto why = overdue(transfer, now)) {
      finish_waiting(transfer, *why);
    } else {
      next_deadline = std::min(next_deadline, transfer.deadline);
    }
  }
}

milliseconds HttpClient::Impl::time_to_wait() const {
  if (running.empty() && waiting.empty()) return std::chrono::minutes(1);
  const auto until = std::min(next_glance, next_deadline) - Clock::now();
  return std::chrono::ceil<milliseconds>(
      std::max<Clock::duration>(until, milliseconds(0)));
}

void HttpClient::Impl::stop_all() {
  while (!running.empty()) {
    Transfer& transfer = running.front();
    transfer.place = running.begin();
    transport->stop(transfer, HttpTrouble::kCancelled);
    finish(transfer);
  }
  while (!waiting.empty()) {
    Transfer& transfer = waiting.front();
    transfer.place = waiting.begin();
    finish_waiting(transfer, HttpTrouble::kCancelled);
  }
}

void HttpClient::Impl::run() noexcept {
  while (take_arrived()) {
    begin_waiting();
    transport->perform();
    while (HttpExchange* const ended = transport->next_ended()) {
      finish(static_cast<Transfer&>(*ended));
    }
    look_at_times();
    begin_waiting();
    transport->wait(time_to_wait());
  }
  stop_all();
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpClient>> HttpClient::open(HttpOptions options) {
  return guarded([&]() -> Result<std::unique_ptr<HttpClient>> {
    SOTTO_RETURN_IF_ERROR(check(options));
    auto impl = std::make_unique<Impl>(std::move(options));
    SOTTO_ASSIGN_OR_RETURN(impl->transport, CurlTransport::open(impl->options));
    std::unique_ptr<HttpClient> client(new HttpClient(std::move(impl)));
    try {
      const SignalsBlocked blocked;
      client->impl_->thread =
          std::thread([impl = client->impl_.get()] { impl->run(); });
    } catch (const std::system_error&) {
      throw std::bad_alloc();  // No memory for a stack, or too many threads.
    }
    return client;
  });
}

HttpClient::~HttpClient() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->transport->wake();
  impl_->thread.join();
  // What somebody's Done has started while the thread came to its end.
  while (!impl_->arrived.empty()) {
    impl_->waiting.splice(impl_->waiting.end(), impl_->arrived);
    impl_->stop_all();
  }
}

void HttpClient::start(HttpRequest request, Deadline deadline,
                       Operation& operation, Done done) {
  std::list<Transfer> one;
  try {
    Transfer& transfer = one.emplace_back(std::move(done), deadline, operation);
    transfer.method = request.method;
    transfer.body = request.body;
    transfer.max_response = request.max_response > 0
                                ? request.max_response
                                : impl_->options.max_response;
    auto message = make_message(request, impl_->options.origins);
    if (message) {
      transfer.message = std::move(*message);
    } else {
      transfer.refused = std::move(message).error();
    }
    transfer.place = one.begin();
  } catch (const std::bad_alloc&) {
    Done& still = one.empty() ? done : one.front().done;
    still(no_memory(false));
    return;
  }
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->arrived.splice(impl_->arrived.end(), one);
  }
  impl_->transport->wake();
}

HttpResult HttpClient::send(HttpRequest request, Deadline deadline,
                            Operation& operation) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<HttpResult> result;
  } waiting;
  start(std::move(request), deadline, operation, [&waiting](HttpResult result) {
    const std::lock_guard lock(waiting.mutex);
    waiting.result.emplace(std::move(result));
    waiting.changed.notify_one();
  });
  std::unique_lock lock(waiting.mutex);
  waiting.changed.wait(lock, [&] { return waiting.result.has_value(); });
  return std::move(*waiting.result);
}

}  // namespace sotto
