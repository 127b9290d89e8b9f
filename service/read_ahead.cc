// SPDX-License-Identifier: Apache-2.0

#include "service/read_ahead.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "service/no_signals.h"
#include "service/parallel.h"

namespace sotto {
namespace {

// What is waited for is mostly about to happen: to look a few microseconds
// longer costs less than to be woken, which takes forty in a virtual machine.
void acquire_soon(std::binary_semaphore& semaphore) {
  for (int looks = 0; looks < 500; ++looks) {
    if (semaphore.try_acquire()) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  semaphore.acquire();
}

}  // namespace

void PieceBuffer::reserve(std::size_t size) {
  if (capacity >= size) return;
  bytes.reset();
  capacity = 0;
  bytes.reset(new char[size]);
  capacity = size;
}

bool read_piece(int fd, Span span, const PieceBuffer& buffer) {
  for (std::size_t done = 0; done < span.size();) {
    const ssize_t got =
        ::pread(fd, buffer.bytes.get() + done, span.size() - done,
                static_cast<off_t>(span.begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) return;
  if (under_way_) done_.acquire();
  stops_ = true;
  begun_.release();
}

void ReadAhead::begin(Span span) {
  if (!thread_.joinable() && !start()) return;
  buffer_.reserve(span.size());
  span_ = span;
  under_way_ = true;
  begun_.release();
}

bool ReadAhead::take(Span span, PieceBuffer& buffer) {
  if (!std::exchange(under_way_, false)) return false;
  acquire_soon(done_);
  if (!ok_ || span_.begin != span.begin || span_.end != span.end) return false;
  std::swap(buffer_, buffer);
  return true;
}

bool ReadAhead::start() {
  if (processor_count() == 1) return false;
  const NoSignals no_signals;
  try {
    thread_ = std::jthread([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void ReadAhead::run() noexcept {
  for (acquire_soon(begun_); !stops_; acquire_soon(begun_)) {
    ok_ = read_piece(fd_, span_, buffer_);
    done_.release();
  }
}

}  // namespace sotto
