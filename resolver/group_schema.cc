// SPDX-License-Identifier: Apache-2.0

#include "resolver/group_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/edit_distance.h"

namespace sotto {
namespace {

constexpr std::size_t kMaxListed = 8;

// Where it stands in the configuration, to end a message.
std::string place_of(const GroupSchema& schema, std::string_view group,
                     std::string_view member) {
  if (schema.file.empty()) return {};
  return fmt::format(" (see \"/groups/{}/{}\" in \"{}\")", group, member,
                     schema.file);
}

tl::unexpected<Error> unfit(const GroupSchema& schema, const SecretRef& ref,
                            std::string_view how, std::string_view member,
                            std::string hint) {
  return fail(ErrorCode::kUsage,
              fmt::format("the value of \"{}\" {}{}", to_string(ref), how,
                          place_of(schema, ref.group,
                                   fmt::format("{}/{}", ref.key, member))),
              std::move(hint));
}

Result<void> check_value_rule(const GroupSchema& schema, const SecretRef& ref,
                              const SecretString& value) {
  constexpr std::string_view kHint =
      "nothing was written; is it the whole value, and the right one?";
  const auto found = schema.values.find(ref.key);
  if (found == schema.values.end()) return {};
  const ValueRule& rule = found->second;
  if (value.size() < rule.min_length) {
    return unfit(schema, ref,
                 fmt::format("is shorter than {} bytes", rule.min_length),
                 "min_length", std::string(kHint));
  }
  if (value.size() > rule.max_length) {
    return unfit(schema, ref,
                 fmt::format("is longer than {} bytes", rule.max_length),
                 "max_length", std::string(kHint));
  }
  if (rule.pattern && !rule.pattern->matches(value)) {
    return unfit(schema, ref, "does not match its pattern", "pattern",
                 fmt::format("nothing was written; as a whole it must match "
                             "\"{}\"",
                             rule.pattern->text()));
  }
  return {};
}

}  // namespace

bool GroupSchema::allows(std::string_view key) const {
  return keys.empty() || other_keys ||
         std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string key_hint(const GroupSchema& schema, const SecretRef& ref) {
  const auto& keys = schema.keys;
  if (const auto meant = nearest(ref.key, keys)) {
    return fmt::format("did you mean \"{}\"?",
                       to_string(SecretRef{ref.group, *meant}));
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(keys.size(), kMaxListed); ++i) {
    list += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", keys[i]);
  }
  if (keys.size() > kMaxListed) list += ", ...";
  return "its keys are " + list;
}

Result<void> check_key(const GroupSchemas& schemas, const SecretRef& ref) {
  const auto found = schemas.find(ref.group);
  if (found == schemas.end() || found->second.allows(ref.key)) return {};
  return fail(
      ErrorCode::kUsage,
      fmt::format("key \"{}\" is not in the schema of group \"{}\"{}", ref.key,
                  ref.group, place_of(found->second, ref.group, "keys")),
      key_hint(found->second, ref));
}

Result<void> check_schema(const GroupSchemas& schemas, const SecretRef& ref,
                          const SecretString& value) {
  SOTTO_RETURN_IF_ERROR(check_key(schemas, ref));
  const auto found = schemas.find(ref.group);
  if (found == schemas.end()) return {};
  return check_value_rule(found->second, ref, value);
}

}  // namespace sotto
