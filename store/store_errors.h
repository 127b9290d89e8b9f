// SPDX-License-Identifier: Apache-2.0
//
// What our own stores say when they refuse something, word for word the same.

#ifndef SOTTO_STORE_STORE_ERRORS_H_
#define SOTTO_STORE_STORE_ERRORS_H_

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/store.h"

namespace sotto::store_errors {

// `"github.TOKEN" of platform`.
std::string name_of(const Scope& scope, std::string_view group,
                    std::string_view key);
// `group "github" of platform`.
std::string group_name(const Scope& scope, std::string_view group);

Error missing(std::string_view store, const Scope& scope,
              std::string_view group, std::string_view key);
Error missing_version(std::string_view store, const Scope& scope,
                      std::string_view group, std::string_view key,
                      Version version);
Error deleted(std::string_view store, const Scope& scope,
              std::string_view group, std::string_view key);
Error disabled(std::string_view store, const Scope& scope,
               std::string_view group, std::string_view key);
Error no_group(std::string_view store, const Scope& scope,
               std::string_view group);
Error conflict(const Scope& scope, std::string_view group, Version expected,
               Version found);

// kCancelled: intact itself, but in one batch with a write that was refused.
Error cancelled(const Scope& scope, std::string_view group);
// Makes that the answer to every write that was not itself refused.
void cancel_written(std::span<const GroupWrite> writes,
                    std::vector<Result<Version>>& answers);

// kUsage or kLimit for a write that no store of ours takes: a name that is
// none, nothing to change, a path, a value of more than kMaxValueSize bytes.
Result<void> check_write(std::string_view store, const GroupWrite& write);

// The same, but for the path: for stores that have some.
Result<void> check_changes(const GroupWrite& write);

// kUsage for a locator with a path: our stores have none.
Result<void> check_path(std::string_view store, std::string_view path);

}  // namespace sotto::store_errors

#endif  // SOTTO_STORE_STORE_ERRORS_H_
