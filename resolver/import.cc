// SPDX-License-Identifier: Apache-2.0

#include "resolver/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "resolver/group_write.h"
#include "resolver/journal.h"

namespace sotto {
namespace {

// What an import writes to one store, and what came of it.
struct StoreImport {
  Store* store = nullptr;
  std::vector<GroupWrite> writes;
  // Of each write: what it comes to, but for the version.
  std::vector<std::vector<SecretChange>> changes;
};

using ImportPlan = std::map<std::string, StoreImport, std::less<>>;

// What the items mean to who listens, as the catalog has them now.
Result<std::vector<SecretChange>> changes_of(const Catalog& catalog,
                                             const Scope& scope,
                                             std::span<const SecretRef> refs) {
  SOTTO_ASSIGN_OR_RETURN(const auto entries, catalog.find(refs, {&scope, 1}));
  std::vector<SecretChange> changes;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const ChangeKind kind =
        entries[i] ? change_of_setting(*entries[i]) : ChangeKind::kCreated;
    changes.push_back({kind, scope, refs[i]});
  }
  return changes;
}

Result<ImportPlan> plan_import(const Catalog& catalog, const StoreSet& stores,
                               const WriteTarget& target,
                               std::vector<ImportItem> items) {
  std::sort(
      items.begin(), items.end(),
      [](const ImportItem& a, const ImportItem& b) { return a.ref < b.ref; });
  std::vector<SecretRef> refs;
  for (const ImportItem& item : items) refs.push_back(item.ref);
  SOTTO_ASSIGN_OR_RETURN(auto changes, changes_of(catalog, target.scope, refs));
  ImportPlan plan;
  StoreImport* part = nullptr;  // Where the group of the item before goes.
  for (std::size_t i = 0; i < items.size(); ++i) {
    ImportItem& item = items[i];
    if (part == nullptr || part->writes.back().group != item.ref.group) {
      SOTTO_ASSIGN_OR_RETURN(Place place,
                             home_of_group(catalog, target, item.ref.group));
      part = &plan[place.store];
      SOTTO_ASSIGN_OR_RETURN(part->store,
                             configured_store(stores, place.store));
      GroupWrite write;
      write.scope = target.scope;
      write.group = item.ref.group;
      write.path = std::move(place.path);
      part->writes.push_back(std::move(write));
      part->changes.emplace_back();
    }
    part->changes.back().push_back(std::move(changes[i]));
    part->writes.back().changes.push_back(
        {std::move(item.ref.key), std::move(item.value)});
  }
  return plan;
}

std::string joined(const std::vector<std::string>& groups) {
  std::string text;
  for (const std::string& group : groups) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", group);
  }
  return text;
}

// Goes through the stores, the last one that was asked being the first one
// that failed.
class Importer {
 public:
  Importer(Catalog& catalog, ChangeFeed& changes)
      : catalog_(catalog), changes_(changes) {}

  Result<void> run(ImportPlan& plan) {
    for (auto& [name, part] : plan) {
      Result<void> done = written_.empty()
                              ? write(part)
                              : after_write([&] { return write(part); });
      part.writes.clear();  // The values are wiped as soon as they are stored.
      if (!done) return done;
    }
    return {};
  }

 private:
  Result<void> write(StoreImport& part) {
    std::vector<Intent> intents;
    for (const GroupWrite& group : part.writes) {
      intents.push_back({group.scope, group.group, part.store->name()});
    }
    Journal journal(catalog_, *part.store, std::move(intents));
    if (const auto begun = journal.begin(); !begun) {
      return tl::unexpected<Error>(partial(begun.error()));
    }
    return after_write([&]() -> Result<void> {
      const std::vector<Result<Version>> results =
          put_all(*part.store, part.writes);
      const auto ended = guarded([&] { return journal.end(results); });
      if (ended) tell(part, results);
      return outcome(part, results, ended);
    });
  }

  void tell(StoreImport& part, std::span<const Result<Version>> results) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) continue;
      for (SecretChange& change : part.changes[i]) change.version = *results[i];
      changes_.tell(part.changes[i]);
    }
  }

  // What there is to say of a store that was asked.
  Result<void> outcome(const StoreImport& part,
                       std::span<const Result<Version>> results,
                       const Result<void>& ended) {
    const Error* refused = nullptr;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i]) {
        written_.push_back(part.writes[i].group);
      } else if (refused == nullptr || refused->code == ErrorCode::kCancelled) {
        refused = &results[i].error();
      }
    }
    if (refused != nullptr) return tl::unexpected<Error>(partial(*refused));
    if (ended) return {};
    return not_recorded(fmt::format("{} {}", joined(written_),
                                    written_.size() == 1 ? "was" : "were"),
                        ended.error());
  }

  Error partial(Error error) const {
    if (written_.empty()) return error;
    error.message += fmt::format("; written nevertheless: {} {}",
                                 written_.size() == 1 ? "group" : "groups",
                                 joined(written_));
    return error;
  }

  Catalog& catalog_;
  ChangeFeed& changes_;
  std::vector<std::string> written_;
};

}  // namespace

Result<void> check_items(std::span<const ImportItem> items,
                         const GroupSchemas& schemas) {
  std::set<SecretRef> seen;
  for (const ImportItem& item : items) {
    SOTTO_RETURN_IF_ERROR(check_name(item.ref));
    SOTTO_RETURN_IF_ERROR(check_value(item.ref, item.value));
    SOTTO_RETURN_IF_ERROR(check_schema(schemas, item.ref, item.value));
    if (!seen.insert(item.ref).second) {
      return fail(ErrorCode::kUsage, fmt::format("secret \"{}\" is there twice",
                                                 to_string(item.ref)));
    }
  }
  return {};
}

Result<void> import_all(Catalog& catalog, const StoreSet& stores,
                        const WriteTarget& target,
                        std::vector<ImportItem> items, ChangeFeed& changes) {
  SOTTO_ASSIGN_OR_RETURN(
      ImportPlan plan, plan_import(catalog, stores, target, std::move(items)));
  return Importer(catalog, changes).run(plan);
}

}  // namespace sotto
