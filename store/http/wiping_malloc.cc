// SPDX-License-Identifier: Apache-2.0

#include "store/http/wiping_malloc.h"

#include <malloc.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sotto::wiping {

void* allocate(std::size_t size) noexcept { return std::malloc(size); }

void* allocate_zeroed(std::size_t count, std::size_t size) noexcept {
  return std::calloc(count, size);
}

void* reallocate(void* piece, std::size_t size) noexcept {
  if (piece == nullptr) return allocate(size);
  void* const larger = allocate(size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, piece, std::min(size, ::malloc_usable_size(piece)));
  release(piece);
  return larger;
}

char* duplicate(const char* text) noexcept {
  const std::size_t size = std::strlen(text) + 1;
  void* const copy = allocate(size);
  if (copy != nullptr) std::memcpy(copy, text, size);
  return static_cast<char*>(copy);
}

void release(void* piece) noexcept {
  if (piece == nullptr) return;
  sodium_memzero(piece, ::malloc_usable_size(piece));
  std::free(piece);
}

}  // namespace sotto::wiping
