// SPDX-License-Identifier: Apache-2.0
//
// What is known of a group besides what the catalog has: which keys it may
// have, what their values look like, and where they may be sent.

#ifndef SOTTO_RESOLVER_GROUP_SCHEMA_H_
#define SOTTO_RESOLVER_GROUP_SCHEMA_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "resolver/value_pattern.h"
#include "store/store.h"

namespace sotto {

// What a value must look like to be written. Lengths are in bytes.
struct ValueRule {
  std::optional<ValuePattern> pattern;
  std::size_t min_length = 0;
  std::size_t max_length = kMaxValueSize;
};

struct GroupSchema {
  std::vector<std::string> keys;  // Those that may be named; empty: any.
  bool other_keys = false;        // Others than `keys` may be named, too.
  // Where its values may be sent, besides where the catalog has it; as
  // base/host_name.h has them.
  std::vector<std::string> hosts;
  std::map<std::string, ValueRule, std::less<>> values;  // By key.
  // The configuration that has it under "groups", to be named by errors; may
  // be empty.
  std::string file;

  bool allows(std::string_view key) const;
};

using GroupSchemas = std::map<std::string, GroupSchema, std::less<>>;

// For a key that the schema does not allow: the nearest one, else all of them.
std::string key_hint(const GroupSchema& schema, const SecretRef& ref);

// May there be a secret of this name? Fails with kUsage.
Result<void> check_key(const GroupSchemas& schemas, const SecretRef& ref);

// The same, and may it have this value? The error tells which rule the value
// breaks, and nothing else of the value.
Result<void> check_schema(const GroupSchemas& schemas, const SecretRef& ref,
                          const SecretString& value);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_GROUP_SCHEMA_H_
