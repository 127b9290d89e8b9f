// SPDX-License-Identifier: Apache-2.0

#include "store/vault/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "store/store_errors.h"
#include "store/vault/batch.h"
#include "store/vault/errors.h"
#include "store/vault/groups.h"

namespace sotto {
namespace {

constexpr int kNoContent = 204;

Result<void> check_text(const std::string& store, const GroupWrite& write) {
  SOTTO_RETURN_IF_ERROR(store_errors::check_changes(write));
  for (const KeyChange& change : write.changes) {
    if (!change.value || is_utf8(change.value->expose())) continue;
    return fail(
        ErrorCode::kUsage,
        fmt::format("{} is not text in UTF-8, and store \"{}\" keeps no other",
                    store_errors::name_of(write.scope, write.group, change.key),
                    store),
        "set it encoded, as in Base64");
  }
  return {};
}

Result<BatchItem> item_of(const VaultConnection& connection,
                          const GroupWrite& write) {
  SOTTO_RETURN_IF_ERROR(check_text(connection.store(), write));
  BatchItem item;
  SOTTO_ASSIGN_OR_RETURN(item.place, connection.paths().place(
                                         write.scope, write.group, write.path));
  item.scope = write.scope;
  item.group = write.group;
  item.expected = write.expected;
  item.expected_created = write.expected_created;
  for (const KeyChange& change : write.changes) {
    MemberChange member;
    member.key = change.key;
    if (change.value) member.text = &*change.value;
    item.changes.push_back(member);
  }
  return item;
}

// A group that is deleted as a whole comes back as a whole.
Result<void> undelete(VaultConnection& connection, const std::string& place,
                      Version version, Operation& operation) {
  WipedBuffer body;
  if (!body.append(fmt::format("{{\"versions\":[{}]}}", version))) {
    return fail(ErrorCode::kNoMemory, "no memory");
  }
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = connection.paths().target("undelete", place);
  call.body = std::make_shared<const WipedBuffer>(std::move(body));
  const std::string target = call.target;
  SOTTO_ASSIGN_OR_RETURN(const HttpResponse answer,
                         connection.run(std::move(call), operation));
  if (answer.status == kNoContent || answer.status == 200) return {};
  return tl::unexpected(vault_errors::refused(
      {connection.store(), connection.paths().mount(), "update", target},
      answer));
}

// What is to be restored: the version that had it, as it was read.
class Restoration {
 public:
  Restoration(VaultConnection& connection, Operation& operation,
              const Scope& scope, const SecretRef& ref)
      : connection_(connection),
        operation_(operation),
        scope_(scope),
        ref_(ref) {}

  Result<Version> run(std::optional<Version> version,
                      std::optional<Version> expected) {
    SOTTO_ASSIGN_OR_RETURN(place_,
                           connection_.paths().place(scope_, ref_.group));
    SOTTO_ASSIGN_OR_RETURN(const VaultMetadata metadata, versions(version));
    if (expected && *expected != metadata.current) {
      return tl::unexpected(store_errors::conflict(
          scope_, ref_.group, *expected, metadata.current));
    }
    SOTTO_RETURN_IF_ERROR(revive(metadata));
    SOTTO_ASSIGN_OR_RETURN(const ReadGroup source, find(metadata, version));
    BatchItem item;
    item.scope = scope_;
    item.group = ref_.group;
    item.place = place_;
    item.expected = expected;
    MemberChange change;
    change.key = ref_.key;
    change.raw = source.group.find(ref_.key)->raw;
    item.changes.push_back(change);
    return std::move(write_batch(connection_, operation_, {&item, 1}).front());
  }

 private:
  tl::unexpected<Error> missing(std::optional<Version> version) const {
    const std::string& store = connection_.store();
    return tl::unexpected(
        version ? store_errors::missing_version(store, scope_, ref_.group,
                                                ref_.key, *version)
                : store_errors::missing(store, scope_, ref_.group, ref_.key));
  }

  Result<VaultMetadata> versions(std::optional<Version> wanted) {
    auto all = read_versions(connection_, {&place_, 1}, operation_);
    if (!all.front()) return tl::unexpected<Error>(std::move(all[0]).error());
    if (!*all.front()) return missing(wanted);
    return std::move(**all.front());
  }

  Result<void> revive(const VaultMetadata& metadata) {
    const auto now = std::chrono::floor<std::chrono::seconds>(
        std::chrono::system_clock::now());
    for (const VaultVersion& version : metadata.versions) {
      if (version.number != metadata.current || version.destroyed) continue;
      if (version.is_readable(now)) continue;
      return undelete(connection_, place_, version.number, operation_);
    }
    return {};
  }

  // The newest version that holds the key, or the one that is wanted.
  Result<ReadGroup> find(const VaultMetadata& metadata,
                         std::optional<Version> wanted) {
    for (const VaultVersion& version : metadata.versions) {
      if (wanted ? version.number != *wanted : version.destroyed) continue;
      const GroupAt at{place_, version.number};
      auto read = read_groups(connection_, {&at, 1}, operation_);
      if (!read.front()) return std::move(read.front());
      if (read.front()->group.find(ref_.key) != nullptr) {
        return std::move(read.front());
      }
    }
    return missing(wanted);
  }

  VaultConnection& connection_;
  Operation& operation_;
  const Scope& scope_;
  const SecretRef& ref_;
  std::string place_;
};

}  // namespace

std::vector<Result<Version>> put_into_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const GroupWrite> writes) {
  std::vector<BatchItem> items;
  std::vector<Result<Version>> answers;
  bool sound = true;
  for (const GroupWrite& write : writes) {
    auto item = item_of(connection, write);
    if (item) {
      items.push_back(std::move(*item));
      answers.emplace_back(Version{0});
    } else {
      answers.emplace_back(tl::unexpected(std::move(item).error()));
      sound = false;
    }
  }
  if (sound) return write_batch(connection, operation, items);
  store_errors::cancel_written(writes, answers);
  return answers;
}

Result<Version> restore_in_vault(VaultConnection& connection,
                                 Operation& operation, const Scope& scope,
                                 const SecretRef& ref,
                                 std::optional<Version> version,
                                 std::optional<Version> expected) {
  return Restoration(connection, operation, scope, ref).run(version, expected);
}

}  // namespace sotto
