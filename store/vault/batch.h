// SPDX-License-Identifier: Apache-2.0
//
// Groups that are written together: read side by side, checked, changed, and
// written side by side, each on condition of the version that was read (CAS).
// Internal to store/.

#ifndef SOTTO_STORE_VAULT_BATCH_H_
#define SOTTO_STORE_VAULT_BATCH_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/operation.h"
#include "store/store.h"
#include "store/vault/connection.h"
#include "store/vault/merge.h"

namespace sotto {

// One group's changes; borrows their texts.
struct BatchItem {
  Scope scope;
  std::string group;
  std::string place;
  std::optional<Version> expected;
  std::optional<Timestamp> expected_created;
  std::vector<MemberChange> changes;
};

// Each group's new version. If one is refused before anything was written, the
// others are kCancelled. A group without an expected version that others write
// to meanwhile is read and written again. std::bad_alloc.
//
// No answer to a write that may have arrived: it is repeated once, which the
// condition makes safe; if then its version is taken, that version is read and
// compared with what was to be written. What cannot be told is kOutcomeUnknown.
std::vector<Result<Version>> write_batch(VaultConnection& connection,
                                         Operation& operation,
                                         std::span<const BatchItem> items);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_BATCH_H_
