// SPDX-License-Identifier: Apache-2.0
//
// Another thread reads the next piece of a file, while this one is busy with
// the piece before.

#ifndef SOTTO_SERVICE_READ_AHEAD_H_
#define SOTTO_SERVICE_READ_AHEAD_H_

#include <cstddef>
#include <memory>
#include <semaphore>
#include <thread>

#include "base/span.h"

namespace sotto {

// Room for a piece of a file; it only grows.
struct PieceBuffer {
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;

  // Throws std::bad_alloc.
  void reserve(std::size_t size);
};

// Reads a span of a file into a buffer that has room for it. False with errno:
// zero if the file ends before the span does.
bool read_piece(int fd, Span span, const PieceBuffer& buffer);

// Does nothing where there is but one processor, or no thread to be had: then
// there is nothing to take().
class ReadAhead {
 public:
  // Borrows the descriptor.
  explicit ReadAhead(int fd) : fd_(fd) {}
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Begins to read a span. Nothing may be under way: take() was called since.
  // Throws std::bad_alloc.
  void begin(Span span);

  // Waits for what was begun. If it is this span and could be read, changes
  // places with `buffer`.
  bool take(Span span, PieceBuffer& buffer);

 private:
  bool start();
  void run() noexcept;

  const int fd_;
  bool under_way_ = false;
  // The other thread's between the two semaphores.
  Span span_;
  PieceBuffer buffer_;
  bool ok_ = false;
  bool stops_ = false;
  std::binary_semaphore begun_{0};
  std::binary_semaphore done_{0};
  std::jthread thread_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_READ_AHEAD_H_
