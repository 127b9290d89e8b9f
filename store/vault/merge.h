// SPDX-License-Identifier: Apache-2.0
//
// The next version of a group: what it holds, changed here and there. No I/O.
// Internal to store/.

#ifndef SOTTO_STORE_VAULT_MERGE_H_
#define SOTTO_STORE_VAULT_MERGE_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/wiped_buffer.h"
#include "store/store.h"
#include "store/vault/answers.h"
#include "store/vault/groups.h"

namespace sotto {

// A key of the next version. Borrows what it names.
struct MemberChange {
  std::string_view key;
  const SecretString* text = nullptr;  // A new value; or
  std::string_view raw;                // one as JSON text; or
                                       // neither: the key goes.
};

// The body of a write after `read`, on condition that this still is the latest
// version. `former`: the keys of a deleted group, which its next version must
// still know as deleted. Members that are not changed stay as they are, byte
// for byte. Fails with kMissing or kDeleted for a key that goes and is not
// there, kLimit for a group that is too large. std::bad_alloc.
Result<std::shared_ptr<const WipedBuffer>> merge_group(
    std::string_view store, const Scope& scope, std::string_view group,
    const ReadGroup& read, std::span<const std::string> former,
    std::span<const MemberChange> changes);

// Does a version hold what a body made by merge_group() said? In time that
// depends on the lengths alone.
bool holds_what_was_written(const ReadGroup& read, const WipedBuffer& body);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_MERGE_H_
