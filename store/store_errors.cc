// SPDX-License-Identifier: Apache-2.0

#include "store/store_errors.h"

#include <fmt/format.h>

namespace sotto::store_errors {

std::string name_of(const Scope& scope, std::string_view group,
                    std::string_view key) {
  return fmt::format("\"{}.{}\" of {}", group, key, to_string(scope));
}

std::string group_name(const Scope& scope, std::string_view group) {
  return fmt::format("group \"{}\" of {}", group, to_string(scope));
}

Error missing(std::string_view store, const Scope& scope,
              std::string_view group, std::string_view key) {
  return {ErrorCode::kMissing,
          fmt::format("{} is not in store \"{}\"", name_of(scope, group, key),
                      store),
          {}};
}

Error missing_version(std::string_view store, const Scope& scope,
                      std::string_view group, std::string_view key,
                      Version version) {
  return {ErrorCode::kMissing,
          fmt::format("{} has no version {} in store \"{}\"",
                      name_of(scope, group, key), version, store),
          {}};
}

Error deleted(std::string_view store, const Scope& scope,
              std::string_view group, std::string_view key) {
  return {ErrorCode::kDeleted,
          fmt::format("{} is deleted in store \"{}\"",
                      name_of(scope, group, key), store),
          fmt::format("sotto secret restore {}.{}", group, key)};
}

Error disabled(std::string_view store, const Scope& scope,
               std::string_view group, std::string_view key) {
  return {ErrorCode::kDisabled,
          fmt::format("{} is disabled in store \"{}\"",
                      name_of(scope, group, key), store),
          {}};
}

Error no_group(std::string_view store, const Scope& scope,
               std::string_view group) {
  return {
      ErrorCode::kMissing,
      fmt::format("{} is not in store \"{}\"", group_name(scope, group), store),
      {}};
}

Error conflict(const Scope& scope, std::string_view group, Version expected,
               Version found) {
  const auto version = [](Version number) {
    return number == 0 ? std::string("none")
                       : fmt::format("version {}", number);
  };
  return {
      ErrorCode::kConflict,
      fmt::format("{} was changed by somebody else: expected {}, found {}",
                  group_name(scope, group), version(expected), version(found)),
      "read it again and repeat the change"};
}

Error cancelled(const Scope& scope, std::string_view group) {
  return {ErrorCode::kCancelled,
          fmt::format("{} was not written: another write of its batch was "
                      "refused",
                      group_name(scope, group)),
          {}};
}

void cancel_written(std::span<const GroupWrite> writes,
                    std::vector<Result<Version>>& answers) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (!answers[i]) continue;
    answers[i] = tl::unexpected(cancelled(writes[i].scope, writes[i].group));
  }
}

Result<void> check_path(std::string_view store, std::string_view path) {
  if (path.empty()) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("store \"{}\" has no paths: expected none", store),
              "run: sotto catalog sync");
}

Result<void> check_write(std::string_view store, const GroupWrite& write) {
  SOTTO_RETURN_IF_ERROR(check_path(store, write.path));
  return check_changes(write);
}

Result<void> check_changes(const GroupWrite& write) {
  if (!is_name(write.group)) {
    return fail(ErrorCode::kUsage, "a group's name is not a name",
                std::string(kNameRule));
  }
  if (write.changes.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: expected at least one change",
                            group_name(write.scope, write.group)));
  }
  for (const KeyChange& change : write.changes) {
    if (!is_name(change.key)) {
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: a key's name is not a name",
                              group_name(write.scope, write.group)),
                  std::string(kNameRule));
    }
    if (change.value && change.value->size() > kMaxValueSize) {
      return fail(
          ErrorCode::kLimit,
          fmt::format("{} is too large: expected at most {} bytes, found {}",
                      name_of(write.scope, write.group, change.key),
                      kMaxValueSize, change.value->size()));
    }
  }
  return {};
}

}  // namespace sotto::store_errors
