// SPDX-License-Identifier: Apache-2.0

#include "store/memory_store.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "store/guarded.h"
#include "store/store_errors.h"

namespace sotto {
namespace {

// Versions share the values that they have in common.
struct Key {
  std::shared_ptr<const SecretString> value;  // Null: deleted.
  SecretValue::Kind kind = SecretValue::Kind::kString;
  Version changed = 0;
  Timestamp updated{};
};

struct GroupVersion {
  Timestamp created{};
  std::map<std::string, Key, std::less<>> keys;
};

using GroupName = std::pair<Scope, std::string>;
using SecretName = std::pair<Scope, SecretRef>;

Timestamp now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

Result<Key> make_key(std::string_view value, SecretValue::Kind kind) {
  SOTTO_ASSIGN_OR_RETURN(SecretString copy, SecretString::copy_of(value));
  Key key;
  key.value = std::make_shared<const SecretString>(std::move(copy));
  key.kind = kind;
  return key;
}

}  // namespace

struct MemoryStore::Impl {
  std::string name;
  mutable std::mutex mutex;  // Guards what follows.
  bool complete_catalog = true;
  // No versions: as if it were not there.
  std::map<GroupName, std::vector<GroupVersion>> groups;
  std::map<SecretName, Error> failures;
  std::set<SecretName> disabled;
  std::vector<std::vector<Locator>> fetches;

  const std::vector<GroupVersion>& versions(const GroupName& group) const {
    static const std::vector<GroupVersion> none;
    const auto found = groups.find(group);
    return found == groups.end() ? none : found->second;
  }

  Result<FetchedSecret> fetch_one(const Locator& locator) const;
  Result<Version> put_one(const GroupWrite& write);
  std::vector<Result<Version>> put(std::span<const GroupWrite> writes);
  std::vector<SecretInfo> list(const Scope& scope,
                               std::optional<std::string_view> group) const;
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) const;
  // `keys` are what changes; a key without a value is removed.
  Result<Version> write(const GroupName& name, std::map<std::string, Key> keys,
                        std::optional<Version> expected);
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected);
  void set(const Scope& scope, const SecretRef& ref, std::string_view value,
           SecretValue::Kind kind);
};

Result<FetchedSecret> MemoryStore::Impl::fetch_one(
    const Locator& locator) const {
  const auto& [scope, ref, path, version] = locator;
  SOTTO_RETURN_IF_ERROR(store_errors::check_path(name, path));
  if (const auto failure = failures.find({scope, ref});
      failure != failures.end()) {
    return tl::unexpected(failure->second);
  }
  const std::vector<GroupVersion>& all = versions({scope, ref.group});
  const Version number = version.value_or(all.size());
  const bool known = number >= 1 && number <= all.size();
  static const GroupVersion empty;
  const auto& keys = (known ? all[number - 1] : empty).keys;
  const auto key = keys.find(ref.key);
  if (!known || key == keys.end()) {
    return tl::unexpected(
        version ? store_errors::missing_version(name, scope, ref.group, ref.key,
                                                *version)
                : store_errors::missing(name, scope, ref.group, ref.key));
  }
  if (key->second.value == nullptr) {
    return tl::unexpected(
        store_errors::deleted(name, scope, ref.group, ref.key));
  }
  if (disabled.contains({scope, ref})) {
    return tl::unexpected(
        store_errors::disabled(name, scope, ref.group, ref.key));
  }
  SOTTO_ASSIGN_OR_RETURN(SecretString text, key->second.value->clone());
  return FetchedSecret{{std::move(text), key->second.kind}, number};
}

Result<Version> MemoryStore::Impl::write(const GroupName& group,
                                         std::map<std::string, Key> keys,
                                         std::optional<Version> expected) {
  const std::vector<GroupVersion>& all = versions(group);
  const Version found = all.size();
  if (expected && *expected != found) {
    return tl::unexpected(
        store_errors::conflict(group.first, group.second, *expected, found));
  }
  GroupVersion next = all.empty() ? GroupVersion() : all.back();
  next.created = now();
  for (auto& [key_name, key] : keys) {
    const auto known = next.keys.find(key_name);
    if (key.value == nullptr && known == next.keys.end()) {
      return tl::unexpected(
          store_errors::missing(name, group.first, group.second, key_name));
    }
    if (key.value == nullptr && known->second.value == nullptr) {
      return tl::unexpected(
          store_errors::deleted(name, group.first, group.second, key_name));
    }
    key.changed = found + 1;
    key.updated = next.created;
    next.keys.insert_or_assign(key_name, std::move(key));
  }
  groups[group].push_back(std::move(next));
  return found + 1;
}

