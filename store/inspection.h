// SPDX-License-Identifier: Apache-2.0
//
// What a store can tell of a secret without telling its value.

#ifndef SOTTO_STORE_INSPECTION_H_
#define SOTTO_STORE_INSPECTION_H_

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/operation.h"
#include "store/store.h"

namespace sotto {

// None: the store cannot say without a read.
struct Inspection {
  std::optional<SecretState> state;
  std::optional<bool> readable;  // By this caller.
};

// What stores can do besides that have permissions of their own.
class InspectingStore {
 public:
  virtual ~InspectingStore() = default;

  // Looks at each name without reading a value. Per item kMissing (never
  // existed), kForbidden (not even its name may be read), kUnreachable, ...,
  // in the order of the items, as Store::fetch() answers.
  virtual std::vector<Result<Inspection>> inspect(
      Operation& operation, std::span<const Locator> locators) = 0;
};

// The same of any store. One without permissions of its own is asked for the
// names of each group, once: whoever may have those may read the values.
std::vector<Result<Inspection>> inspect(Store& store, Operation& operation,
                                        std::span<const Locator> locators);

}  // namespace sotto

#endif  // SOTTO_STORE_INSPECTION_H_
