// SPDX-License-Identifier: Apache-2.0

#include "base/secret_string.h"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <exception>
#include <limits>

#include "base/secret_memory.h"

namespace sotto {
namespace {

constexpr std::size_t kSmallest = 32;  // Of a builder that grows by itself.

Error no_memory() noexcept {
  try {
    return {ErrorCode::kNoMemory, "no memory for a secret value",
            "raise the limit of memory, or of locked memory (ulimit -l)"};
  } catch (const std::exception&) {
    // Short enough to need no memory itself.
    return {ErrorCode::kNoMemory, "no memory", {}};
  }
}

char* allocate(std::size_t size) noexcept {
  return static_cast<char*>(secret_memory::allocate(size));
}

}  // namespace

SecretString::~SecretString() { secret_memory::release(data_, size_); }

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this != &other) {
    secret_memory::release(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Result<SecretString> SecretString::copy_of(std::string_view bytes) {
  SecretString copy;
  if (bytes.empty()) return copy;
  copy.data_ = allocate(bytes.size());
  if (copy.data_ == nullptr) return tl::unexpected<Error>(no_memory());
  copy.size_ = bytes.size();
  std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

bool equal_in_constant_time(const SecretString& a, const SecretString& b) {
  if (a.empty() && b.empty()) return true;
  return a.size() == b.size() &&
         sodium_memcmp(a.expose().data(), b.expose().data(), a.size()) == 0;
}

SecretBuilder::SecretBuilder(SecretBuilder&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      failed_(std::exchange(other.failed_, false)) {}

SecretBuilder& SecretBuilder::operator=(SecretBuilder&& other) noexcept {
  if (this != &other) {
    reset();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    failed_ = std::exchange(other.failed_, false);
  }
  return *this;
}

SecretBuilder::~SecretBuilder() { reset(); }

bool SecretBuilder::reserve(std::size_t capacity) noexcept {
  if (failed_) return false;
  if (capacity <= capacity_) return true;
  char* const larger = allocate(capacity);
  if (larger == nullptr) return fail();
  if (size_ > 0) std::memcpy(larger, data_, size_);
  secret_memory::release(data_, capacity_);
  data_ = larger;
  capacity_ = secret_memory::usable_size(capacity);
  return true;
}

bool SecretBuilder::append(std::string_view bytes) noexcept {
  assert(bytes.empty() || bytes.data() + bytes.size() <= data_ ||
         bytes.data() >= data_ + capacity_);
  char* const room = prepare(bytes.size());
  if (room == nullptr) return false;
  if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
  commit(bytes.size());
  return true;
}

char* SecretBuilder::prepare(std::size_t size) noexcept {
  if (failed_) return nullptr;
  if (data_ == nullptr || size > capacity_ - size_) {
    if (size > std::numeric_limits<std::size_t>::max() - size_) {
      fail();
      return nullptr;
    }
    // Twice as much, so that a chain of appends takes linear time.
    if (!reserve(std::max({size_ + size, capacity_ * 2, kSmallest}))) {
      return nullptr;
    }
  }
  return data_ + size_;
}

Result<SecretString> SecretBuilder::take() {
  if (failed_) {
    reset();
    return tl::unexpected<Error>(no_memory());
  }
  if (size_ > 0 && secret_memory::usable_size(size_) == capacity_) {
    SecretString value;
    value.data_ = std::exchange(data_, nullptr);
    value.size_ = std::exchange(size_, 0);
    capacity_ = 0;
    return value;
  }
  Result<SecretString> value = SecretString::copy_of(expose());
  reset();
  return value;
}

bool SecretBuilder::fail() noexcept {
  failed_ = true;
  return false;
}

void SecretBuilder::reset() noexcept {
  secret_memory::release(data_, capacity_);
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
  failed_ = false;
}

}  // namespace sotto
