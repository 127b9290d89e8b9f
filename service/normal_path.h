// SPDX-License-Identifier: Apache-2.0
//
// Paths put together as text. std::filesystem does the same, but of GCC 12's,
// operator/ and lexically_normal() touch memory that is not theirs once there
// is no more to be had. Internal to service/.

#ifndef SOTTO_SERVICE_NORMAL_PATH_H_
#define SOTTO_SERVICE_NORMAL_PATH_H_

#include <filesystem>
#include <string>
#include <string_view>

namespace sotto {

// What std::filesystem::path(path).lexically_normal() is.
std::string normal_path(std::string_view path);

// What (folder / path).lexically_normal() is.
std::filesystem::path path_in(std::string_view folder, std::string_view path);

// The folder of a file: empty, or with its slash.
std::string_view folder_part(std::string_view file);

}  // namespace sotto

#endif  // SOTTO_SERVICE_NORMAL_PATH_H_
