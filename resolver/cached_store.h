// SPDX-License-Identifier: Apache-2.0
//
// A store whose values are kept for a while, in locked memory.
//
//   CachedStore store(std::move(vault), {.soft = 30s, .hard = 300s});

#ifndef SOTTO_RESOLVER_CACHED_STORE_H_
#define SOTTO_RESOLVER_CACHED_STORE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/inspection.h"
#include "store/operation.h"
#include "store/store.h"

namespace sotto {

class CachedFetch;

struct CacheLimits {
  // From then on a value is still answered, and asked for anew meanwhile.
  std::chrono::milliseconds soft{30'000};
  // From then on it is not answered any more. 0: nothing is kept.
  std::chrono::milliseconds hard{300'000};
  // Of values, names and bookkeeping; what was not used for longest goes
  // first. 0: nothing is kept.
  std::size_t bytes = 2u << 20;

  bool keeps_nothing() const { return hard.count() == 0 || bytes == 0; }
};

// "Never existed" is believed for at most so long.
inline constexpr std::chrono::milliseconds kAbsentLife{5'000};

// Answers from memory what it was told lately; asks the store for the rest.
//
// - All keys of a group that are answered come from one version: a key that is
//   not known yet is asked for together with those that are (R5).
// - Who asks for what is being asked for already waits for that answer: a
//   hundred threads that miss one group make one call.
// - Values and proven absence alone are kept. Who is refused, and a store that
//   does not answer, is asked again each time.
// - Once put() or restore() of a group has returned, no value that it had
//   before is answered to anybody who asks then (W8). Writes that take another
//   way show when the life of a value is over.
//
// It belongs to one store and one principal: values of one are never answered
// for another. Thread-safe.
class CachedStore : public VersionedStore, public InspectingStore {
 public:
  using Clock = std::function<Deadline()>;

  // `clock` is the time by which values age; none: the steady clock.
  CachedStore(std::unique_ptr<VersionedStore> store, CacheLimits limits,
              Clock clock = {});
  // Stops asking ahead; wipes what is kept.
  ~CachedStore() override;

  // Forgets, and wipes, everything.
  void purge();

  const std::string& name() const override;
  bool has_complete_catalog() const override;
  std::vector<Result<FetchedSecret>> fetch(
      std::span<const Locator> locators) override;
  // A secret that needed no call of this operation is one of its cache_hits.
  std::vector<Result<FetchedSecret>> fetch_within(
      Operation& operation, std::span<const Locator> locators) override;
  std::vector<Result<Inspection>> inspect(
      Operation& operation, std::span<const Locator> locators) override;
  std::vector<Result<Version>> put(std::span<const GroupWrite> writes) override;
  Result<std::vector<SecretInfo>> list(const Scope& scope) override;
  Result<std::vector<SecretInfo>> list_group(const Scope& scope,
                                             std::string_view group) override;
  Result<std::vector<Scope>> scopes() override;
  Result<void> check() override;
  StoreHealth health() override;
  Result<std::vector<VersionInfo>> history(const Scope& scope,
                                           std::string_view group) override;
  Result<Version> restore(const Scope& scope, const SecretRef& ref,
                          std::optional<Version> version,
                          std::optional<Version> expected) override;

 private:
  const std::unique_ptr<VersionedStore> store_;
  const std::unique_ptr<CachedFetch> fetch_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_CACHED_STORE_H_
