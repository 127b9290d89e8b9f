// SPDX-License-Identifier: Apache-2.0
//
// Which files are fit to hold what is ours, and how new ones come to be.

#ifndef SOTTO_STORE_FILE_GUARD_H_
#define SOTTO_STORE_FILE_GUARD_H_

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/result.h"

struct stat;

namespace sotto {

// `NOUN "FILE"`, as messages begin.
std::string quoted_file(std::string_view noun,
                        const std::filesystem::path& file);

// Is it a regular file of the effective user, without any of the permission
// bits `forbidden_mode`? Otherwise kUnsafeFile, a sentence for each reason.
Result<void> check_file(const struct stat& status, std::string_view noun,
                        const std::filesystem::path& file,
                        mode_t forbidden_mode);

// The same for the file of this name; does not follow a link. kMissing if it
// is not there.
Result<void> check_file(std::string_view noun,
                        const std::filesystem::path& file,
                        mode_t forbidden_mode);

// kConflict if there is anything of this name.
Result<void> check_absent(std::string_view noun,
                          const std::filesystem::path& file);

// The folder that holds `file`: never empty.
std::filesystem::path folder_of(const std::filesystem::path& file);

// Makes an empty file of mode 0600, whatever the umask; kConflict if there is
// one. Returns its descriptor.
Result<int> create_private_file(std::string_view noun,
                                const std::filesystem::path& file);

// Makes the names in the folder of `file` durable.
Result<void> sync_folder(std::string_view noun,
                         const std::filesystem::path& file);

// `NOUN "FILE" cannot be VERB: REASON`, from errno.
tl::unexpected<Error> file_error(std::string_view noun,
                                 const std::filesystem::path& file,
                                 std::string_view verb, int error_number);

// Removes a file that was just made, unless it is kept: what fails later must
// not leave half of it. Borrows the name, and needs no memory.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& file) : name_(file.c_str()) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void keep() { name_ = nullptr; }

 private:
  const char* name_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_FILE_GUARD_H_
