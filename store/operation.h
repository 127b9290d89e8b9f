// SPDX-License-Identifier: Apache-2.0
//
// What one piece of work may take, and what it took: one deadline for all the
// calls, retries and waits in it, a way to stop it, and its counts.

#ifndef SOTTO_STORE_OPERATION_H_
#define SOTTO_STORE_OPERATION_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sotto {

using Deadline = std::chrono::steady_clock::time_point;

// How long a render, a write or a listing may wait for stores, all in all.
inline constexpr std::chrono::seconds kOperationTime{30};

// What the calls of an operation came to.
struct CallCounts {
  std::uint64_t calls = 0;    // Sent, the retries and logins among them.
  std::uint64_t retries = 0;  // Of those, sent again after trouble.
  std::uint64_t logins = 0;
  std::uint64_t bytes_sent = 0;  // Bodies and headers.
  std::uint64_t bytes_received = 0;
  std::uint64_t cache_hits = 0;  // Secrets that needed no call.
};

// Handed down from whoever asks to whoever calls. Thread-safe: stores work for
// one operation side by side.
class Operation {
 public:
  explicit Operation(std::chrono::milliseconds limit = kOperationTime)
      : deadline_(std::chrono::steady_clock::now() + limit) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  Deadline deadline() const { return deadline_; }

  // From now on nothing is begun for it, and what waits for it stops waiting
  // within a tenth of a second: kCancelled.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  void add(const CallCounts& more);
  CallCounts counts() const;

 private:
  const Deadline deadline_;
  std::atomic<bool> cancelled_{false};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> logins_{0};
  std::atomic<std::uint64_t> bytes_sent_{0};
  std::atomic<std::uint64_t> bytes_received_{0};
  std::atomic<std::uint64_t> cache_hits_{0};
};

}  // namespace sotto

#endif  // SOTTO_STORE_OPERATION_H_
