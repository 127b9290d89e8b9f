// SPDX-License-Identifier: Apache-2.0

#include "tests/resolver/testing_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

namespace sotto::testing {

std::vector<std::vector<Locator>> WatchedStore::take_fetches() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(fetches_, {});
}

std::size_t WatchedStore::puts() const {
  const std::scoped_lock lock(mutex_);
  return puts_;
}

WatchedStore::Fetched WatchedStore::fetch(std::span<const Locator> locators) {
  {
    const std::scoped_lock lock(mutex_);
    fetches_.emplace_back(locators.begin(), locators.end());
  }
  if (before_fetch) before_fetch(locators);
  if (instead_of_fetch) return instead_of_fetch(locators);
  return memory.fetch(locators);
}

WatchedStore::Written WatchedStore::put(std::span<const GroupWrite> writes) {
  {
    const std::scoped_lock lock(mutex_);
    ++puts_;
  }
  if (instead_of_put) return instead_of_put(writes);
  return memory.put(writes);
}

Result<std::vector<SecretInfo>> WatchedStore::list(const Scope& where) {
  if (list_error) return tl::unexpected<Error>(*list_error);
  if (listed_instead) return *listed_instead;
  auto listed = memory.list(where);
  if (after_list) after_list();
  return listed;
}

Result<std::vector<SecretInfo>> WatchedStore::list_group(
    const Scope& where, std::string_view group) {
  if (list_error) return tl::unexpected<Error>(*list_error);
  if (listed_instead) return *listed_instead;
  auto listed = memory.list_group(where, group);
  if (listing_groups_too && after_list) after_list();
  return listed;
}

SecretRef ref(std::string_view text) { return parse_secret_ref(text).value(); }
Scope scope(std::string_view text) { return Scope::parse(text).value(); }
SecretString secret(std::string_view text) {
  return SecretString::copy_of(text).value();
}

std::string bound(const Bindings& bindings, std::string_view reference) {
  if (!bindings.mentions(ref(reference))) return "nothing";
  if (const Error* error = bindings.error(ref(reference))) {
    return fmt::format("error:{}", error_info(error->code).name);
  }
  const SecretValue& value = *bindings.find(ref(reference));
  return fmt::format("{}{}",
                     value.kind == SecretValue::Kind::kJson ? "json:" : "",
                     value.text.expose());
}

World::World() : catalog(Catalog::in_memory().value()) { stores.add(local); }

void World::define(std::string_view where, std::string_view reference,
                   std::string_view value) {
  local.memory.set(scope(where), ref(reference), value);
  enter(where, reference, "local");
}

void World::enter(std::string_view where, std::string_view reference,
                  std::string_view store, SecretState state) {
  const SecretRef name = ref(reference);
  std::vector<CatalogEntry> entries;
  std::vector<CatalogEntry> known = catalog.list(scope(where)).value();
  for (CatalogEntry& entry : known) {
    if (entry.ref.group != name.group || entry.store != store) continue;
    if (entry.ref != name) entries.push_back(std::move(entry));
  }
  entries.push_back({.scope = scope(where),
                     .ref = name,
                     .store = std::string(store),
                     .path = {},
                     .version = 1,
                     .state = state,
                     .updated = {}});
  const Intent group{scope(where), name.group, std::string(store)};
  ASSERT_TRUE(catalog.record(group, entries).has_value());
}

Result<Resolution> World::resolve(std::string_view document) const {
  const Template parsed =
      parse_template(document, {.format = Format::kText, .limits = {}});
  EXPECT_TRUE(parsed.ok()) << document;
  return Resolver(catalog, stores).resolve(parsed, caller);
}

Resolution World::resolved(std::string_view document) const {
  Result<Resolution> resolution = resolve(document);
  EXPECT_TRUE(resolution.has_value()) << to_string(resolution.error());
  return resolution ? std::move(*resolution) : Resolution{};
}

Plan World::planned(std::vector<std::string_view> references) const {
  std::vector<SecretRef> refs;
  for (const std::string_view name : references) refs.push_back(ref(name));
  auto plan = make_plan(catalog, stores, refs, caller);
  EXPECT_TRUE(plan.has_value()) << to_string(plan.error());
  return plan ? std::move(*plan) : Plan{};
}

std::string World::entry(std::string_view where,
                         std::string_view reference) const {
  const SecretRef name = ref(reference);
  const Scope in = scope(where);
  const auto entries = catalog.find({&name, 1}, {&in, 1}).value();
  if (!entries[0]) return "none";
  return fmt::format("{} {} {}", entries[0]->version,
                     to_string(entries[0]->state), entries[0]->store);
}

}  // namespace sotto::testing
