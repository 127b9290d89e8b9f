// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/pool.h"

namespace sotto::sqlite {

Pool::Pool(Database first, Open open, std::size_t capacity)
    : open_(std::move(open)), capacity_(capacity) {
  idle_.reserve(capacity);
  idle_.push_back(std::move(first));
}

Result<Pool::Lease> Pool::lease() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(
        lock, [this] { return !idle_.empty() || open_count_ < capacity_; });
    if (!idle_.empty()) {
      Lease lease(this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
    ++open_count_;
  }
  // Whatever happens, nobody waits for a connection that never was.
  struct Undo {
    Pool* pool;
    ~Undo() {
      if (pool == nullptr) return;
      const std::lock_guard lock(pool->mutex_);
      --pool->open_count_;
      pool->returned_.notify_one();
    }
  } undo{this};
  SOTTO_ASSIGN_OR_RETURN(Database database, open_());
  undo.pool = nullptr;
  return Lease(this, std::move(database));
}

void Pool::take_back(Database database) noexcept {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(database));
  }
  returned_.notify_one();
}

}  // namespace sotto::sqlite
