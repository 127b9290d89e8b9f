// SPDX-License-Identifier: Apache-2.0
//
// Reads documents (which are no secret) and secrets (which never touch a
// std::string) from files and descriptors.

#ifndef SOTTO_SERVICE_INPUT_FILE_H_
#define SOTTO_SERVICE_INPUT_FILE_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "service/file_state.h"

namespace sotto {

// The largest document read from a file.
inline constexpr std::size_t kMaxDocumentBytes = 256u << 20;
// The largest value of a secret.
inline constexpr std::size_t kMaxValueBytes = 1u << 20;
// The largest file of values: an import, an .env file.
inline constexpr std::size_t kMaxImportBytes = 16u << 20;

// A document in memory.
struct InputFile {
  std::string name;  // As the user wrote it; "-" for a descriptor.
  std::string bytes;
  bool is_stream = false;  // A pipe, a terminal: it has no state to compare.
  FileState state;
};

// Reads a regular file, or a FIFO to its end. Fails with kIo (not there, a
// folder, a device, not readable), kLimit (more than `max_bytes`), kChanged
// (changed while being read), kNoMemory.
Result<InputFile> read_input_file(const std::filesystem::path& file,
                                  std::size_t max_bytes = kMaxDocumentBytes);

// Reads `fd` to its end; "-" is its name. It stays open.
Result<InputFile> read_input_stream(int fd,
                                    std::size_t max_bytes = kMaxDocumentBytes);

// Is the file still what was read? Fails with kChanged if not; a stream always
// is.
Result<void> check_unchanged(const InputFile& input);

// Reads a value from a descriptor to its end, exactly. `name` is for messages.
// Fails with kIo, kLimit, kNoMemory.
Result<SecretString> read_secret(int fd, std::string_view name,
                                 std::size_t max_bytes = kMaxValueBytes);
Result<SecretString> read_secret_file(const std::filesystem::path& file,
                                      std::size_t max_bytes = kMaxValueBytes);

// Reads text that holds many values: an import, an .env file.
Result<WipedBuffer> read_secret_text(int fd, std::string_view name,
                                     std::size_t max_bytes = kMaxImportBytes);
Result<WipedBuffer> read_secret_text_file(
    const std::filesystem::path& file, std::size_t max_bytes = kMaxImportBytes);

}  // namespace sotto

#endif  // SOTTO_SERVICE_INPUT_FILE_H_
