// SPDX-License-Identifier: Apache-2.0

#include "store/vault/login.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "store/vault/auth.h"
#include "store/vault/errors.h"

namespace sotto {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxRefusals = 2;
constexpr seconds kRefusalTime{60};
constexpr milliseconds kCancelCheck{50};
// A token that was found valid is not looked up again so soon.
constexpr seconds kFoundValid{10};
// The next try after a renewal that found no store.
constexpr seconds kNextRenewal{5};

// The token in use.
struct Held {
  std::shared_ptr<const SecretString> token;
  std::uint64_t generation = 0;
  Clock::time_point expires = Clock::time_point::max();
  Clock::time_point renewal = Clock::time_point::max();
  milliseconds life{0};
  bool renewable = false;
  FileStamp stamp;  // Of a static token's file.
  std::optional<Clock::time_point> found_valid;
};

}  // namespace

struct VaultLogin::Impl {
  Impl(const VaultOptions& options, VaultCalls& calls)
      : store(options.name),
        method(options.auth.method),
        file(options.auth.file),
        authenticator(options, calls) {}

  Result<VaultToken> token(Operation& operation);
  Result<bool> replaceable(const VaultToken& token, Operation& operation);

  // Those with a lock are called with it held, and hold it when they return.
  using Lock = std::unique_lock<std::mutex>;
  VaultToken given() const { return {held->token, held->generation}; }
  void reread_changed_file();
  std::optional<Result<VaultToken>> wait(Lock& lock, Operation& operation);
  Result<VaultToken> obtain(Lock& lock, Operation& operation);
  void renew(Lock& lock, Operation& operation);
  Result<Held> begin_session(Operation& operation);
  Result<void> check_refusals();
  Held as_held(VaultSession session);
  void set_times(Held& next, seconds lease);
  Result<bool> replace_static(Lock& lock, const VaultToken& token);

  const std::string store;
  const VaultMethod method;
  const std::filesystem::path file;

  std::mutex mutex;  // Guards what follows.
  std::condition_variable done_working;
  bool working = false;  // One thread logs in or renews, without the lock.
  std::optional<Held> held;
  std::uint64_t generations = 0;
  std::uint64_t failures = 0;  // Logins that failed for all who waited.
  std::optional<Error> failure;
  std::vector<Clock::time_point> refusals;
  std::minstd_rand random{std::random_device()()};

  VaultAuthenticator authenticator;  // Of the thread that works.
};

