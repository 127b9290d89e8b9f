// SPDX-License-Identifier: Apache-2.0

#include "service/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "base/guarded.h"
#include "service/signal_hold.h"
#include "service/system_error.h"

namespace sotto {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr mode_t kPrivateFolder = 0700;
constexpr std::size_t kPieceBytes = 1u << 20;

// A file in the making: its folder, its name there, and how it is called in
// messages.
struct Target {
  FileDescriptor folder;
  std::string name;
  std::string what;  // write "out.json"
};

Result<Target> open_target(const std::filesystem::path& file) {
  Target target;
  target.what = fmt::format("write \"{}\"", file.native());
  target.name = file.filename().native();
  if (target.name.empty() || target.name == "." || target.name == "..") {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("\"{}\" is a folder, not a file", file.native()),
                "name the file to be written in it");
  }
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : ".";
  target.folder = FileDescriptor(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (target.folder) return target;
  if (errno == ENOENT) {
    return fail(ErrorCode::kIo,
                fmt::format("cannot {}: the folder \"{}\" does not exist",
                            target.what, folder.native()),
                "make the folder first");
  }
  if (errno == ENOTDIR) {
    return fail(ErrorCode::kIo, fmt::format("cannot {}: \"{}\" is not a folder",
                                            target.what, folder.native()));
  }
  return system_failure(errno, target.what);
}

// What stands at the target's place now: none, or a regular file.
Result<std::optional<struct stat>> look_at(const Target& target,
                                           const std::filesystem::path& file) {
  struct stat info{};
  if (::fstatat(target.folder.get(), target.name.c_str(), &info,
                AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return system_failure(errno, target.what);
  }
  const auto refuse = [&](std::string_view kind, std::string hint) {
    return fail(ErrorCode::kUnsafeFile,
                fmt::format("\"{}\" is {}, and is not written through",
                            file.native(), kind),
                std::move(hint));
  };
  switch (info.st_mode & S_IFMT) {
    case S_IFREG:
      return info;
    case S_IFLNK:
      return refuse("a symbolic link", "name the file that it leads to");
    case S_IFDIR:
      return fail(ErrorCode::kUnsafeFile,
                  fmt::format("\"{}\" is a folder, not a file", file.native()),
                  "name the file to be written in it");
    case S_IFIFO:
      return refuse("a FIFO", "write to standard output instead");
    case S_IFSOCK:
      return refuse("a socket", "write to standard output instead");
    default:
      return refuse("a device", "write to standard output instead");
  }
}

// Does the file hold exactly `text`, for its owner alone? Its bytes are as
// secret as ours and are wiped.
bool is_same(const Target& target, const struct stat& info,
             std::string_view text) {
  if ((info.st_mode & 07777 & ~kPrivate) != 0 || info.st_uid != ::geteuid() ||
      static_cast<std::size_t>(info.st_size) != text.size()) {
    return false;
  }
  const FileDescriptor fd(::openat(target.folder.get(), target.name.c_str(),
                                   O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return false;
  WipedBuffer piece;
  for (std::size_t offset = 0; offset < text.size();) {
    piece.clear();
    const std::size_t wanted = std::min(kPieceBytes, text.size() - offset);
    char* buffer = piece.prepare(wanted);
    if (buffer == nullptr) return false;
    const ssize_t got =
        ::pread(fd.get(), buffer, wanted, static_cast<off_t>(offset));
    if (got <= 0) return false;
    piece.commit(static_cast<std::size_t>(got));
    if (piece.expose() != text.substr(offset, piece.size())) return false;
    offset += piece.size();
  }
  return true;
}

// ".out.json.sotto-0123456789abcdef", cut to what a file name may be long.
std::string temporary_name(std::string_view name) {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) random = 0;
  return fmt::format(".{}.sotto-{:016x}", name.substr(0, 200), random);
}

// The new file, without a name as long as the file system can do that, and
// removed when this goes unless place() succeeded.
class Temporary {
 public:
  explicit Temporary(const Target& target) : target_(target) {
    fd_ = FileDescriptor(::openat(target.folder.get(), ".",
                                  O_TMPFILE | O_WRONLY | O_CLOEXEC, kPrivate));
    // Without /proc it could not be given a name later.
    if (fd_ && ::access("/proc/self/fd", F_OK) == 0) return;
    named_ = temporary_name(target.name);
    fd_ = FileDescriptor(::openat(
        target.folder.get(), named_.c_str(),
        O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, kPrivate));
    if (!fd_) named_.clear();
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!named_.empty()) {
      ::unlinkat(target_.folder.get(), named_.c_str(), 0);
    }
  }

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }

  // Puts it in its place. False with errno.
  bool place() {
    if (named_.empty()) {
      named_ = temporary_name(target_.name);
      const std::string self = fmt::format("/proc/self/fd/{}", fd_.get());
      if (::linkat(AT_FDCWD, self.c_str(), target_.folder.get(), named_.c_str(),
                   AT_SYMLINK_FOLLOW) != 0) {
        named_.clear();
        return false;
      }
    }
    if (::renameat(target_.folder.get(), named_.c_str(), target_.folder.get(),
                   target_.name.c_str()) != 0) {
      return false;
    }
    named_.clear();
    return true;
  }

 private:
  const Target& target_;
  FileDescriptor fd_;
  std::string named_;
};

tl::unexpected<Error> cancelled(const Target& target) {
  return fail(ErrorCode::kCancelled,
              fmt::format("stopped by a signal: did not {}", target.what));
}

Result<void> write_all(const Target& target, int fd, std::string_view text,
                       const SignalHold& hold) {
  while (!text.empty()) {
    if (hold.came()) return cancelled(target);
    const ssize_t written =
        ::write(fd, text.data(), std::min(kPieceBytes, text.size()));
    if (written < 0 && errno != EINTR) {
      return system_failure(errno, target.what);
    }
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<FileWrite> write_file(const std::filesystem::path& file,
                             std::string_view text, const SignalHold* held) {
  SOTTO_ASSIGN_OR_RETURN(const Target target, open_target(file));
  SOTTO_ASSIGN_OR_RETURN(const std::optional<struct stat> there,
                         look_at(target, file));
  if (there && is_same(target, *there, text)) return FileWrite::kUnchanged;

  std::optional<const SignalHold> own;
  const SignalHold& hold = held == nullptr ? own.emplace() : *held;
  if (hold.came()) return cancelled(target);
  Temporary temporary(target);
  if (!temporary) return system_failure(errno, target.what);
  // The umask may have taken bits away; none is ever added.
  if (::fchmod(temporary.fd(), kPrivate) != 0) {
    return system_failure(errno, target.what);
  }
  SOTTO_RETURN_IF_ERROR(write_all(target, temporary.fd(), text, hold));
  if (::fsync(temporary.fd()) != 0) return system_failure(errno, target.what);
  if (hold.came()) return cancelled(target);
  if (!temporary.place()) return system_failure(errno, target.what);
  if (::fsync(target.folder.get()) != 0) {
    return fail(ErrorCode::kOutcomeUnknown,
                fmt::format("wrote \"{}\", but it may not survive a power "
                            "loss: its folder cannot be synced: {}",
                            file.native(), system_message(errno)));
  }
  return FileWrite::kWritten;
}

Result<void> make_private_folder(const std::filesystem::path& folder) {
  const std::string what =
      fmt::format("make the folder \"{}\"", folder.native());
  if (::mkdir(folder.c_str(), kPrivateFolder) != 0) {
    // What else may stand there is told when a file is to be written in it.
    struct stat info{};
    const int trouble = errno;
    if (trouble == EEXIST || ::lstat(folder.c_str(), &info) == 0) return {};
    return system_failure(trouble, what);
  }
  if (::chmod(folder.c_str(), kPrivateFolder) != 0) {
    return system_failure(errno, what);
  }
  const std::filesystem::path above =
      folder.has_parent_path() ? folder.parent_path() : ".";
  const FileDescriptor fd(
      ::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return system_failure(errno, what);
  return {};
}

}  // namespace

Result<FileWrite> write_output_file(const std::filesystem::path& file,
                                    const WipedBuffer& text) {
  return guarded(
      [&] { return write_file(file, text.expose(), /*held=*/nullptr); });
}

Result<FileWrite> write_output_file(const std::filesystem::path& file,
                                    const WipedBuffer& text,
                                    const SignalHold& hold) {
  return guarded([&] { return write_file(file, text.expose(), &hold); });
}

Result<void> make_output_folder(const std::filesystem::path& folder) {
  return guarded([&]() -> Result<void> {
    std::filesystem::path path;
    for (const std::filesystem::path& name : folder) {
      SOTTO_RETURN_IF_ERROR(make_private_folder(path /= name));
    }
    return {};
  });
}

Result<FileWrite> write_private_file(const std::filesystem::path& file,
                                     std::string_view text) {
  return guarded([&] { return write_file(file, text, /*held=*/nullptr); });
}

}  // namespace sotto
