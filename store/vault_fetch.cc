// SPDX-License-Identifier: Apache-2.0

#include "store/vault_fetch.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "store/store_errors.h"
#include "store/vault_groups.h"

namespace sotto {
namespace {

Error missing(const std::string& store, const Locator& locator) {
  const auto& [scope, ref, path, version] = locator;
  return version ? store_errors::missing_version(store, scope, ref.group,
                                                 ref.key, *version)
                 : store_errors::missing(store, scope, ref.group, ref.key);
}

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
      return tl::unexpected(missing(store, locator));
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
                              : missing(store, locator));
  }
  auto value = value_of_member(*member);
  if (!value) return tl::unexpected(unusable(store, locator, value.error()));
  return FetchedSecret{std::move(*value), read->group.version.number};
}

}  // namespace

std::vector<Result<FetchedSecret>> fetch_from_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const Locator> locators) {
  std::map<GroupAt, std::size_t> numbers;
  std::vector<GroupAt> groups;
  // Of each locator: which group, or why there is none to read.
  std::vector<Result<std::size_t>> whose;
  for (const Locator& locator : locators) {
    auto place = connection.paths().place(locator.scope, locator.ref.group,
                                          locator.path);
    if (place && locator.version == Version{0}) {
      place = tl::unexpected(missing(connection.store(), locator));
    }
    if (!place) {
      whose.emplace_back(tl::unexpected(std::move(place).error()));
      continue;
    }
    GroupAt group{std::move(*place), locator.version};
    const auto [number, is_new] = numbers.try_emplace(group, groups.size());
    if (is_new) groups.push_back(std::move(group));
    whose.emplace_back(number->second);
  }
  const auto read = read_groups(connection, groups, operation);
  std::vector<Result<FetchedSecret>> answers;
  answers.reserve(locators.size());
  for (std::size_t i = 0; i < locators.size(); ++i) {
    if (whose[i]) {
      answers.push_back(pick(connection.store(), locators[i], read[*whose[i]]));
    } else {
      answers.emplace_back(tl::unexpected(std::move(whose[i]).error()));
    }
  }
  return answers;
}

}  // namespace sotto
