// SPDX-License-Identifier: Apache-2.0

#include "store/local/store_file.h"

#include <algorithm>
#include <map>

#include "store/guarded.h"
#include "store/store_errors.h"

namespace sotto {
namespace {

using sqlite::Database;
using sqlite::Pool;
using sqlite::Transaction;

constexpr char kIntegrity[] = "PRAGMA integrity_check(1)";

Timestamp now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

// Is it this one write that was refused, before anything was changed?
bool concerns_one_item(ErrorCode code) {
  return code == ErrorCode::kMissing || code == ErrorCode::kDeleted ||
         code == ErrorCode::kConflict || code == ErrorCode::kLimit ||
         code == ErrorCode::kUsage;
}

// What is told of the keys of a group.
void describe(const GroupName& name, const GroupRecord& record,
              std::vector<SecretInfo>& secrets) {
  for (const KeyRecord& key : record.keys) {
    secrets.push_back(
        {name.scope,
         SecretRef{name.group, key.name},
         {},
         key.changed,
         key.deleted ? SecretState::kDeleted : SecretState::kActive,
         key.updated});
  }
}

KeyRecord& key_slot(GroupRecord& record, std::string_view key) {
  auto place = std::lower_bound(
      record.keys.begin(), record.keys.end(), key,
      [](const KeyRecord& a, std::string_view b) { return a.name < b; });
  if (place == record.keys.end() || place->name != key) {
    KeyRecord fresh;
    fresh.name = key;
    place = record.keys.insert(place, std::move(fresh));
  }
  return *place;
}

}  // namespace

template <typename Body>
auto LocalStoreFile::read(const Body& body)
    -> decltype(body(std::declval<LocalGroups&>(), std::declval<Database&>())) {
  SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, pool_.lease());
  const std::uint64_t floor = counter_.load();
  SOTTO_ASSIGN_OR_RETURN(
      Transaction transaction,
      Transaction::begin(*database, Transaction::Kind::kRead));
  SOTTO_ASSIGN_OR_RETURN(LocalGroups groups, open_groups(*database, floor));
  return body(groups, *database);
}

template <typename Body>
auto LocalStoreFile::write(const Body& body)
    -> decltype(body(std::declval<LocalGroups&>())) {
  const auto turn = pool_.writer_turn();
  SOTTO_ASSIGN_OR_RETURN(Pool::Lease database, pool_.lease());
  const std::uint64_t floor = counter_.load();
  SOTTO_ASSIGN_OR_RETURN(
      Transaction transaction,
      Transaction::begin(*database, Transaction::Kind::kWrite));
  SOTTO_ASSIGN_OR_RETURN(LocalGroups groups, open_groups(*database, floor));
  auto result = body(groups);
  if (!result) return result;
  if (groups.manifest().changed()) {
    SOTTO_RETURN_IF_ERROR(groups.manifest().flush());
    SOTTO_RETURN_IF_ERROR(transaction.commit());
    raise_counter(groups.manifest().counter());
  }
  return result;
}

Result<LocalGroups> LocalStoreFile::open_groups(Database& database,
                                                std::uint64_t floor) {
  SOTTO_ASSIGN_OR_RETURN(LocalGroups groups,
                         LocalGroups::open(database, keys_));
  const std::uint64_t counter = groups.manifest().counter();
  if (counter < floor) {
    return database.damaged("was rolled back while it was open");
  }
  raise_counter(counter);
  return groups;
}

void LocalStoreFile::raise_counter(std::uint64_t counter) {
  std::uint64_t known = counter_.load();
  while (known < counter && !counter_.compare_exchange_weak(known, counter)) {
  }
}

// ---- Reading ----

Result<FetchedSecret> LocalStoreFile::pick(const OpenedGroup& group,
                                           const Locator& locator) {
  const auto& [scope, ref, path, version] = locator;
  const KeyRecord* key = group.record.find(ref.key);
  if (key == nullptr) {
    return tl::unexpected(
        version ? store_errors::missing_version(name_, scope, ref.group,
                                                ref.key, *version)
                : store_errors::missing(name_, scope, ref.group, ref.key));
  }
  if (key->deleted) {
    return tl::unexpected(
        store_errors::deleted(name_, scope, ref.group, ref.key));
  }
  SOTTO_ASSIGN_OR_RETURN(SecretString text, SecretString::copy_of(key->value));
  return FetchedSecret{{std::move(text), key->kind}, group.version};
}

Result<FetchedSecret> LocalStoreFile::fetch_pinned(LocalGroups& groups,
                                                   const Locator& locator) {
  const SecretRef& ref = locator.ref;
  Result<FetchedSecret> found = tl::unexpected(store_errors::missing_version(
      name_, locator.scope, ref.group, ref.key, *locator.version));
  SOTTO_RETURN_IF_ERROR(groups.walk({locator.scope, ref.group},
                                    [&](OpenedGroup& group) -> Result<bool> {
                                      if (group.version == *locator.version)
                                        found = pick(group, locator);
                                      return group.version > *locator.version;
                                    }));
  return found;
}

