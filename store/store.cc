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

std::string_view to_string(StoreCondition condition) {
  switch (condition) {
    case StoreCondition::kConnected:
      return "connected";
    case StoreCondition::kDegraded:
      return "degraded";
    case StoreCondition::kDisconnected:
      return "disconnected";
  }
  assert(false);
  return "";
}

std::vector<Result<FetchedSecret>> Store::fetch_within(
    Operation& operation, std::span<const Locator> locators) {
  if (operation.cancelled()) {
    return failed_batch<FetchedSecret>(
        locators.size(), {ErrorCode::kCancelled, "cancelled", {}});
  }
  return fetch(locators);
}

StoreHealth Store::health() {
  if (auto checked = check(); !checked) {
    return {StoreCondition::kDisconnected, std::move(checked).error(), {}};
  }
  return {StoreCondition::kConnected,
          {},
          std::chrono::time_point_cast<std::chrono::seconds>(
              std::chrono::system_clock::now())};
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
