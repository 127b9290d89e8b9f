// SPDX-License-Identifier: Apache-2.0

#include "service/user_folder.h"

#include <cstdlib>

namespace sotto {

std::optional<std::filesystem::path> user_folder(const char* variable,
                                                 const char* in_home) {
  const char* const named = std::getenv(variable);
  if (named != nullptr && named[0] == '/') {
    return std::filesystem::path(named) / "sotto";
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return std::nullopt;
  return std::filesystem::path(home) / in_home / "sotto";
}

}  // namespace sotto
