// SPDX-License-Identifier: Apache-2.0

#include "base/wiped_buffer.h"

#include <sodium.h>
#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "base/secret_memory.h"

namespace sotto {
namespace {

constexpr std::size_t kSmallest = 256;
constexpr std::size_t kInArena = 16u << 10;      // At most.
constexpr std::size_t kSmallestMapping = 65536;  // Touched page by page.
constexpr std::size_t kHugePage = 2u << 20;
constexpr std::size_t kHugeFrom = 4u << 20;

std::size_t round_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

// What a buffer for `capacity` bytes really has.
std::size_t real_capacity(std::size_t capacity) {
  if (capacity <= kInArena) return secret_memory::usable_size(capacity);
  if (capacity < kHugeFrom) return round_up(capacity, kSmallestMapping);
  return round_up(capacity, kHugePage);
}

// `size` bytes of address space, beginning at a huge page where that will be
// of use. Null without memory.
char* map(std::size_t size) {
  const std::size_t slack = size < kHugeFrom ? 0 : kHugePage;
  void* const mapping = ::mmap(nullptr, size + slack, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(mapping);
  if (slack == 0) return begin;
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::size_t before = round_up(address, kHugePage) - address;
  if (before > 0) ::munmap(begin, before);
  if (before < slack) ::munmap(begin + before + size, slack - before);
  return begin + before;
}

void advise(char* begin, std::size_t size) {
  ::madvise(begin, size, MADV_DONTDUMP);
  if (size >= kHugeFrom) ::madvise(begin, size, MADV_HUGEPAGE);
}

}  // namespace

WipedBuffer::WipedBuffer(WipedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      in_arena_(std::exchange(other.in_arena_, false)),
      touched_(std::exchange(other.touched_, 0)) {}

WipedBuffer& WipedBuffer::operator=(WipedBuffer&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    in_arena_ = std::exchange(other.in_arena_, false);
    touched_ = std::exchange(other.touched_, 0);
  }
  return *this;
}

WipedBuffer::~WipedBuffer() { release(); }

bool WipedBuffer::reserve(std::size_t capacity) noexcept {
  return capacity <= capacity_ || grow(capacity);
}

bool WipedBuffer::reserve_locked(std::size_t capacity) noexcept {
  assert(data_ == nullptr && capacity > 0);
  data_ = static_cast<char*>(secret_memory::allocate(capacity));
  if (data_ == nullptr) return false;
  capacity_ = capacity;
  in_arena_ = true;
  return true;
}

bool WipedBuffer::append(std::string_view bytes) noexcept {
  if (bytes.empty()) return true;
  assert(bytes.data() + bytes.size() <= data_ ||
         bytes.data() >= data_ + capacity_);
  char* const room = prepare(bytes.size());
  if (room == nullptr) return false;
  std::memcpy(room, bytes.data(), bytes.size());
  commit(bytes.size());
  return true;
}

char* WipedBuffer::prepare(std::size_t size) noexcept {
  if (data_ == nullptr || size > capacity_ - size_) {
    if (size > std::numeric_limits<std::size_t>::max() - size_) return nullptr;
    if (!grow(std::max({size_ + size, capacity_ + capacity_ / 2, kSmallest}))) {
      return nullptr;
    }
  }
  touched_ = std::max(touched_, size_ + size);
  return data_ + size_;
}

void WipedBuffer::truncate(std::size_t size) noexcept {
  assert(size <= size_);
  if (touched_ > size) sodium_memzero(data_ + size, touched_ - size);
  touched_ = size;
  size_ = size;
}

// From mapping to mapping the kernel moves the pages themselves, so that
// nothing is copied and nothing is left behind.
bool WipedBuffer::grow(std::size_t capacity) noexcept {
  if (capacity > std::numeric_limits<std::size_t>::max() / 2) return false;
  capacity = real_capacity(capacity);
  const bool is_mapping = data_ != nullptr && !in_arena_;
  char* larger = nullptr;
  if (capacity <= kInArena) {
    larger = static_cast<char*>(secret_memory::allocate(capacity));
  }
  const bool in_arena = larger != nullptr;
  if (!in_arena) {
    capacity = std::max(capacity, kSmallestMapping);
    larger = map(capacity);
    if (larger == nullptr) return false;
    if (is_mapping &&
        ::mremap(data_, capacity_, capacity, MREMAP_MAYMOVE | MREMAP_FIXED,
                 larger) == MAP_FAILED) {
      ::munmap(larger, capacity);
      return false;
    }
    advise(larger, capacity);
  }
  if (in_arena_) {
    std::memcpy(larger, data_, size_);
    secret_memory::release(data_, capacity_);
    touched_ = size_;
  }
  data_ = larger;
  capacity_ = capacity;
  in_arena_ = in_arena;
  return true;
}

void WipedBuffer::release() noexcept {
  if (data_ == nullptr) return;
  if (in_arena_) {
    secret_memory::release(data_, capacity_);
  } else {
    sodium_memzero(data_, touched_);
    ::munmap(data_, capacity_);
  }
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
  in_arena_ = false;
  touched_ = 0;
}

}  // namespace sotto
