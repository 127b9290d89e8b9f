// SPDX-License-Identifier: Apache-2.0
//
// A file descriptor that closes itself.

#ifndef SOTTO_BASE_FILE_DESCRIPTOR_H_
#define SOTTO_BASE_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace sotto {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const noexcept { return fd_; }
  // Was it opened? If not, errno still says why.
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace sotto

#endif  // SOTTO_BASE_FILE_DESCRIPTOR_H_
