// SPDX-License-Identifier: Apache-2.0

#include "store/store.h"

#include <cassert>

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

}  // namespace sotto
