// SPDX-License-Identifier: Apache-2.0
//
// Where a user's own files lie (XDG Base Directory Specification). Internal to
// service/.

#ifndef SOTTO_SERVICE_USER_FOLDER_H_
#define SOTTO_SERVICE_USER_FOLDER_H_

#include <filesystem>
#include <optional>

namespace sotto {

// What the environment variable says, "XDG_CONFIG_HOME" say, else `in_home` of
// the home folder, ".config" say; and "sotto" in it. A relative path does not
// count. None if there is no home folder either.
std::optional<std::filesystem::path> user_folder(const char* variable,
                                                 const char* in_home);

}  // namespace sotto

#endif  // SOTTO_SERVICE_USER_FOLDER_H_
