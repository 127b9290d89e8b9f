// SPDX-License-Identifier: Apache-2.0
//
// A listener has a queue and a thread of its own: one that blocks keeps
// neither a writer nor another listener waiting.

#include "resolver/change_listener.h"

#include <cassert>
#include <condition_variable>
#include <deque>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/guarded.h"

namespace sotto {

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kCreated:
      return "created";
    case ChangeKind::kUpdated:
      return "updated";
    case ChangeKind::kDeleted:
      return "deleted";
    case ChangeKind::kRestored:
      return "restored";
  }
  assert(false);
  return "";
}

// What a subscription and its thread share. The thread keeps it alive, so that
// a subscription may end in the listener's own call.
class ChangeSubscription::Impl {
 public:
  explicit Impl(std::shared_ptr<ChangeListener> listener)
      : listener_(std::move(listener)) {}

  static void start(const std::shared_ptr<Impl>& self) {
    self->thread_ = std::thread([self] { self->run(); });
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      waiting_.clear();
      missed_ = 0;
    }
    wake_.notify_one();
    if (thread_.get_id() == std::this_thread::get_id()) {
      thread_.detach();
    } else if (thread_.joinable()) {
      thread_.join();
    }
  }

  void add(std::span<const SecretChange> changes) noexcept {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    for (const SecretChange& change : changes) {
      if (missed_ > 0 || !keep(change)) ++missed_;
    }
    wake_.notify_one();
  }

 private:
  bool keep(const SecretChange& change) noexcept {
    if (waiting_.size() == kMaxWaitingChanges) return false;
    try {
      waiting_.push_back(change);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  // What comes next: all that waits, in order, and then what was missed after
  // it. None once it is to stop.
  struct Next {
    std::deque<SecretChange> changes;
    std::size_t missed = 0;
  };

  std::optional<Next> wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock,
               [&] { return stopping_ || !waiting_.empty() || missed_ > 0; });
    if (stopping_) return std::nullopt;
    Next next;
    next.changes.swap(waiting_);
    next.missed = std::exchange(missed_, 0);
    return next;
  }

  bool stopping() {
    const std::scoped_lock lock(mutex_);
    return stopping_;
  }

  template <typename Tell>
  void tell(const Tell& tell) noexcept {
    try {
      if (!stopping()) tell();
    } catch (...) {
      // Its own affair: the change is made, and others want to hear of it.
    }
  }

  void run() {
    while (const auto next = wait()) {
      for (const SecretChange& change : next->changes) {
        tell([&] { listener_->changed(change); });
      }
      if (next->missed > 0) tell([&] { listener_->missed(next->missed); });
    }
  }

  const std::shared_ptr<ChangeListener> listener_;
  std::mutex mutex_;  // Of what follows but the thread.
  std::condition_variable wake_;
  std::deque<SecretChange> waiting_;
  std::size_t missed_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

ChangeSubscription::ChangeSubscription(std::shared_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
ChangeSubscription::ChangeSubscription(ChangeSubscription&&) noexcept = default;

ChangeSubscription& ChangeSubscription::operator=(
    ChangeSubscription&& other) noexcept {
  if (this != &other) {
    if (impl_ != nullptr) impl_->stop();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

ChangeSubscription::~ChangeSubscription() {
  if (impl_ != nullptr) impl_->stop();
}

Result<ChangeSubscription> ChangeFeed::listen(
    std::shared_ptr<ChangeListener> listener) {
  return guarded([&]() -> Result<ChangeSubscription> {
    auto impl = std::make_shared<ChangeSubscription::Impl>(std::move(listener));
    const std::scoped_lock lock(mutex_);
    std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
    listeners_.push_back(impl);
    try {
      ChangeSubscription::Impl::start(impl);
    } catch (const std::system_error&) {
      listeners_.pop_back();
      return fail(ErrorCode::kNoMemory, "no thread for a listener is left");
    }
    return ChangeSubscription(std::move(impl));
  });
}

void ChangeFeed::tell(std::span<const SecretChange> changes) noexcept {
  const std::scoped_lock lock(mutex_);
  for (const auto& each : listeners_) {
    if (const auto listener = each.lock()) listener->add(changes);
  }
}

}  // namespace sotto
