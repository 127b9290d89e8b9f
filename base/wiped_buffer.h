// SPDX-License-Identifier: Apache-2.0
//
// The buffer for rendered text, which is as secret as what was put into it but
// too large to be locked: left out of core dumps, and wiped when it is cleared
// or goes. Growing leaves no copy behind.

#ifndef SOTTO_BASE_WIPED_BUFFER_H_
#define SOTTO_BASE_WIPED_BUFFER_H_

#include <cstddef>
#include <string_view>

#include "base/unprintable.h"

namespace sotto {

// A growing run of bytes. Move-only; belongs to one thread. Reuse one for many
// renders: fresh memory costs more than rendering into it.
//
// Up to 16 KiB live in the locked arena and cost no system call; more is a
// mapping of its own, in huge pages from 4 MiB on.
class WipedBuffer : private Unprintable<WipedBuffer> {
 public:
  WipedBuffer() noexcept = default;
  WipedBuffer(WipedBuffer&& other) noexcept;
  WipedBuffer& operator=(WipedBuffer&& other) noexcept;
  WipedBuffer(const WipedBuffer&) = delete;
  WipedBuffer& operator=(const WipedBuffer&) = delete;
  ~WipedBuffer();

  // Each returns false, and changes nothing, when there is no memory. `bytes`
  // must not point into the buffer itself.
  bool reserve(std::size_t capacity) noexcept;
  // The same in the locked arena, however much that is: for a buffer that is
  // used again and again. Of an empty one that has no memory yet.
  bool reserve_locked(std::size_t capacity) noexcept;
  bool append(std::string_view bytes) noexcept;

  // Room for `size` more bytes, made part of the text by commit(). Null
  // without memory.
  char* prepare(std::size_t size) noexcept;
  void commit(std::size_t size) noexcept { size_ += size; }

  // Wipes all bytes from `size` on, those that were prepared and never
  // committed too. Keeps the memory.
  void truncate(std::size_t size) noexcept;
  void clear() noexcept { truncate(0); }
  // Begins a new text in place of this one. What the new one does not write
  // over stays in memory until clear() or the end: for whoever makes one text
  // after another of the same secrets.
  void restart() noexcept { size_ = 0; }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  // The text; the same care as for SecretString::expose().
  std::string_view expose() const noexcept { return {data_, size_}; }

 private:
  bool grow(std::size_t capacity) noexcept;
  void release() noexcept;

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  bool in_arena_ = false;
  std::size_t touched_ = 0;  // What may have been written to; >= size_.
};

}  // namespace sotto

#endif  // SOTTO_BASE_WIPED_BUFFER_H_
