// SPDX-License-Identifier: Apache-2.0

#include "service/locked_catalog.h"

#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "service/secrets_lock.h"
#include "store/catalog.h"
#include "store/memory_store.h"

namespace sotto {

struct LockedCatalog::Impl {
  explicit Impl(Catalog its) : catalog(std::move(its)) {}

  Catalog catalog;
  // In the place of the stores that it names, which nobody asks.
  std::deque<MemoryStore> stores;
  StoreSet set;
};

LockedCatalog::LockedCatalog(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
LockedCatalog::LockedCatalog(LockedCatalog&&) noexcept = default;
LockedCatalog& LockedCatalog::operator=(LockedCatalog&&) noexcept = default;
LockedCatalog::~LockedCatalog() = default;

Result<LockedCatalog> LockedCatalog::read(const std::filesystem::path& file) {
  return guarded([&]() -> Result<LockedCatalog> {
    SOTTO_ASSIGN_OR_RETURN(const std::vector<LockedSecret> secrets,
                           read_secrets_lock(file));
    SOTTO_ASSIGN_OR_RETURN(Catalog catalog, catalog_of(secrets));
    auto impl = std::make_unique<Impl>(std::move(catalog));
    std::set<std::string> names;
    for (const LockedSecret& secret : secrets) {
      if (!names.insert(secret.store).second) continue;
      impl->set.add(impl->stores.emplace_back(secret.store));
    }
    return LockedCatalog(std::move(impl));
  });
}

const Catalog& LockedCatalog::catalog() const { return impl_->catalog; }

Result<LintFacts> LockedCatalog::lint_facts(
    std::span<const Template* const> templates, const Caller& caller) const {
  return guarded([&] {
    return LintFacts::gather(templates, impl_->catalog, impl_->set, caller);
  });
}

}  // namespace sotto
