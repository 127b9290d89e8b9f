// SPDX-License-Identifier: Apache-2.0

#include "service/passphrase.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guarded.h"
#include "service/input_file.h"

namespace sotto {

bool ends_with_line_break(const SecretString& value) {
  return value.expose().ends_with('\n');
}

Result<SecretString> without_line_break(SecretString value) {
  std::string_view text = value.expose();
  if (!text.ends_with('\n')) return value;
  text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  return SecretString::copy_of(text);
}

Result<SecretString> read_passphrase_file(const std::filesystem::path& file) {
  return guarded([&]() -> Result<SecretString> {
    struct stat info{};
    if (::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        (info.st_uid != ::geteuid() || (info.st_mode & 0077) != 0)) {
      return fail(ErrorCode::kUnsafeFile,
                  fmt::format("\"{}\" holds a passphrase and must be a file of "
                              "your own with mode 0600",
                              file.native()),
                  fmt::format("chmod 600 \"{}\"", file.native()));
    }
    SOTTO_ASSIGN_OR_RETURN(SecretString value,
                           read_secret_file(file, kMaxPassphraseBytes));
    SOTTO_ASSIGN_OR_RETURN(SecretString passphrase,
                           without_line_break(std::move(value)));
    if (passphrase.empty()) {
      return fail(
          ErrorCode::kUsage,
          fmt::format("the passphrase in \"{}\" is empty", file.native()));
    }
    return passphrase;
  });
}

}  // namespace sotto
