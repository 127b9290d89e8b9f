// SPDX-License-Identifier: Apache-2.0

#include "store/vault/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "base/secret_ref.h"
#include "store/store_errors.h"
#include "store/vault/errors.h"

namespace sotto {
namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;
// A group, and what Vault puts around it.
constexpr std::size_t kMaxAnswer = kMaxVaultGroup + (1u << 20);

Timestamp now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

// What kind of answers are wanted, and how they are read.
struct Kind {
  std::string_view path;  // "data"
  std::optional<VaultGroup> (*read)(std::string_view body);
  std::size_t max_answer;
};

constexpr Kind kData{"data", read_vault_group, kMaxAnswer};
constexpr Kind kNames{"subkeys", read_vault_subkeys, 0};

bool never_was(const HttpResponse& answer) {
  return answer.status == kNotFound &&
         read_vault_complaint(answer.body.expose()) == VaultComplaint::kNone;
}

Result<ReadGroup> read_answer(const VaultConnection& connection,
                              const Kind& kind, const VaultCall& call,
                              Result<HttpResponse> answer) {
  if (!answer) return tl::unexpected<Error>(std::move(answer).error());
  ReadGroup read;
  if (never_was(*answer)) return read;
  if (answer->status == kOk || answer->status == kNotFound) {
    if (auto group = kind.read(answer->body.expose())) {
      // A 404 with a version in it tells of one that cannot be read.
      if (group->has_data != (answer->status == kOk)) {
        return tl::unexpected(vault_errors::malformed(connection.store()));
      }
      read.state = group->has_data            ? GroupState::kPresent
                   : group->version.destroyed ? GroupState::kDestroyed
                                              : GroupState::kDeleted;
      read.group = std::move(*group);
      read.bytes = std::move(answer->body);
      return read;
    }
  }
  return tl::unexpected(vault_errors::refused(
      {connection.store(), connection.paths().mount(), "read", call.target},
      *answer));
}

// Version 1 of the engine, and engines of other kinds, have no such paths
// either: nothing is proven before it is known who says so.
template <typename T, typename IsAbsent>
void prove_absence(VaultConnection& connection, std::vector<Result<T>>& answers,
                   Operation& operation, const IsAbsent& is_absent) {
  const auto absent = [&](const Result<T>& answer) {
    return answer && is_absent(*answer);
  };
  if (std::none_of(answers.begin(), answers.end(), absent)) return;
  const auto proven = connection.require_kv2(operation);
  if (proven) return;
  for (Result<T>& answer : answers) {
    if (absent(answer)) answer = tl::unexpected(proven.error());
  }
}

std::vector<Result<ReadGroup>> read_all(VaultConnection& connection,
                                        const Kind& kind,
                                        std::span<const GroupAt> groups,
                                        Operation& operation) {
  std::vector<VaultCall> calls;
  for (const GroupAt& group : groups) {
    VaultCall call;
    call.target = connection.paths().target(kind.path, group.place);
    if (group.version)
      call.target += fmt::format("?version={}", *group.version);
    call.max_response = kind.max_answer;
    calls.push_back(std::move(call));
  }
  std::vector<Result<HttpResponse>> answers = connection.run(calls, operation);
  std::vector<Result<ReadGroup>> read;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    read.push_back(
        read_answer(connection, kind, calls[i], std::move(answers[i])));
  }
  prove_absence(connection, read, operation, [](const ReadGroup& group) {
    return group.state == GroupState::kAbsent;
  });
  return read;
}

}  // namespace

Error missing_in_vault(const std::string& store, const Locator& locator) {
  const auto& [scope, ref, path, version] = locator;
  return version ? store_errors::missing_version(store, scope, ref.group,
                                                 ref.key, *version)
                 : store_errors::missing(store, scope, ref.group, ref.key);
}

GroupsOfNames groups_of(const VaultConnection& connection,
                        std::span<const Locator> locators) {
  GroupsOfNames asked;
  std::map<GroupAt, std::size_t> numbers;
  for (const Locator& locator : locators) {
    auto place = connection.paths().place(locator.scope, locator.ref.group,
                                          locator.path);
    // To a Vault, version 0 is the latest.
    if (place && locator.version == Version{0}) {
      place = tl::unexpected(missing_in_vault(connection.store(), locator));
    }
    if (!place) {
      asked.whose.emplace_back(tl::unexpected(std::move(place).error()));
      continue;
    }
    GroupAt group{std::move(*place), locator.version};
    const auto [number, is_new] =
        numbers.try_emplace(group, asked.groups.size());
    if (is_new) asked.groups.push_back(std::move(group));
    asked.whose.emplace_back(number->second);
  }
  return asked;
}

