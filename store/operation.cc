// SPDX-License-Identifier: Apache-2.0

#include "store/operation.h"

namespace sotto {

void Operation::add(const CallCounts& more) {
  constexpr auto kOrder = std::memory_order_relaxed;
  calls_.fetch_add(more.calls, kOrder);
  retries_.fetch_add(more.retries, kOrder);
  logins_.fetch_add(more.logins, kOrder);
  bytes_sent_.fetch_add(more.bytes_sent, kOrder);
  bytes_received_.fetch_add(more.bytes_received, kOrder);
  cache_hits_.fetch_add(more.cache_hits, kOrder);
}

CallCounts Operation::counts() const {
  constexpr auto kOrder = std::memory_order_relaxed;
  CallCounts counts;
  counts.calls = calls_.load(kOrder);
  counts.retries = retries_.load(kOrder);
  counts.logins = logins_.load(kOrder);
  counts.bytes_sent = bytes_sent_.load(kOrder);
  counts.bytes_received = bytes_received_.load(kOrder);
  counts.cache_hits = cache_hits_.load(kOrder);
  return counts;
}

}  // namespace sotto
