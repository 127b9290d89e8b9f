// SPDX-License-Identifier: Apache-2.0

#include "service/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace sotto {
namespace {

struct Trouble {
  ErrorCode code;
  std::string_view hint;
};

Trouble trouble_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return {ErrorCode::kNoSpace, "make room and try again"};
    case EFBIG:
      return {ErrorCode::kNoSpace, "raise the limit of file sizes (ulimit -f)"};
    case ENOMEM:
      return {ErrorCode::kNoMemory, ""};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::kIo, "raise the limit of open files (ulimit -n)"};
    case EACCES:
    case EPERM:
      return {ErrorCode::kIo, "check its owner and mode"};
    case EROFS:
      return {ErrorCode::kIo, "the file system can only be read"};
    default:
      return {ErrorCode::kIo, ""};
  }
}

}  // namespace

std::string system_message(int error_number) {
  std::string words = std::generic_category().message(error_number);
  // "Is a directory" -> "is a directory", but "I/O" ... stay as they are.
  if (words.size() > 1 && words[1] >= 'a' && words[1] <= 'z') {
    words[0] = static_cast<char>(words[0] | 0x20);
  }
  return words;
}

Error system_error(int error_number, std::string_view what) {
  const Trouble trouble = trouble_of(error_number);
  return {trouble.code,
          fmt::format("cannot {}: {}", what, system_message(error_number)),
          std::string(trouble.hint)};
}

}  // namespace sotto
