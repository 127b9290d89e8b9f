// SPDX-License-Identifier: Apache-2.0

#include "store/file_guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sotto {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPermissions = 07777;
constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kOthersMayRead = 0044;

std::string_view kind_of(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

struct Reason {
  ErrorCode code;
  std::string_view text;
};

Reason reason_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return {ErrorCode::kMissing, "it is not there"};
    case EEXIST:
      return {ErrorCode::kConflict, "it is there already"};
    case ELOOP:
      return {ErrorCode::kUnsafeFile, "it is a symbolic link"};
    case ENOSPC:
      return {ErrorCode::kNoSpace, "the disk is full"};
    case EDQUOT:
      return {ErrorCode::kNoSpace, "the disk quota is used up"};
    case ENOMEM:
      return {ErrorCode::kNoMemory, "no memory"};
    case EACCES:
    case EPERM:
      return {ErrorCode::kIo, "permission denied"};
    case EROFS:
      return {ErrorCode::kIo, "the file system is read-only"};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::kIo, "too many open files"};
    case ENOTDIR:
      return {ErrorCode::kIo, "a part of its path is not a folder"};
    case ENAMETOOLONG:
      return {ErrorCode::kIo, "its name is too long"};
    case EFBIG:
      return {ErrorCode::kNoSpace, "the limit of file sizes is reached"};
    default:
      return {ErrorCode::kIo, "the device reports an error"};
  }
}

}  // namespace

std::string quoted_file(std::string_view noun, const fs::path& file) {
  return fmt::format("{} \"{}\"", noun, file.native());
}

tl::unexpected<Error> file_error(std::string_view noun, const fs::path& file,
                                 std::string_view verb, int error_number) {
  const Reason reason = reason_of(error_number);
  return fail(reason.code,
              fmt::format("{} cannot be {}: {}", quoted_file(noun, file), verb,
                          reason.text));
}

Result<void> check_file(const struct stat& status, std::string_view noun,
                        const fs::path& file, mode_t forbidden_mode) {
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("{} is {}: expected a regular file",
                            quoted_file(noun, file), kind_of(status.st_mode)));
  }
  if (status.st_uid != geteuid()) {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("{} belongs to another user: expected user {}, "
                            "found {}",
                            quoted_file(noun, file), geteuid(), status.st_uid),
                "run as its owner, or make the file your own");
  }
  if ((status.st_mode & forbidden_mode) != 0) {
    const bool readable = (status.st_mode & forbidden_mode & kOthersMayRead);
    return fail(
        ErrorCode::kUnsafeFile,
        fmt::format("{} can be {} by others: its mode is {:04o}",
                    quoted_file(noun, file), readable ? "read" : "written",
                    status.st_mode & kPermissions),
        fmt::format("chmod {} \"{}\"",
                    forbidden_mode & kOthersMayRead ? "600" : "go-w",
                    file.native()));
  }
  return {};
}

Result<void> check_file(std::string_view noun, const fs::path& file,
                        mode_t forbidden_mode) {
  struct stat status;
  if (lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return fail(ErrorCode::kMissing,
                  fmt::format("{} is not there", quoted_file(noun, file)),
                  "restore it from a backup; a new project begins with: "
                  "sotto init");
    }
    return file_error(noun, file, "opened", errno);
  }
  return check_file(status, noun, file, forbidden_mode);
}

Result<void> check_absent(std::string_view noun, const fs::path& file) {
  struct stat status;
  if (lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return file_error(noun, file, "created", errno);
  }
  return file_error(noun, file, "created", EEXIST);
}

fs::path folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

Result<int> create_private_file(std::string_view noun, const fs::path& file) {
  const int descriptor =
      open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
           kPrivateMode);
  if (descriptor < 0) return file_error(noun, file, "created", errno);
  // The umask may have taken the owner's own bits away.
  if (fchmod(descriptor, kPrivateMode) != 0) {
    const int error_number = errno;
    close(descriptor);
    unlink(file.c_str());
    return file_error(noun, file, "created", error_number);
  }
  return descriptor;
}

Result<void> sync_folder(std::string_view noun, const fs::path& file) {
  const fs::path folder = folder_of(file);
  const int descriptor =
      open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return file_error(noun, file, "created", errno);
  const int status = fsync(descriptor);
  const int error_number = errno;
  close(descriptor);
  if (status != 0) return file_error(noun, file, "created", error_number);
  return {};
}

NewFile::~NewFile() {
  if (name_ != nullptr) unlink(name_);
}

}  // namespace sotto