Result<LocalStoreFile::Fetched> LocalStoreFile::fetch_all(
    LocalGroups& groups, std::span<const Locator> locators) {
  std::map<GroupName, std::size_t> places;
  std::vector<GroupName> names;
  for (const Locator& locator : locators) {
    if (locator.version || !locator.path.empty()) continue;
    GroupName name{locator.scope, locator.ref.group};
    if (places.try_emplace(name, names.size()).second) {
      names.push_back(std::move(name));
    }
  }
  SOTTO_ASSIGN_OR_RETURN(const LocalGroups::Latest latest,
                         groups.latest(names));
  Fetched answers;
  answers.reserve(locators.size());
  for (const Locator& locator : locators) {
    const auto& [scope, ref, path, version] = locator;
    if (const auto checked = store_errors::check_path(name_, path); !checked) {
      answers.push_back(tl::unexpected(checked.error()));
    } else if (version) {
      answers.push_back(fetch_pinned(groups, locator));
    } else if (const auto& group = latest[places.at({scope, ref.group})];
               !group) {
      answers.push_back(tl::unexpected(group.error()));
    } else if (!*group) {
      answers.push_back(tl::unexpected(
          store_errors::missing(name_, scope, ref.group, ref.key)));
    } else {
      answers.push_back(pick(**group, locator));
    }
  }
  return answers;
}

std::vector<Result<FetchedSecret>> LocalStoreFile::fetch(
    std::span<const Locator> locators) {
  auto answers = guarded([&] {
    return read([&](LocalGroups& groups, Database&) {
      return fetch_all(groups, locators);
    });
  });
  if (answers) return std::move(*answers);
  return failed_batch<FetchedSecret>(locators.size(), answers.error());
}

Result<std::vector<SecretInfo>> LocalStoreFile::list(const Scope& scope) {
  return guarded([&] {
    return read([&](LocalGroups& groups,
                    Database&) -> Result<std::vector<SecretInfo>> {
      SOTTO_ASSIGN_OR_RETURN(std::vector<GroupName> names,
                             groups.manifest().groups());
      std::erase_if(names,
                    [&](const GroupName& name) { return name.scope != scope; });
      std::sort(names.begin(), names.end());
      std::vector<SecretInfo> secrets;
      for (const GroupName& name : names) {
        SOTTO_ASSIGN_OR_RETURN(const auto group, groups.latest(name));
        if (group) describe(name, group->record, secrets);
      }
      return secrets;
    });
  });
}

Result<std::vector<SecretInfo>> LocalStoreFile::list_group(
    const Scope& scope, std::string_view group) {
  return guarded([&] {
    return read(
        [&](LocalGroups& groups, Database&) -> Result<std::vector<SecretInfo>> {
          const GroupName name{scope, std::string(group)};
          SOTTO_ASSIGN_OR_RETURN(const auto latest, groups.latest(name));
          std::vector<SecretInfo> secrets;
          if (latest) describe(name, latest->record, secrets);
          return secrets;
        });
  });
}

Result<std::vector<Scope>> LocalStoreFile::scopes() {
  return guarded([&] {
    return read(
        [&](LocalGroups& groups, Database&) -> Result<std::vector<Scope>> {
          SOTTO_ASSIGN_OR_RETURN(const std::vector<GroupName> names,
                                 groups.manifest().groups());
          std::vector<Scope> scopes;
          for (const GroupName& name : names) scopes.push_back(name.scope);
          std::sort(scopes.begin(), scopes.end());
          scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
          return scopes;
        });
  });
}

Result<void> LocalStoreFile::check() {
  return guarded([&] {
    return read([&](LocalGroups& groups, Database& database) -> Result<void> {
      {
        SOTTO_ASSIGN_OR_RETURN(sqlite::Statement statement,
                               database.use(kIntegrity));
        SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
        if (!row || statement.text(0) != "ok") {
          return database.damaged("is damaged");
        }
      }
      return groups.check_rows();
    });
  });
}

Result<std::vector<VersionInfo>> LocalStoreFile::history(
    const Scope& scope, std::string_view group) {
  return guarded([&] {
    return read([&](LocalGroups& groups,
                    Database&) -> Result<std::vector<VersionInfo>> {
      std::vector<VersionInfo> versions;
      SOTTO_RETURN_IF_ERROR(
          groups.walk({scope, std::string(group)}, [&](OpenedGroup& opened) {
            VersionInfo info{opened.version, opened.record.created, {}, {}};
            for (const KeyRecord& key : opened.record.keys) {
              if (!key.deleted) info.keys.push_back(key.name);
              if (key.changed == opened.version) {
                info.changed.push_back(key.name);
              }
            }
            versions.push_back(std::move(info));
            return Result<bool>(true);
          }));
      if (versions.empty()) {
        return tl::unexpected(store_errors::no_group(name_, scope, group));
      }
      return versions;
    });
  });
}

