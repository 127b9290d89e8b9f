// SPDX-License-Identifier: Apache-2.0
//
// What an immutable object makes only when somebody asks for it.

#ifndef SOTTO_GRAMMAR_MADE_ONCE_H_
#define SOTTO_GRAMMAR_MADE_ONCE_H_

#include <atomic>
#include <memory>

namespace sotto {

// A T that the first call of get() makes. Thread-safe without a lock: threads
// that ask at once may each make one, of which one is kept.
template <typename T>
class MadeOnce {
 public:
  MadeOnce() = default;
  MadeOnce(const MadeOnce&) = delete;
  MadeOnce& operator=(const MadeOnce&) = delete;
  ~MadeOnce() { delete made_.load(); }

  template <typename Make>
  const T& get(const Make& make) const {
    if (const T* const made = made_.load(std::memory_order_acquire)) {
      return *made;
    }
    auto fresh = std::make_unique<const T>(make());
    const T* other = nullptr;
    if (!made_.compare_exchange_strong(other, fresh.get(),
                                       std::memory_order_acq_rel)) {
      return *other;
    }
    return *fresh.release();
  }

 private:
  mutable std::atomic<const T*> made_ = nullptr;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_MADE_ONCE_H_
