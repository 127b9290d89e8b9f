// SPDX-License-Identifier: Apache-2.0

#include "service/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>

#include "base/file_descriptor.h"
#include "base/guarded.h"
#include "service/system_error.h"

namespace sotto {
namespace {

// What is read at once. Values are small and their memory is scarce.
constexpr std::size_t kTextPiece = 256u << 10;
constexpr std::size_t kTailPiece = 512;
constexpr std::size_t kValuePiece = 4u << 10;

std::string in_words(std::string_view name) {
  return name == "-" ? "standard input" : fmt::format("\"{}\"", name);
}

std::string readable_size(std::size_t bytes) {
  if (bytes % (1u << 20) == 0) return fmt::format("{} MiB", bytes >> 20);
  return fmt::format("{} bytes", bytes);
}

tl::unexpected<Error> too_large(std::string_view name, std::size_t max_bytes) {
  return fail(ErrorCode::kLimit,
              fmt::format("{} is larger than {}", in_words(name),
                          readable_size(max_bytes)));
}

// read(), and again if a signal came in between.
ssize_t read_some(int fd, char* buffer, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

// Reads `fd` to its end, first so much and then piece by piece, into a buffer
// that has prepare(), which makes room or answers null, and commit().
template <typename Buffer>
Result<void> read_to_end(int fd, std::string_view name, std::size_t first_bytes,
                         std::size_t piece_bytes, std::size_t max_bytes,
                         Buffer& buffer) {
  std::size_t total = 0;
  while (true) {
    // One byte more than allowed is enough to know.
    const std::size_t wanted =
        std::min(total == 0 ? first_bytes : piece_bytes, max_bytes - total + 1);
    char* piece = buffer.prepare(wanted);
    if (piece == nullptr) {
      return fail(ErrorCode::kNoMemory,
                  fmt::format("no memory to read {}", in_words(name)));
    }
    const ssize_t got = read_some(fd, piece, wanted);
    if (got < 0) {
      return system_failure(errno, fmt::format("read {}", in_words(name)));
    }
    if (got == 0) return {};
    total += static_cast<std::size_t>(got);
    buffer.commit(static_cast<std::size_t>(got));
    if (total > max_bytes) return too_large(name, max_bytes);
  }
}

// A string as such a buffer.
class StringBuffer {
 public:
  StringBuffer(std::string& text, std::size_t capacity) : text_(text) {
    text_.reserve(capacity);
  }
  char* prepare(std::size_t size) {
    text_.resize(size_ + size);
    return text_.data() + size_;
  }
  void commit(std::size_t size) {
    size_ += size;
    text_.resize(size_);
  }

 private:
  std::string& text_;
  std::size_t size_ = 0;
};

Result<void> read_document(int fd, InputFile& input, std::size_t max_bytes,
                           std::size_t expected) {
  // A file that is as large as it was is read at once; what is behind its end
  // is nothing.
  const bool is_small = expected > 0 && expected < kTextPiece;
  const std::size_t first = is_small ? expected + 1 : kTextPiece;
  const std::size_t piece = is_small ? kTailPiece : kTextPiece;
  StringBuffer buffer(input.bytes, expected + piece);
  SOTTO_RETURN_IF_ERROR(
      read_to_end(fd, input.name, first, piece, max_bytes, buffer));
  // What the last, empty piece made room for.
  buffer.commit(0);
  // Thousands of small files may be kept at once.
  const std::size_t unused = input.bytes.capacity() - input.bytes.size();
  if (unused > kTailPiece && input.bytes.size() < kTextPiece) {
    input.bytes.shrink_to_fit();
  }
  return {};
}

Result<FileDescriptor> open_readable(const std::filesystem::path& file,
                                     struct stat& info) {
  const std::string what = fmt::format("read \"{}\"", file.native());
  FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) {
    if (errno == ENOENT) {
      return fail(ErrorCode::kIo,
                  fmt::format("\"{}\" does not exist", file.native()));
    }
    return system_failure(errno, what);
  }
  if (::fstat(fd.get(), &info) != 0) return system_failure(errno, what);
  if (S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::kIo,
                fmt::format("\"{}\" is a folder, not a file", file.native()),
                "name the files in it");
  }
  // /dev/stdin and /dev/fd/N lead to what the shell put there.
  if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode) &&
      !S_ISSOCK(info.st_mode)) {
    return fail(ErrorCode::kIo,
                fmt::format("\"{}\" is a device, not a file", file.native()));
  }
  return fd;
}

