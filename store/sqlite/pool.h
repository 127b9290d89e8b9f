// SPDX-License-Identifier: Apache-2.0
//
// Connections to one database, for many threads: readers run side by side.

#ifndef SOTTO_STORE_SQLITE_POOL_H_
#define SOTTO_STORE_SQLITE_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "store/sqlite/database.h"

namespace sotto::sqlite {

// Thread-safe. Opens connections as they are needed, `capacity` at most, and
// keeps them; who finds none free waits.
class Pool {
 public:
  using Open = std::function<Result<Database>()>;

  // A connection while it is in use.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          database_(std::move(other.database_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->take_back(std::move(database_));
    }
    Database& operator*() { return database_; }
    Database* operator->() { return &database_; }

   private:
    friend class Pool;
    Lease(Pool* pool, Database database)
        : pool_(pool), database_(std::move(database)) {}
    Pool* pool_;
    Database database_;
  };

  // `first` is already open; `open` makes more like it.
  Pool(Database first, Open open, std::size_t capacity);

  Result<Lease> lease();
  // For whoever will write: one at a time, so that the threads of this process
  // queue here and do not poll for SQLite's lock.
  std::unique_lock<std::mutex> writer_turn() {
    return std::unique_lock(writers_);
  }

 private:
  void take_back(Database database) noexcept;

  Open open_;
  std::size_t capacity_;
  std::mutex writers_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable returned_;
  std::size_t open_count_ = 1;
  std::vector<Database> idle_;  // Never grows past its reserved capacity.
};

}  // namespace sotto::sqlite

#endif  // SOTTO_STORE_SQLITE_POOL_H_
