// SPDX-License-Identifier: Apache-2.0
//
// The one arena that all secret values live in: locked into RAM, left out of
// core dumps, between guard pages, wiped when a piece is given back.
//
// It is the process's own (memory locks are a matter of the process), made at
// first use and never torn down. Thread-safe.

#ifndef SOTTO_BASE_SECRET_MEMORY_H_
#define SOTTO_BASE_SECRET_MEMORY_H_

#include <cstddef>

#include "base/result.h"

namespace sotto {

struct SecretMemoryStatus {
  std::size_t capacity = 0;  // Bytes of all regions.
  std::size_t used = 0;      // Bytes handed out, rounded up to pieces.
  std::size_t locked = 0;    // Of capacity; less than it: the kernel refused.
  // Was anything ever handed out while not all was locked? What could not be
  // locked may be gone by now.
  bool ever_unlocked = false;

  bool all_locked() const { return locked == capacity; }
};

SecretMemoryStatus secret_memory_status();

// From now on an allocation that cannot be locked fails with kNoMemory. Fails
// with kNoMemory at once, and changes nothing, if the memory that there is
// (or, before first use, the first region) cannot be locked.
// The default is to go on with memory that is not locked: whoever runs the
// process asks secret_memory_status() and says so once.
Result<void> require_locked_memory();

namespace secret_memory {

// For SecretString, SecretBuilder and WipedBuffer alone. `size` > 0. The piece
// is aligned for any type and not cleared. Null if there is no memory, or none
// that can be locked while that is required.
void* allocate(std::size_t size) noexcept;

// Wipes and takes back a piece of allocate(size).
void release(void* piece, std::size_t size) noexcept;

// How large a piece of `size` really is; all of it may be written. Pieces of
// equal usable size are interchangeable for release().
std::size_t usable_size(std::size_t size) noexcept;

}  // namespace secret_memory

}  // namespace sotto

#endif  // SOTTO_BASE_SECRET_MEMORY_H_
