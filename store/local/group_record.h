// SPDX-License-Identifier: Apache-2.0
//
// One version of a group as the local store seals it: every key that it holds
// and every one that can still be restored. Internal; docs/local-store.md has
// the format.

#ifndef SOTTO_STORE_LOCAL_GROUP_RECORD_H_
#define SOTTO_STORE_LOCAL_GROUP_RECORD_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/result.h"
#include "base/secret_string.h"
#include "store/store.h"

namespace sotto {

inline constexpr std::size_t kMaxGroupSize = 32u << 20;

// Borrows its value from the plaintext that it was decoded from, or from
// whoever set it.
struct KeyRecord {
  std::string name;
  bool deleted = false;
  SecretValue::Kind kind = SecretValue::Kind::kString;
  Version changed = 0;  // The version that set or removed it.
  Timestamp updated{};  // When that was.
  std::string_view value;
};

struct GroupRecord {
  Timestamp created{};
  std::vector<KeyRecord> keys;  // Sorted by name, each once.

  // Null if there is none.
  const KeyRecord* find(std::string_view key) const;
};

// Fails with kNoMemory.
Result<SecretString> encode_group(const GroupRecord& group);

// None if it is not what encode_group() writes, to the byte.
std::optional<GroupRecord> decode_group(std::string_view plaintext);

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_GROUP_RECORD_H_