// ---- Writing ----

Result<void> LocalStoreFile::apply(GroupRecord& record,
                                   const PreparedWrite& write,
                                   Version version) {
  record.created = now();
  for (const Change& change : write.changes) {
    const KeyRecord* known = record.find(change.key);
    if (!change.value) {
      const auto& [scope, group] = write.name;
      if (known == nullptr) {
        return tl::unexpected(
            store_errors::missing(name_, scope, group, change.key));
      }
      if (known->deleted) {
        return tl::unexpected(
            store_errors::deleted(name_, scope, group, change.key));
      }
    }
    KeyRecord& key = key_slot(record, change.key);
    key.deleted = !change.value;
    key.kind = change.value ? change.kind : SecretValue::Kind::kString;
    key.changed = version;
    key.updated = record.created;
    key.value = change.value.value_or(std::string_view());
  }
  // A removed key is remembered for as long as a version is kept that held it:
  // then it is gone for good, as if it had never been.
  std::erase_if(record.keys, [version](const KeyRecord& key) {
    return key.deleted && key.changed + kKeptVersions <= version + 1;
  });
  return {};
}

Result<Version> LocalStoreFile::write_one(LocalGroups& groups,
                                          const PreparedWrite& write) {
  SOTTO_ASSIGN_OR_RETURN(const GroupEntry* entry,
                         groups.manifest().find(write.name));
  const Version found = entry == nullptr ? 0 : entry->latest;
  if (write.expected && *write.expected != found) {
    return tl::unexpected(store_errors::conflict(
        write.name.scope, write.name.group, *write.expected, found));
  }
  // Owns the values that the record goes on borrowing.
  SOTTO_ASSIGN_OR_RETURN(auto before, groups.latest(write.name));
  GroupRecord record;
  if (before) record = std::move(before->record);
  SOTTO_RETURN_IF_ERROR(apply(record, write, found + 1));
  return groups.write(write.name, entry, record);
}

Result<Version> LocalStoreFile::put_one(LocalGroups& groups,
                                        const GroupWrite& one) {
  SOTTO_RETURN_IF_ERROR(store_errors::check_write(name_, one));
  PreparedWrite prepared{{one.scope, one.group}, {}, one.expected};
  for (const KeyChange& change : one.changes) {
    prepared.changes.push_back({change.key, std::nullopt});
    if (change.value) prepared.changes.back().value = change.value->expose();
  }
  return write_one(groups, prepared);
}

std::vector<Result<Version>> LocalStoreFile::put(
    std::span<const GroupWrite> writes) {
  Versions done;
  bool refused = false;
  const auto written = guarded([&] {
    return write([&](LocalGroups& groups) -> Result<void> {
      done.reserve(writes.size());
      for (const GroupWrite& one : writes) {
        auto version = put_one(groups, one);
        // What concerns the whole file is every item's trouble.
        if (!version && !concerns_one_item(version.error().code)) {
          return tl::unexpected(std::move(version).error());
        }
        refused = refused || !version;
        done.push_back(std::move(version));
      }
      if (!refused) return {};
      store_errors::cancel_written(writes, done);
      // An error, so that what was written is undone.
      return fail(ErrorCode::kCancelled, {});
    });
  });
  if (written || written.error().code == ErrorCode::kCancelled) return done;
  return failed_batch<Version>(writes.size(), written.error());
}

Result<Version> LocalStoreFile::restore_in(LocalGroups& groups,
                                           const GroupName& name,
                                           std::string_view key,
                                           std::optional<Version> version,
                                           std::optional<Version> expected) {
  std::optional<OpenedGroup> source;
  SOTTO_RETURN_IF_ERROR(
      groups.walk(name, [&](OpenedGroup& group) -> Result<bool> {
        const KeyRecord* held = group.record.find(key);
        const bool wanted = !version || group.version == *version;
        if (wanted && held != nullptr && !held->deleted) {
          source = std::move(group);
          return false;
        }
        return !version || group.version > *version;
      }));
  if (!source) {
    return tl::unexpected(
        version ? store_errors::missing_version(name_, name.scope, name.group,
                                                key, *version)
                : store_errors::missing(name_, name.scope, name.group, key));
  }
  const KeyRecord* held = source->record.find(key);
  return write_one(groups, {name, {{key, held->value, held->kind}}, expected});
}

Result<Version> LocalStoreFile::restore(const Scope& scope,
                                        const SecretRef& ref,
                                        std::optional<Version> version,
                                        std::optional<Version> expected) {
  return guarded([&] {
    return write([&](LocalGroups& groups) {
      return restore_in(groups, {scope, ref.group}, ref.key, version, expected);
    });
  });
}

}  // namespace sotto
