// SPDX-License-Identifier: Apache-2.0

#include "store/vault/fetch.h"

#include <fmt/format.h>

#include <utility>

#include "store/store_errors.h"
#include "store/vault/groups.h"

namespace sotto {
namespace {

Error deleted(const std::string& store, const Locator& locator) {
  return store_errors::deleted(store, locator.scope, locator.ref.group,
                               locator.ref.key);
}

// Deleted for good: that is proof enough that it is not there.
Error destroyed(const std::string& store, const Locator& locator) {
  return {ErrorCode::kMissing,
          fmt::format("{} was destroyed in store \"{}\"",
                      store_errors::name_of(locator.scope, locator.ref.group,
                                            locator.ref.key),
                      store),
          "set it anew"};
}

Error unusable(const std::string& store, const Locator& locator,
               const Error& error) {
  const std::string name =
      store_errors::name_of(locator.scope, locator.ref.group, locator.ref.key);
  if (error.code == ErrorCode::kLimit) {
    return {ErrorCode::kLimit,
            fmt::format("{} is too large in store \"{}\": expected at most {} "
                        "bytes",
                        name, store, kMaxValueSize),
            {}};
  }
  if (error.code == ErrorCode::kMalformed) {
    return {ErrorCode::kMalformed,
            fmt::format("{} is not text in store \"{}\": it holds half of a "
                        "surrogate pair",
                        name, store),
            {}};
  }
  return error;
}

Result<FetchedSecret> pick(const std::string& store, const Locator& locator,
                           const Result<ReadGroup>& read) {
  if (!read) return tl::unexpected(read.error());
  switch (read->state) {
    case GroupState::kAbsent:
      return tl::unexpected(missing_in_vault(store, locator));
    case GroupState::kDeleted:
      return tl::unexpected(deleted(store, locator));
    case GroupState::kDestroyed:
      return tl::unexpected(destroyed(store, locator));
    case GroupState::kPresent:
      break;
  }
  const VaultMember* const member = read->group.find(locator.ref.key);
  if (member == nullptr) {
    return tl::unexpected(read->group.find(kTombstone + locator.ref.key)
                              ? deleted(store, locator)
                              : missing_in_vault(store, locator));
  }
  auto value = value_of_member(*member);
  if (!value) return tl::unexpected(unusable(store, locator, value.error()));
  return FetchedSecret{std::move(*value), read->group.version.number};
}

}  // namespace

std::vector<Result<FetchedSecret>> fetch_from_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const Locator> locators) {
  GroupsOfNames asked = groups_of(connection, locators);
  const auto read = read_groups(connection, asked.groups, operation);
  std::vector<Result<FetchedSecret>> answers;
  answers.reserve(locators.size());
  for (std::size_t i = 0; i < locators.size(); ++i) {
    if (asked.whose[i]) {
      answers.push_back(
          pick(connection.store(), locators[i], read[*asked.whose[i]]));
    } else {
      answers.emplace_back(tl::unexpected(std::move(asked.whose[i]).error()));
    }
  }
  return answers;
}

}  // namespace sotto
