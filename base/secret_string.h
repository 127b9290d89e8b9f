// SPDX-License-Identifier: Apache-2.0
//
// The type of every secret value. It cannot be printed, formatted, streamed,
// compared, hashed, copied by accident or put into JSON: expose() is the one
// door, and tests/safety/expose_allow_list.txt names the files that may use
// it.

#ifndef SOTTO_BASE_SECRET_STRING_H_
#define SOTTO_BASE_SECRET_STRING_H_

#include <cstddef>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/unprintable.h"

namespace sotto {

// Bytes in the locked arena (base/secret_memory.h), wiped when it goes. Any
// bytes, NUL and non-UTF-8 included. Not thread-safe; const use from several
// threads is.
class SecretString : private Unprintable<SecretString> {
 public:
  // The empty value; takes no memory.
  SecretString() noexcept = default;
  SecretString(SecretString&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  // The old value is wiped at once; `other` is empty afterwards.
  SecretString& operator=(SecretString&& other) noexcept;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  // Copies `bytes` in. The caller still owns, and wipes, the original.
  // Fails with kNoMemory.
  static Result<SecretString> copy_of(std::string_view bytes);

  // A second value of the same bytes, on purpose. Fails with kNoMemory.
  Result<SecretString> clone() const { return copy_of(expose()); }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  // The bytes themselves, valid as long as this value is. Whoever calls this
  // answers for where they go.
  std::string_view expose() const noexcept { return {data_, size_}; }

  friend bool operator==(const SecretString&, const SecretString&) = delete;

 private:
  friend class SecretBuilder;

  char* data_ = nullptr;
  std::size_t size_ = 0;
};

// Equal bytes, in time that depends on the lengths alone.
bool equal_in_constant_time(const SecretString& a, const SecretString& b);

// Puts a SecretString together, piece by piece. What it outgrows is wiped.
class SecretBuilder : private Unprintable<SecretBuilder> {
 public:
  SecretBuilder() noexcept = default;
  // Room for `capacity` bytes at once, where that is known.
  explicit SecretBuilder(std::size_t capacity) { (void)reserve(capacity); }
  SecretBuilder(SecretBuilder&& other) noexcept;
  SecretBuilder& operator=(SecretBuilder&& other) noexcept;
  SecretBuilder(const SecretBuilder&) = delete;
  SecretBuilder& operator=(const SecretBuilder&) = delete;
  ~SecretBuilder();

  // Each returns false, and leaves all as it was, when there is no memory.
  // From then on failed() is true and take() fails: a chain of appends needs
  // one check at its end. `bytes` must not point into the builder itself.
  bool reserve(std::size_t capacity) noexcept;
  bool append(std::string_view bytes) noexcept;
  bool append(char c) noexcept { return append(std::string_view(&c, 1)); }

  // Room for `size` more bytes, to be written by the caller (a read(), a
  // decoder) and then made part of the value by commit(). Null without memory.
  char* prepare(std::size_t size) noexcept;
  void commit(std::size_t size) noexcept { size_ += size; }

  std::size_t size() const noexcept { return size_; }
  bool failed() const noexcept { return failed_; }
  // What has been put together so far; the same care as for SecretString.
  std::string_view expose() const noexcept { return {data_, size_}; }

  // Hands the value over, in a piece that fits it. Fails with kNoMemory if
  // there was no memory for an append, or is none for that piece. Either way
  // the builder is empty and usable again.
  Result<SecretString> take();

 private:
  bool fail() noexcept;
  void reset() noexcept;

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  bool failed_ = false;
};

}  // namespace sotto

#endif  // SOTTO_BASE_SECRET_STRING_H_
