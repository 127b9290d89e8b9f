// SPDX-License-Identifier: Apache-2.0
//
// A document that is read piece by piece, as often as needed, and never kept.

#ifndef SOTTO_SERVICE_LARGE_FILE_H_
#define SOTTO_SERVICE_LARGE_FILE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "base/span.h"
#include "service/file_state.h"
#include "service/read_ahead.h"

namespace sotto {

// Belongs to one thread.
class LargeFile {
 public:
  // Smaller ones are as well read whole.
  static constexpr std::size_t kLeast = 1u << 20;

  // A regular file of `least` bytes or more. None if it is no such file, cannot
  // be read, or was changed so shortly before that its time would not tell if
  // that happened again: read_input_file() then has the word.
  static std::optional<LargeFile> open(std::string name,
                                       std::size_t least = kLeast);

  // The same file, for another thread. Fails with kIo, kNoMemory.
  Result<LargeFile> again() const;

  const std::string& name() const { return name_; }
  const FileState& state() const { return state_; }
  std::size_t size() const { return state_.size; }

  // The bytes in a span of the file; they stay until the next call. Meanwhile
  // another thread reads the span that is likely to be asked for `next`. Fails
  // with kChanged if they are not there any more, kIo, kNoMemory.
  Result<std::string_view> read(Span span, Span next = {});

  // Is it still the file that was opened? Fails with kChanged if not.
  Result<void> check_unchanged() const {
    return check_file_state(name_, state_);
  }

 private:
  LargeFile(std::string name, FileDescriptor fd, const FileState& state)
      : name_(std::move(name)), fd_(std::move(fd)), state_(state) {}

  std::string name_;
  FileDescriptor fd_;
  FileState state_;
  PieceBuffer buffer_;
  std::unique_ptr<ReadAhead> ahead_;  // Before fd_ goes.
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LARGE_FILE_H_