Result<Version> MemoryStore::Impl::put_one(const GroupWrite& one) {
  SOTTO_RETURN_IF_ERROR(store_errors::check_write(name, one));
  std::map<std::string, Key> keys;
  for (const KeyChange& change : one.changes) {
    Key key;
    if (change.value) {
      SOTTO_ASSIGN_OR_RETURN(
          key, make_key(change.value->expose(), SecretValue::Kind::kString));
    }
    keys.insert_or_assign(change.key, std::move(key));
  }
  return write({one.scope, one.group}, std::move(keys), one.expected);
}

std::vector<Result<Version>> MemoryStore::Impl::put(
    std::span<const GroupWrite> writes) {
  std::vector<std::vector<GroupVersion>*> written;
  auto done = guarded([&]() -> Result<std::vector<Result<Version>>> {
    std::vector<Result<Version>> answers;
    answers.reserve(writes.size());
    written.reserve(writes.size());
    for (const GroupWrite& one : writes) {
      std::vector<GroupVersion>& group = groups[{one.scope, one.group}];
      answers.push_back(put_one(one));
      if (answers.back()) written.push_back(&group);
    }
    if (written.size() < writes.size()) {
      store_errors::cancel_written(writes, answers);
    }
    return answers;
  });
  if (!done || written.size() < writes.size()) {
    for (std::vector<GroupVersion>* const group : written) group->pop_back();
  }
  if (done) return std::move(*done);
  return failed_batch<Version>(writes.size(), done.error());
}

std::vector<SecretInfo> MemoryStore::Impl::list(
    const Scope& scope, std::optional<std::string_view> group) const {
  std::vector<SecretInfo> secrets;
  for (const auto& [group_name, versions] : groups) {
    if (group_name.first != scope || versions.empty()) continue;
    if (group && group_name.second != *group) continue;
    for (const auto& [key_name, key] : versions.back().keys) {
      SecretInfo info;
      info.scope = scope;
      info.ref = {group_name.second, key_name};
      info.version = key.changed;
      info.updated = key.updated;
      if (disabled.contains({scope, info.ref})) {
        info.state = SecretState::kDisabled;
      }
      if (key.value == nullptr) info.state = SecretState::kDeleted;
      secrets.push_back(std::move(info));
    }
  }
  return secrets;
}

