// SPDX-License-Identifier: Apache-2.0

#include "resolver/lookup_errors.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace sotto {
namespace {

// " in platform", or nothing where the caller's own scope is meant.
std::string in_scope(const Scope& scope, const Caller& caller) {
  if (scope == caller.scope) return {};
  return " in " + to_string(scope);
}

std::string scope_flag(const Scope& scope, const Caller& caller) {
  if (scope == caller.scope) return {};
  return " --scope " + to_string(scope);
}

std::string refusal(ErrorCode code, const std::string& store,
                    const std::string& secret) {
  switch (code) {
    case ErrorCode::kForbidden:
      return fmt::format("store \"{}\" does not let you read secret \"{}\"",
                         store, secret);
    case ErrorCode::kUnreachable:
      return fmt::format("store \"{}\" cannot be reached for secret \"{}\"",
                         store, secret);
    case ErrorCode::kMalformed:
      return fmt::format(
          "store \"{}\" gave no well-formed answer for secret \"{}\"", store,
          secret);
    default:
      return fmt::format("store \"{}\" cannot read secret \"{}\"", store,
                         secret);
  }
}

}  // namespace

std::string define_hint(const SecretRef& ref) {
  return "define it with: sotto secret set " + to_string(ref);
}

Error not_defined(const SecretRef& ref) {
  return {ErrorCode::kMissing,
          fmt::format("secret \"{}\" is not defined", to_string(ref)),
          define_hint(ref)};
}

Error was_deleted(const SecretRef& ref, const Scope& scope,
                  const Caller& caller) {
  return {ErrorCode::kDeleted,
          fmt::format("secret \"{}\" was deleted{}", to_string(ref),
                      in_scope(scope, caller)),
          fmt::format("sotto secret restore {}{}", to_string(ref),
                      scope_flag(scope, caller))};
}

Error is_disabled(const SecretRef& ref, const Scope& scope,
                  const Caller& caller) {
  return {ErrorCode::kDisabled,
          fmt::format("secret \"{}\" is disabled{}", to_string(ref),
                      in_scope(scope, caller)),
          "enable it in its store"};
}

Error store_not_configured(const SecretRef& ref, std::string_view store) {
  return {ErrorCode::kInvalidConfig,
          fmt::format(
              "secret \"{}\" is held by store \"{}\", which is not configured",
              to_string(ref), store),
          fmt::format("add \"{}\" to \"stores\" in sotto.json", store)};
}

Error store_refused(const SecretRef& ref, const Place& place,
                    const Caller& caller, Error error) {
  switch (error.code) {
    case ErrorCode::kMissing:
      return not_defined(ref);
    case ErrorCode::kDeleted:
      return was_deleted(ref, place.scope, caller);
    case ErrorCode::kDisabled:
      return is_disabled(ref, place.scope, caller);
    default:
      break;
  }
  std::string message = refusal(error.code, place.store, to_string(ref));
  if (!error.message.empty()) message += ": " + error.message;
  return {error.code, std::move(message), std::move(error.hint)};
}

Error changed_meanwhile(const SecretRef& ref, Version version) {
  return {ErrorCode::kChanged,
          fmt::format("secret \"{}\" is not in version {} of its group, which "
                      "other keys were read from",
                      to_string(ref), version),
          "try again; if it stays so, run: sotto catalog sync"};
}

Error wrong_count(std::string_view store, std::size_t asked,
                  std::size_t answered) {
  return {ErrorCode::kMalformed,
          fmt::format("store \"{}\" was asked for {} and answered {}", store,
                      asked, answered),
          {}};
}

// Short enough to need no memory itself.
Error no_memory() { return {ErrorCode::kNoMemory, "no memory", {}}; }

}  // namespace sotto
