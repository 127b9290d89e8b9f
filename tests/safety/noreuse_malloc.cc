// SPDX-License-Identifier: Apache-2.0
//
// For LD_PRELOAD: an allocator that never gives memory out twice. free() does
// nothing and realloc() always moves, so that a copy of a secret that was
// freed without being wiped stays where it is until it is looked for. With the
// ordinary allocator finding it is luck.

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace {

constexpr std::size_t kChunk = 64u << 20;  // Of address space, not of memory.

std::atomic_flag busy = ATOMIC_FLAG_INIT;
std::uintptr_t cursor = 0;
std::uintptr_t chunk_end = 0;

// Before every block stands its size.
std::size_t& size_of(void* block) {
  return static_cast<std::size_t*>(block)[-1];
}

std::uintptr_t place(std::size_t alignment) {
  const std::uintptr_t first = cursor + sizeof(std::size_t);
  return (first + alignment - 1) / alignment * alignment;
}

bool add_chunk(std::size_t needed) {
  const std::size_t size = needed > kChunk ? needed : kChunk;
  void* const chunk = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (chunk == MAP_FAILED) return false;
  cursor = reinterpret_cast<std::uintptr_t>(chunk);
  chunk_end = cursor + size;
  return true;
}

void* take(std::size_t size, std::size_t alignment) {
  if (alignment < 16) alignment = 16;
  const std::size_t most = size + alignment + sizeof(std::size_t);
  if (most < size) {
    errno = ENOMEM;
    return nullptr;
  }
  while (busy.test_and_set(std::memory_order_acquire)) {
  }
  void* block = nullptr;
  if (cursor + most <= chunk_end || add_chunk(most)) {
    block = reinterpret_cast<void*>(place(alignment));
    size_of(block) = size;
    cursor = reinterpret_cast<std::uintptr_t>(block) + size;
  }
  busy.clear(std::memory_order_release);
  if (block == nullptr) errno = ENOMEM;
  return block;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return take(size, 16); }

void free(void*) {}

void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return take(bytes, 16);  // Fresh from the kernel: zero.
}

void* realloc(void* block, std::size_t size) {
  void* const moved = take(size, 16);
  if (moved != nullptr && block != nullptr) {
    const std::size_t old = size_of(block);
    memcpy(moved, block, old < size ? old : size);
  }
  return moved;
}

void* reallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(block, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return take(size, alignment);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return take(size, alignment);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = take(size, alignment);
  return *block == nullptr ? ENOMEM : 0;
}

std::size_t malloc_usable_size(void* block) {
  return block == nullptr ? 0 : size_of(block);
}

}  // extern "C"
