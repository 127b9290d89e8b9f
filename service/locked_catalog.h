// SPDX-License-Identifier: Apache-2.0
//
// A secrets.lock in the place of the catalog: for lint, where there is no
// store, no key and no network.

#ifndef SOTTO_SERVICE_LOCKED_CATALOG_H_
#define SOTTO_SERVICE_LOCKED_CATALOG_H_

#include <filesystem>
#include <memory>
#include <span>

#include "base/result.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "resolver/plan.h"

namespace sotto {

class LockedCatalog {
 public:
  // Fails as read_secrets_lock() does.
  static Result<LockedCatalog> read(const std::filesystem::path& file);

  LockedCatalog(LockedCatalog&&) noexcept;
  LockedCatalog& operator=(LockedCatalog&&) noexcept;
  ~LockedCatalog();

  const Catalog& catalog() const;

  // What lint() has to know of the names in these documents: a name that the
  // file does not have is not defined.
  Result<LintFacts> lint_facts(std::span<const Template* const> templates,
                               const Caller& caller) const;

 private:
  struct Impl;
  explicit LockedCatalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LOCKED_CATALOG_H_
