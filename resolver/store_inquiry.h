// SPDX-License-Identifier: Apache-2.0
//
// What the stores alone know of names: whether they have them, in use, and let
// this caller read them. No value leaves a store for it.

#ifndef SOTTO_RESOLVER_STORE_INQUIRY_H_
#define SOTTO_RESOLVER_STORE_INQUIRY_H_

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "resolver/plan.h"
#include "store/inspection.h"
#include "store/operation.h"

namespace sotto {

// Borrows the stores. A name is asked for once, however often it comes.
// Belongs to one thread. May throw std::bad_alloc.
class StoreInquiry {
 public:
  StoreInquiry(const StoreSet& stores, Caller caller)
      : stores_(stores), caller_(std::move(caller)) {}

  // Gives an error to each of `refs` that the catalog leads to a store for and
  // that cannot be had there. Places are asked in their order, as a render
  // does: one batch a store and round.
  void ask(std::span<PlannedRef> refs, Operation& operation);

  // Stores that could not say of some secret whether it is there or may be
  // read; by name.
  const std::set<std::string>& mute_stores() const { return mute_; }

 private:
  using Name = std::tuple<std::string, Scope, std::string, SecretRef>;

  void inspect(const StoreBatch& batch, Operation& operation);
  bool settle(PlannedRef& planned, const Place& place,
              const Result<Inspection>& answer);

  const StoreSet& stores_;
  Caller caller_;
  std::map<Name, Result<Inspection>> known_;
  std::set<std::string> mute_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_STORE_INQUIRY_H_