Result<InputFile> read_path(const std::filesystem::path& file,
                            std::size_t max_bytes) try {
  InputFile input;
  input.name = file.native();
  struct stat before{};
  SOTTO_ASSIGN_OR_RETURN(const FileDescriptor fd, open_readable(file, before));
  input.is_stream = !S_ISREG(before.st_mode);
  input.state = file_state(before);
  const auto size = static_cast<std::size_t>(before.st_size);
  if (!input.is_stream && size > max_bytes) {
    return too_large(input.name, max_bytes);
  }
  SOTTO_RETURN_IF_ERROR(
      read_document(fd.get(), input, max_bytes, input.is_stream ? 0 : size));
  if (!input.is_stream) {
    struct stat after{};
    if (::fstat(fd.get(), &after) != 0 || file_state(after) != input.state ||
        input.bytes.size() != size) {
      return file_changed(input.name);
    }
  }
  return input;
} catch (const std::bad_alloc&) {
  // Of a document that is too large for it there is still some left.
  return fail(ErrorCode::kNoMemory,
              fmt::format("no memory to read {}", in_words(file.native())));
}

Result<InputFile> read_stream(int fd, std::size_t max_bytes) try {
  InputFile input;
  input.name = "-";
  input.is_stream = true;
  SOTTO_RETURN_IF_ERROR(read_document(fd, input, max_bytes, 0));
  return input;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::kNoMemory, "no memory to read standard input");
}

}  // namespace

Result<InputFile> read_input_file(const std::filesystem::path& file,
                                  std::size_t max_bytes) {
  return guarded([&] { return read_path(file, max_bytes); });
}

Result<InputFile> read_input_stream(int fd, std::size_t max_bytes) {
  return guarded([&] { return read_stream(fd, max_bytes); });
}

Result<void> check_unchanged(const InputFile& input) {
  return guarded([&]() -> Result<void> {
    if (input.is_stream) return {};
    return check_file_state(input.name, input.state);
  });
}

Result<SecretString> read_secret(int fd, std::string_view name,
                                 std::size_t max_bytes) {
  return guarded([&]() -> Result<SecretString> {
    SecretBuilder builder;
    SOTTO_RETURN_IF_ERROR(
        read_to_end(fd, name, kValuePiece, kValuePiece, max_bytes, builder));
    return builder.take();
  });
}

Result<SecretString> read_secret_file(const std::filesystem::path& file,
                                      std::size_t max_bytes) {
  return guarded([&]() -> Result<SecretString> {
    struct stat info{};
    SOTTO_ASSIGN_OR_RETURN(const FileDescriptor fd, open_readable(file, info));
    return read_secret(fd.get(), file.native(), max_bytes);
  });
}

Result<WipedBuffer> read_secret_text(int fd, std::string_view name,
                                     std::size_t max_bytes) {
  return guarded([&]() -> Result<WipedBuffer> {
    WipedBuffer text;
    SOTTO_RETURN_IF_ERROR(
        read_to_end(fd, name, kTextPiece, kTextPiece, max_bytes, text));
    return text;
  });
}

Result<WipedBuffer> read_secret_text_file(const std::filesystem::path& file,
                                          std::size_t max_bytes) {
  return guarded([&]() -> Result<WipedBuffer> {
    struct stat info{};
    SOTTO_ASSIGN_OR_RETURN(const FileDescriptor fd, open_readable(file, info));
    return read_secret_text(fd.get(), file.native(), max_bytes);
  });
}

}  // namespace sotto