std::vector<Result<ReadGroup>> read_groups(VaultConnection& connection,
                                           std::span<const GroupAt> groups,
                                           Operation& operation) {
  return read_all(connection, kData, groups, operation);
}

std::vector<Result<ReadGroup>> read_names(VaultConnection& connection,
                                          std::span<const GroupAt> groups,
                                          Operation& operation) {
  return read_all(connection, kNames, groups, operation);
}

std::vector<Result<std::optional<VaultMetadata>>> read_versions(
    VaultConnection& connection, std::span<const std::string> places,
    Operation& operation) {
  std::vector<VaultCall> calls;
  for (const std::string& place : places) {
    VaultCall call;
    call.target = connection.paths().target("metadata", place);
    calls.push_back(std::move(call));
  }
  auto answers = connection.run(calls, operation);
  std::vector<Result<std::optional<VaultMetadata>>> read;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    if (!answer) {
      read.emplace_back(tl::unexpected(answer.error()));
    } else if (never_was(*answer)) {
      read.emplace_back(std::nullopt);
    } else if (answer->status != kOk) {
      read.emplace_back(tl::unexpected(
          vault_errors::refused({connection.store(), connection.paths().mount(),
                                 "read", calls[i].target},
                                *answer)));
    } else if (auto metadata = read_vault_metadata(answer->body.expose())) {
      read.emplace_back(std::move(metadata));
    } else {
      read.emplace_back(
          tl::unexpected(vault_errors::malformed(connection.store())));
    }
  }
  prove_absence(connection, read, operation,
                [](const auto& metadata) { return !metadata.has_value(); });
  return read;
}

std::vector<Result<std::vector<std::string>>> list_folders(
    VaultConnection& connection, std::span<const std::string> folders,
    Operation& operation) {
  std::vector<VaultCall> calls;
  for (const std::string& folder : folders) {
    VaultCall call;
    call.method = HttpMethod::kList;
    call.target = connection.paths().target("metadata", folder);
    calls.push_back(std::move(call));
  }
  auto answers = connection.run(calls, operation);
  std::vector<Result<std::vector<std::string>>> listed;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    if (!answer) {
      listed.emplace_back(tl::unexpected(answer.error()));
    } else if (never_was(*answer)) {
      listed.emplace_back(std::vector<std::string>());
    } else if (answer->status != kOk) {
      listed.emplace_back(tl::unexpected(
          vault_errors::refused({connection.store(), connection.paths().mount(),
                                 "list", calls[i].target},
                                *answer)));
    } else if (auto items = read_vault_list(answer->body.expose())) {
      listed.emplace_back(std::move(*items));
    } else {
      listed.emplace_back(
          tl::unexpected(vault_errors::malformed(connection.store())));
    }
  }
  prove_absence(connection, listed, operation,
                [](const auto& items) { return items.empty(); });
  return listed;
}

std::vector<Result<std::vector<std::string>>> read_former_keys(
    VaultConnection& connection, std::span<const std::string> places,
    Operation& operation) {
  std::vector<Result<std::vector<std::string>>> former(places.size());
  const auto versions = read_versions(connection, places, operation);
  std::vector<GroupAt> readable;
  std::vector<std::size_t> whose;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!versions[i]) former[i] = tl::unexpected(versions[i].error());
    if (!versions[i] || !*versions[i]) continue;
    const auto& all = (*versions[i])->versions;
    const auto newest =
        std::find_if(all.begin(), all.end(), [&](const VaultVersion& version) {
          return version.is_readable(now());
        });
    if (newest == all.end()) continue;
    readable.push_back({places[i], newest->number});
    whose.push_back(i);
  }
  auto names = read_names(connection, readable, operation);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i]) {
      former[whose[i]] = tl::unexpected(names[i].error());
      continue;
    }
    std::vector<std::string> keys = keys_of(names[i]->group);
    for (std::string& key : deleted_keys_of(names[i]->group)) {
      keys.push_back(std::move(key));
    }
    std::sort(keys.begin(), keys.end());
    former[whose[i]] = std::move(keys);
  }
  return former;
}

std::vector<std::string> keys_of(const VaultGroup& group) {
  std::vector<std::string> keys;
  for (const VaultMember& member : group.members) {
    if (is_name(member.name)) keys.push_back(member.name);
  }
  return keys;
}

std::vector<std::string> deleted_keys_of(const VaultGroup& group) {
  std::vector<std::string> keys;
  for (const VaultMember& member : group.members) {
    if (member.name.empty() || member.name.front() != kTombstone) continue;
    std::string key = member.name.substr(1);
    if (is_name(key) && group.find(key) == nullptr) {
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

}  // namespace sotto
