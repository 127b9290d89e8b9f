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
constexpr mode_t kPlain = 0644;
constexpr mode_t kPrivateFolder = 0700;
constexpr std::size_t kPieceBytes = 1u << 20;

// A file in the making: its folder, its name there, and how it is called in
// messages.
struct Target {
  FileDescriptor folder;
  std::string name;
  std::string what;  // write "out.json"
  std::string path;
};

Result<Target> open_target(const std::filesystem::path& file) {
  Target target;
  target.what = fmt::format("write \"{}\"", file.native());
  target.path = file.native();
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

// What a file is to be afterwards.
enum class Manner : std::uint8_t {
  kSecret,   // 0600, whatever was there.
  kPassing,  // As kSecret, and not synced.
  kOpen,     // The mode of what was there; else 0644.
};

// Compares the text that is written with what the file held before, piece by
// piece. Those bytes are as secret as ours and are wiped.
class OldText {
 public:
  // What was there; of what is to be private, if it was so before.
  OldText(const Target& target, const std::optional<struct stat>& info,
          Manner manner = Manner::kSecret) {
    if (!info) return;
    if (manner != Manner::kOpen && ((info->st_mode & 07777 & ~kPrivate) != 0 ||
                                    info->st_uid != ::geteuid())) {
      return;
    }
    size_ = static_cast<std::size_t>(info->st_size);
    fd_ = FileDescriptor(::openat(target.folder.get(), target.name.c_str(),
                                  O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    may_be_same_ = static_cast<bool>(fd_);
  }

  std::size_t size() const { return size_; }

  void compare(std::string_view text) {
    while (may_be_same_ && !text.empty()) {
      const std::string_view some = text.substr(0, kPieceBytes);
      may_be_same_ = is_next(some);
      offset_ += some.size();
      text.remove_prefix(some.size());
    }
  }

  // Was it all the same, to its end?
  bool is_same() const { return may_be_same_ && offset_ == size_; }

 private:
  bool is_next(std::string_view text) {
    piece_.clear();
    while (piece_.size() < text.size()) {
      const std::size_t wanted = text.size() - piece_.size();
      char* const buffer = piece_.prepare(wanted);
      if (buffer == nullptr) return false;
      const ssize_t got = ::pread(fd_.get(), buffer, wanted,
                                  static_cast<off_t>(offset_ + piece_.size()));
      if (got <= 0) return false;
      piece_.commit(static_cast<std::size_t>(got));
    }
    return piece_.expose() == text;
  }

  FileDescriptor fd_;
  WipedBuffer piece_;
  std::size_t size_ = 0;
  std::size_t offset_ = 0;
  bool may_be_same_ = false;
};

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

// A new temporary file, for its owner alone.
Result<void> make_private(const Target& target, const Temporary& temporary) {
  // The umask may have taken bits away; none is ever added.
  if (temporary && ::fchmod(temporary.fd(), kPrivate) == 0) return {};
  return system_failure(errno, target.what);
}

// Gives it the mode of the file that it replaces, and its owner and group.
Result<void> make_plain(const Target& target, const Temporary& temporary,
                        const std::optional<struct stat>& there) {
  struct stat ours{};
  const mode_t mode = there ? there->st_mode & 0777 : kPlain;
  const bool same_owner =
      !there || (::fstat(temporary.fd(), &ours) == 0 &&
                 ours.st_uid == there->st_uid && ours.st_gid == there->st_gid);
  if ((same_owner ||
       ::fchown(temporary.fd(), there->st_uid, there->st_gid) == 0) &&
      ::fchmod(temporary.fd(), mode) == 0) {
    return {};
  }
  return system_failure(errno, target.what);
}

Result<FileWrite> put_in_place(const Target& target, Temporary& temporary,
                               const SignalHold& hold,
                               Manner manner = Manner::kSecret) {
  const bool syncs = manner != Manner::kPassing;
  if (syncs && ::fsync(temporary.fd()) != 0) {
    return system_failure(errno, target.what);
  }
  if (hold.came()) return cancelled(target);
  if (!temporary.place()) return system_failure(errno, target.what);
  if (syncs && ::fsync(target.folder.get()) != 0) {
    return fail(ErrorCode::kOutcomeUnknown,
                fmt::format("wrote \"{}\", but it may not survive a power "
                            "loss: its folder cannot be synced: {}",
                            target.path, system_message(errno)));
  }
  return FileWrite::kWritten;
}

Result<FileWrite> write_file(const std::filesystem::path& file,
                             std::string_view text, const SignalHold* held,
                             Manner manner = Manner::kSecret) {
  SOTTO_ASSIGN_OR_RETURN(const Target target, open_target(file));
  SOTTO_ASSIGN_OR_RETURN(const std::optional<struct stat> there,
                         look_at(target, file));
  OldText old(target, there, manner);
  if (old.size() == text.size()) {
    old.compare(text);
    if (old.is_same()) return FileWrite::kUnchanged;
  }

  std::optional<const SignalHold> own;
  const SignalHold& hold = held == nullptr ? own.emplace() : *held;
  if (hold.came()) return cancelled(target);
  Temporary temporary(target);
  SOTTO_RETURN_IF_ERROR(make_private(target, temporary));
  SOTTO_RETURN_IF_ERROR(write_all(target, temporary.fd(), text, hold));
  if (manner == Manner::kOpen) {
    SOTTO_RETURN_IF_ERROR(make_plain(target, temporary, there));
  }
  return put_in_place(target, temporary, hold, manner);
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

struct OutputFile::Impl {
  Impl(Target opened, const std::optional<struct stat>& there)
      : target(std::move(opened)), old(target, there), temporary(target) {}

  Target target;
  OldText old;
  SignalHold hold;
  Temporary temporary;
};

OutputFile::OutputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;

Result<OutputFile> OutputFile::open(const std::filesystem::path& file) {
  return guarded([&]() -> Result<OutputFile> {
    SOTTO_ASSIGN_OR_RETURN(Target target, open_target(file));
    SOTTO_ASSIGN_OR_RETURN(const std::optional<struct stat> there,
                           look_at(target, file));
    auto impl = std::make_unique<Impl>(std::move(target), there);
    SOTTO_RETURN_IF_ERROR(make_private(impl->target, impl->temporary));
    return OutputFile(std::move(impl));
  });
}

Result<void> OutputFile::write(std::string_view text) {
  return guarded([&] {
    impl_->old.compare(text);
    return write_all(impl_->target, impl_->temporary.fd(), text, impl_->hold);
  });
}

Result<FileWrite> OutputFile::commit() {
  return guarded([&]() -> Result<FileWrite> {
    if (impl_->old.is_same()) return FileWrite::kUnchanged;
    return put_in_place(impl_->target, impl_->temporary, impl_->hold);
  });
}

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

Result<FileWrite> write_passing_file(const std::filesystem::path& file,
                                     std::string_view text) {
  return guarded([&] {
    return write_file(file, text, /*held=*/nullptr, Manner::kPassing);
  });
}

Result<FileWrite> write_plain_file(const std::filesystem::path& file,
                                   std::string_view text) {
  return guarded(
      [&] { return write_file(file, text, /*held=*/nullptr, Manner::kOpen); });
}

}  // namespace sotto
