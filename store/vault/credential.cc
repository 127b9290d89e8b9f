// SPDX-License-Identifier: Apache-2.0

#include "store/vault/credential.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/file_descriptor.h"
#include "base/utf8.h"
#include "store/file_guard.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = 0077;

// "secret id", as in "secret id file".
std::string_view name_of(VaultMethod method) {
  switch (method) {
    case VaultMethod::kToken:
    case VaultMethod::kTokenFile:
      return "token";
    case VaultMethod::kAppRole:
      return "secret id";
    case VaultMethod::kJwt:
    case VaultMethod::kKubernetes:
      return "JWT";
    case VaultMethod::kUserpass:
      return "password";
  }
  return "credential";
}

// Put where it is by somebody else, for this process to read.
bool is_projected(VaultMethod method) {
  return method == VaultMethod::kJwt || method == VaultMethod::kKubernetes;
}

// A token goes into a header, the others into JSON. What is no visible ASCII
// is none of what a Vault gives out; passwords are people's own.
bool is_sound(VaultMethod method, std::string_view text) {
  if (method == VaultMethod::kUserpass) {
    return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
             return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
           });
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F; });
}

tl::unexpected<Error> unfit(VaultMethod method, const fs::path& file,
                            std::string_view trouble) {
  return fail(
      ErrorCode::kInvalidConfig,
      fmt::format("{} {}", quoted_file(credential_noun(method), file), trouble),
      fmt::format("it must hold the {} alone, on one line", name_of(method)));
}

tl::unexpected<Error> cannot_open(VaultMethod method, const fs::path& file,
                                  int error_number) {
  // Absence of a credential must not pass for absence of a secret.
  if (error_number == ENOENT) {
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{} is not there",
                            quoted_file(credential_noun(method), file)),
                fmt::format("write the {} into it, or name another file in the "
                            "store's \"auth\"",
                            name_of(method)));
  }
  return file_error(credential_noun(method), file, "opened", error_number);
}

FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size,
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 +
              status.st_mtim.tv_nsec};
}

// At most one byte more than it may have, which shows that it has more.
Result<SecretString> read_all(VaultMethod method, int descriptor,
                              const fs::path& file) {
  SecretBuilder text;
  while (text.size() <= kMaxCredential) {
    const std::size_t room =
        std::min<std::size_t>(4096, kMaxCredential + 1 - text.size());
    char* const piece = text.prepare(room);
    if (piece == nullptr) return text.take();
    const ssize_t size = read(descriptor, piece, room);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return file_error(credential_noun(method), file, "read", errno);
    }
    if (size == 0) break;
    text.commit(static_cast<std::size_t>(size));
  }
  return text.take();
}

Result<void> check_status(VaultMethod method, const struct stat& status,
                          const fs::path& file) {
  if (!is_projected(method)) {
    return check_file(status, credential_noun(method), file, kOthers);
  }
  if (S_ISREG(status.st_mode)) return {};
  return fail(ErrorCode::kUnsafeFile,
              fmt::format("{} is not a regular file",
                          quoted_file(credential_noun(method), file)));
}

std::string_view without_line_break(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view credential_noun(VaultMethod method) {
  switch (method) {
    case VaultMethod::kToken:
    case VaultMethod::kTokenFile:
      return "token file";
    case VaultMethod::kAppRole:
      return "secret id file";
    case VaultMethod::kJwt:
    case VaultMethod::kKubernetes:
      return "JWT file";
    case VaultMethod::kUserpass:
      return "password file";
  }
  return "credential file";
}

Result<FileStamp> credential_stamp(VaultMethod method, const fs::path& file) {
  struct stat status;
  if (stat(file.c_str(), &status) != 0) {
    return cannot_open(method, file, errno);
  }
  return stamp_of(status);
}

Result<SecretString> read_credential(VaultMethod method, const fs::path& file,
                                     FileStamp& stamp) {
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const FileDescriptor descriptor(
      open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!descriptor) return cannot_open(method, file, errno);
  struct stat status;
  if (fstat(descriptor.get(), &status) != 0) {
    return file_error(credential_noun(method), file, "read", errno);
  }
  SOTTO_RETURN_IF_ERROR(check_status(method, status, file));
  stamp = stamp_of(status);
  SOTTO_ASSIGN_OR_RETURN(const SecretString content,
                         read_all(method, descriptor.get(), file));
  const std::string_view text = without_line_break(content.expose());
  if (text.empty()) return unfit(method, file, "is empty");
  if (content.size() > kMaxCredential) {
    return unfit(method, file, "is too long to be one");
  }
  if (!is_sound(method, text)) {
    return unfit(method, file, "holds what is no visible character");
  }
  return SecretString::copy_of(text);
}

Result<SecretString> checked_credential(VaultMethod method,
                                        SecretString value) {
  const std::string_view text = without_line_break(value.expose());
  if (text.empty() || text.size() > kMaxCredential || !is_sound(method, text)) {
    return fail(ErrorCode::kUsage,
                fmt::format("this is no {}: expected 1 to {} visible "
                            "characters on one line",
                            name_of(method), kMaxCredential));
  }
  if (text.size() == value.size()) return value;
  return SecretString::copy_of(text);
}

}  // namespace sotto
