// SPDX-License-Identifier: Apache-2.0

#include "store/store.h"

#include <cassert>

#include "store/guarded.h"

namespace sotto {

std::string_view to_string(SecretState state) {
  switch (state) {
    case SecretState::kActive:
      return "active";
    case SecretState::kDisabled:
      return "disabled";
    case SecretState::kDeleted:
      return "deleted";
  }
  assert(false);
  return "";
}

Result<std::vector<SecretInfo>> Store::list_group(const Scope& scope,
                                                  std::string_view group) {
  return guarded([&]() -> Result<std::vector<SecretInfo>> {
    SOTTO_ASSIGN_OR_RETURN(std::vector<SecretInfo> infos, list(scope));
    std::erase_if(
        infos, [&](const SecretInfo& info) { return info.ref.group != group; });
    return infos;
  });
}

}  // namespace sotto
