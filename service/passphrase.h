// SPDX-License-Identifier: Apache-2.0
//
// A passphrase from a file.

#ifndef SOTTO_SERVICE_PASSPHRASE_H_
#define SOTTO_SERVICE_PASSPHRASE_H_

#include <cstddef>
#include <filesystem>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

inline constexpr std::size_t kMaxPassphraseBytes = 1024;

// What a file holds, without the line break that editors end it with. The file
// must be the caller's own and closed to others (kUnsafeFile); a FIFO, as of
// <(pass show sotto) or /dev/fd/3, is taken as it is. Fails besides with kIo,
// kLimit, kNoMemory, and kUsage for an empty one.
Result<SecretString> read_passphrase_file(const std::filesystem::path& file);

// Does it end with a line break, which `echo` adds and `printf %s` does not?
bool ends_with_line_break(const SecretString& value);

// `value` without the one line break ("\n" or "\r\n") at its end.
Result<SecretString> without_line_break(SecretString value);

}  // namespace sotto

#endif  // SOTTO_SERVICE_PASSPHRASE_H_
