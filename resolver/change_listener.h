// SPDX-License-Identifier: Apache-2.0
//
// For who wants to know when a secret changes: names, never a value.
//
//   auto listening = manager.listen(std::make_shared<MyListener>());

#ifndef SOTTO_RESOLVER_CHANGE_LISTENER_H_
#define SOTTO_RESOLVER_CHANGE_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/store.h"

namespace sotto {

enum class ChangeKind : std::uint8_t {
  kCreated,
  kUpdated,
  kDeleted,
  kRestored
};

std::string_view to_string(ChangeKind kind);

struct SecretChange {
  ChangeKind kind = ChangeKind::kUpdated;
  Scope scope;
  SecretRef ref;
  Version version = 0;  // Of the group, which this change made.

  friend bool operator==(const SecretChange&, const SecretChange&) = default;
};

// Called on a thread of its own, one call at a time, in the order in which the
// changes were recorded: it may take its time, and what it throws is dropped.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;

  // Once for each change, after store and catalog have it.
  virtual void changed(const SecretChange& change) = 0;

  // So many changes came faster than they were taken and will not be told:
  // whoever keeps a copy of names reads the catalog again.
  virtual void missed(std::size_t changes) { (void)changes; }
};

// How many changes wait for one listener at most.
inline constexpr std::size_t kMaxWaitingChanges = 4096;

// Listens as long as it lives. Its end drops what was not told yet and waits
// for the call under way, unless that call itself is what ends it.
class ChangeSubscription {
 public:
  ChangeSubscription() = default;
  ChangeSubscription(ChangeSubscription&&) noexcept;
  ChangeSubscription& operator=(ChangeSubscription&&) noexcept;
  ~ChangeSubscription();

 private:
  friend class ChangeFeed;
  class Impl;
  explicit ChangeSubscription(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// Takes changes to whoever listens, without waiting for anybody. Thread-safe.
class ChangeFeed {
 public:
  // Starts a thread for it. Fails with kNoMemory where there is none.
  Result<ChangeSubscription> listen(std::shared_ptr<ChangeListener> listener);

  // Leaves the changes, in this order, with each listener's thread. Where
  // there is no memory or no room for that, they are counted as missed.
  void tell(std::span<const SecretChange> changes) noexcept;

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<ChangeSubscription::Impl>> listeners_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_CHANGE_LISTENER_H_