Result<std::vector<VersionInfo>> MemoryStore::Impl::history(
    const Scope& scope, std::string_view group) const {
  const std::vector<GroupVersion>& all = versions({scope, std::string(group)});
  if (all.empty()) {
    return tl::unexpected(store_errors::no_group(name, scope, group));
  }
  std::vector<VersionInfo> infos;
  for (Version number = all.size(); number > 0; --number) {
    VersionInfo info{number, all[number - 1].created, {}, {}};
    for (const auto& [key_name, key] : all[number - 1].keys) {
      if (key.value != nullptr) info.keys.push_back(key_name);
      if (key.changed == number) info.changed.push_back(key_name);
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

Result<Version> MemoryStore::Impl::restore(const Scope& scope,
                                           const SecretRef& ref,
                                           std::optional<Version> version,
                                           std::optional<Version> expected) {
  const GroupName group{scope, ref.group};
  const std::vector<GroupVersion>& all = versions(group);
  for (Version number = all.size(); number > 0; --number) {
    if (version && number != *version) continue;
    const auto& keys = all[number - 1].keys;
    const auto key = keys.find(ref.key);
    if (key == keys.end() || key->second.value == nullptr) continue;
    return write(group, {{ref.key, key->second}}, expected);
  }
  return tl::unexpected(
      version ? store_errors::missing_version(name, scope, ref.group, ref.key,
                                              *version)
              : store_errors::missing(name, scope, ref.group, ref.key));
}

void MemoryStore::Impl::set(const Scope& scope, const SecretRef& ref,
                            std::string_view value, SecretValue::Kind kind) {
  const std::lock_guard lock(mutex);
  auto key = make_key(value, kind);
  assert(key);
  std::map<std::string, Key> keys;
  keys.emplace(ref.key, std::move(*key));
  const auto version = write({scope, ref.group}, std::move(keys), std::nullopt);
  assert(version);
  (void)version;
}

MemoryStore::MemoryStore(std::string name) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
}

MemoryStore::~MemoryStore() = default;

void MemoryStore::set(const Scope& scope, const SecretRef& ref,
                      std::string_view value) {
  impl_->set(scope, ref, value, SecretValue::Kind::kString);
}

void MemoryStore::set_json(const Scope& scope, const SecretRef& ref,
                           std::string_view json) {
  impl_->set(scope, ref, json, SecretValue::Kind::kJson);
}

void MemoryStore::fail_fetch(const Scope& scope, const SecretRef& ref,
                             Error error) {
  const std::lock_guard lock(impl_->mutex);
  impl_->failures.insert_or_assign({scope, ref}, std::move(error));
}

void MemoryStore::disable(const Scope& scope, const SecretRef& ref) {
  const std::lock_guard lock(impl_->mutex);
  impl_->disabled.insert({scope, ref});
}

void MemoryStore::set_complete_catalog(bool complete) {
  const std::lock_guard lock(impl_->mutex);
  impl_->complete_catalog = complete;
}

std::vector<std::vector<Locator>> MemoryStore::fetches() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->fetches;
}

const std::string& MemoryStore::name() const { return impl_->name; }

bool MemoryStore::has_complete_catalog() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->complete_catalog;
}

std::vector<Result<FetchedSecret>> MemoryStore::fetch(
    std::span<const Locator> locators) {
  const std::lock_guard lock(impl_->mutex);
  auto fetched = guarded([&]() -> Result<std::vector<Result<FetchedSecret>>> {
    impl_->fetches.emplace_back(locators.begin(), locators.end());
    std::vector<Result<FetchedSecret>> answers;
    answers.reserve(locators.size());
    for (const Locator& locator : locators) {
      answers.push_back(impl_->fetch_one(locator));
    }
    return answers;
  });
  if (fetched) return std::move(*fetched);
  return failed_batch<FetchedSecret>(locators.size(), fetched.error());
}

std::vector<Result<Version>> MemoryStore::put(
    std::span<const GroupWrite> writes) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->put(writes);
}

Result<std::vector<SecretInfo>> MemoryStore::list(const Scope& scope) {
  const std::lock_guard lock(impl_->mutex);
  return guarded([&]() -> Result<std::vector<SecretInfo>> {
    return impl_->list(scope, std::nullopt);
  });
}

Result<std::vector<SecretInfo>> MemoryStore::list_group(
    const Scope& scope, std::string_view group) {
  const std::lock_guard lock(impl_->mutex);
  return guarded([&]() -> Result<std::vector<SecretInfo>> {
    return impl_->list(scope, group);
  });
}

Result<std::vector<Scope>> MemoryStore::scopes() {
  const std::lock_guard lock(impl_->mutex);
  return guarded([&]() -> Result<std::vector<Scope>> {
    std::set<Scope> scopes;
    for (const auto& [group, versions] : impl_->groups) {
      if (!versions.empty()) scopes.insert(group.first);
    }
    return std::vector<Scope>(scopes.begin(), scopes.end());
  });
}

Result<void> MemoryStore::check() { return {}; }

Result<std::vector<VersionInfo>> MemoryStore::history(const Scope& scope,
                                                      std::string_view group) {
  const std::lock_guard lock(impl_->mutex);
  return guarded([&] { return impl_->history(scope, group); });
}

Result<Version> MemoryStore::restore(const Scope& scope, const SecretRef& ref,
                                     std::optional<Version> version,
                                     std::optional<Version> expected) {
  const std::lock_guard lock(impl_->mutex);
  return guarded([&] { return impl_->restore(scope, ref, version, expected); });
}

}  // namespace sotto
