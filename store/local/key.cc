// SPDX-License-Identifier: Apache-2.0

#include "store/local/key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_descriptor.h"
#include "store/file_guard.h"
#include "store/local/sealed_row.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNoun = "key file";
constexpr std::string_view kLabel = "sotto-key-1 ";
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t kBase64Size =
    sodium_base64_ENCODED_LEN(kKeySize, kVariant) - 1;
constexpr std::size_t kFileSize = kLabel.size() + kBase64Size + 1;
constexpr mode_t kOthers = 0077;

tl::unexpected<Error> no_key(const fs::path& file) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("{} does not hold a key: expected one line, "
                          "\"sotto-key-1\" and 44 characters",
                          quoted_file(kNoun, file)),
              "restore it from a backup");
}

// All of a file that should have kFileSize bytes: one byte more shows that it
// has not.
Result<SecretString> read_all(int descriptor, const fs::path& file) {
  SecretBuilder text;
  while (text.size() <= kFileSize) {
    const std::size_t room = kFileSize + 1 - text.size();
    char* const piece = text.prepare(room);
    if (piece == nullptr) return text.take();
    const ssize_t size = read(descriptor, piece, room);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return file_error(kNoun, file, "read", errno);
    if (size == 0) break;
    text.commit(static_cast<std::size_t>(size));
  }
  return text.take();
}

Result<SecretString> decode(std::string_view text, const fs::path& file) {
  if (text.size() != kFileSize || !text.starts_with(kLabel) ||
      text.back() != '\n') {
    return no_key(file);
  }
  SecretBuilder key;
  char* const piece = key.prepare(kKeySize);
  if (piece == nullptr) return key.take();
  std::size_t size = 0;
  const int status =
      sodium_base642bin(reinterpret_cast<unsigned char*>(piece), kKeySize,
                        text.data() + kLabel.size(), kBase64Size, nullptr,
                        &size, nullptr, kVariant);
  if (status != 0 || size != kKeySize) return no_key(file);
  key.commit(kKeySize);
  return key.take();
}

Result<SecretString> encode(const SecretString& key) {
  SecretBuilder text;
  text.append(kLabel);
  char* const piece = text.prepare(kBase64Size + 1);
  if (piece == nullptr) return text.take();
  sodium_bin2base64(piece, kBase64Size + 1,
                    reinterpret_cast<const unsigned char*>(key.expose().data()),
                    key.size(), kVariant);
  text.commit(kBase64Size);
  text.append('\n');
  return text.take();
}

Result<void> write_all(int descriptor, std::string_view text,
                       const fs::path& file) {
  while (!text.empty()) {
    const ssize_t size = write(descriptor, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return file_error(kNoun, file, "written", errno);
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  if (fsync(descriptor) != 0) return file_error(kNoun, file, "written", errno);
  return {};
}

}  // namespace

Result<SecretString> read_key_file(const fs::path& file) {
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const FileDescriptor descriptor(
      open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!descriptor) {
    const int error_number = errno;
    // Says why with the sentence that the kind of file deserves.
    SOTTO_RETURN_IF_ERROR(check_file(kNoun, file, kOthers));
    return file_error(kNoun, file, "opened", error_number);
  }
  struct stat status;
  if (fstat(descriptor.get(), &status) != 0) {
    return file_error(kNoun, file, "read", errno);
  }
  SOTTO_RETURN_IF_ERROR(check_file(status, kNoun, file, kOthers));
  SOTTO_ASSIGN_OR_RETURN(const SecretString text,
                         read_all(descriptor.get(), file));
  if (text.empty()) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} is empty", quoted_file(kNoun, file)),
                "restore it from a backup");
  }
  return decode(text.expose(), file);
}

Result<SecretString> create_key_file(const fs::path& file) {
  SOTTO_ASSIGN_OR_RETURN(SecretString key, random_key());
  SOTTO_ASSIGN_OR_RETURN(const SecretString text, encode(key));
  SOTTO_ASSIGN_OR_RETURN(const int number, create_private_file(kNoun, file));
  const FileDescriptor descriptor(number);
  NewFile made(file);
  SOTTO_RETURN_IF_ERROR(write_all(descriptor.get(), text.expose(), file));
  SOTTO_RETURN_IF_ERROR(sync_folder(kNoun, file));
  made.keep();
  return key;
}

}  // namespace sotto