namespace {

// Makes one thread the one that works, without the lock.
template <typename Lock, typename Impl>
class Work {
 public:
  Work(Lock& lock, Impl& impl) : lock_(lock), impl_(impl) {
    impl_.working = true;
    lock_.unlock();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() { end(); }

  void end() {
    if (ended_) return;
    ended_ = true;
    lock_.lock();
    impl_.working = false;
    impl_.done_working.notify_all();
  }

 private:
  Lock& lock_;
  Impl& impl_;
  bool ended_ = false;
};

}  // namespace

// Two thirds of the life, give or take a twentieth: many processes that began
// together must not come back together.
void VaultLogin::Impl::set_times(Held& next, seconds lease) {
  if (lease == seconds(0)) return;
  const auto now = Clock::now();
  const milliseconds life = lease;
  const auto twentieth = std::max<std::int64_t>(life.count() / 20, 1);
  std::uniform_int_distribution<std::int64_t> jitter(-twentieth, twentieth);
  next.life = std::max(next.life, life);
  next.expires = now + life;
  next.renewal = now + life * 2 / 3 + milliseconds(jitter(random));
}

Held VaultLogin::Impl::as_held(VaultSession session) {
  Held next;
  next.token = std::make_shared<const SecretString>(std::move(session.token));
  next.renewable = session.renewable;
  set_times(next, session.lease);
  return next;
}

Result<void> VaultLogin::Impl::check_refusals() {
  const auto now = Clock::now();
  std::erase_if(refusals, [&](const Clock::time_point& when) {
    return now - when >= kRefusalTime;
  });
  if (refusals.size() < kMaxRefusals) return {};
  const auto left =
      std::chrono::ceil<seconds>(refusals.front() + kRefusalTime - now);
  return fail(ErrorCode::kForbidden,
              fmt::format("store \"{}\" refused {} logins within a minute: the "
                          "next one is tried in {} s",
                          store, refusals.size(), left.count()),
              failure ? failure->hint : std::string());
}

// Called by the thread that works.
Result<Held> VaultLogin::Impl::begin_session(Operation& operation) {
  if (is_static(method)) {
    Held next;
    SOTTO_ASSIGN_OR_RETURN(SecretString read,
                           authenticator.read_token(next.stamp));
    next.token = std::make_shared<const SecretString>(std::move(read));
    return next;
  }
  bool refused = false;
  auto session = authenticator.login(operation, refused);
  const std::scoped_lock lock(mutex);
  if (refused) refusals.push_back(Clock::now());
  if (!session) return tl::unexpected<Error>(std::move(session).error());
  refusals.clear();
  return as_held(std::move(*session));
}

Result<VaultToken> VaultLogin::Impl::obtain(Lock& lock, Operation& operation) {
  if (!is_static(method)) SOTTO_RETURN_IF_ERROR(check_refusals());
  Work work(lock, *this);
  auto next = begin_session(operation);
  work.end();
  if (next) {
    held = std::move(*next);
    held->generation = ++generations;
    return given();
  }
  // Who waited does not try again, unless it was this operation's own time
  // that was over.
  if (!operation.cancelled() && Clock::now() < operation.deadline()) {
    failure = next.error();
    ++failures;
  }
  return tl::unexpected<Error>(std::move(next).error());
}

// The old token serves the others meanwhile, and goes on serving if nothing
// comes of it.
void VaultLogin::Impl::renew(Lock& lock, Operation& operation) {
  const Held old = *held;
  Work work(lock, *this);
  Result<VaultSession> renewed =
      old.renewable ? authenticator.renew(old.token, operation)
                    : fail(ErrorCode::kForbidden, "not renewable");
  if (renewed) {
    work.end();
    if (!held || held->generation != old.generation) return;
    set_times(*held, renewed->lease);
    // What is left of its longest life: next time there will be a new one.
    held->renewable = milliseconds(renewed->lease) * 2 >= held->life;
    return;
  }
  if (renewed.error().code == ErrorCode::kForbidden) {
    work.end();
    if (check_refusals() && obtain(lock, operation)) return;
  } else {
    work.end();
  }
  if (held) held->renewal = Clock::now() + kNextRenewal;
}

// A file that is gone changes nothing: the token that was in it may be good.
void VaultLogin::Impl::reread_changed_file() {
  if (!held || !is_static(method) || file.empty()) return;
  const auto stamp = credential_stamp(method, file);
  if (stamp && *stamp != held->stamp) held.reset();
}

// Until whoever works is done; an answer if that is to be given at once.
std::optional<Result<VaultToken>> VaultLogin::Impl::wait(Lock& lock,
                                                         Operation& operation) {
  const std::uint64_t before = failures;
  while (working) {
    if (operation.cancelled()) {
      return fail(ErrorCode::kCancelled, "cancelled");
    }
    if (Clock::now() >= operation.deadline()) {
      return fail(
          ErrorCode::kUnreachable,
          fmt::format("store \"{}\" did not answer the login in time", store),
          "run: sotto health");
    }
    done_working.wait_for(lock, kCancelCheck);
  }
  if (!held && failures != before) return tl::unexpected(*failure);
  return std::nullopt;
}

Result<VaultToken> VaultLogin::Impl::token(Operation& operation) {
  Lock lock(mutex);
  while (true) {
    if (!working) reread_changed_file();
    const auto now = Clock::now();
    if (held && now < held->expires) {
      if (now >= held->renewal && !working) renew(lock, operation);
      if (held) return given();
      continue;
    }
    if (!working) return obtain(lock, operation);
    if (auto answer = wait(lock, operation)) return std::move(*answer);
  }
}

// Is there another one where it came from?
Result<bool> VaultLogin::Impl::replace_static(Lock& lock,
                                              const VaultToken& token) {
  Held next;
  Work work(lock, *this);
  auto read = authenticator.read_token(next.stamp);
  work.end();
  if (!read) return tl::unexpected<Error>(std::move(read).error());
  if (equal_in_constant_time(*read, *token.value)) {
    return tl::unexpected(vault_errors::invalid_token(store));
  }
  next.token = std::make_shared<const SecretString>(std::move(*read));
  next.generation = ++generations;
  held = std::move(next);
  return true;
}

Result<bool> VaultLogin::Impl::replaceable(const VaultToken& token,
                                           Operation& operation) {
  Lock lock(mutex);
  while (true) {
    if (!held || held->generation != token.generation) return true;
    if (held->found_valid && Clock::now() - *held->found_valid < kFoundValid) {
      return false;
    }
    if (!working) break;
    if (auto answer = wait(lock, operation)) {
      return tl::unexpected<Error>(std::move(answer->error()));
    }
  }
  Work work(lock, *this);
  const auto valid = authenticator.is_valid(token.value, operation);
  work.end();
  if (!held || held->generation != token.generation) return true;
  if (!valid || *valid) {  // What cannot be told changes nothing.
    if (valid) held->found_valid = Clock::now();
    return false;
  }
  if (is_static(method)) return replace_static(lock, token);
  held.reset();
  return true;
}

VaultLogin::VaultLogin(const VaultOptions& options, VaultCalls& calls)
    : impl_(std::make_unique<Impl>(options, calls)) {}

VaultLogin::~VaultLogin() = default;

Result<VaultToken> VaultLogin::token(Operation& operation) {
  return impl_->token(operation);
}

Result<bool> VaultLogin::replaceable(const VaultToken& token,
                                     Operation& operation) {
  return impl_->replaceable(token, operation);
}

}  // namespace sotto
