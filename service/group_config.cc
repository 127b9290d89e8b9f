// SPDX-License-Identifier: Apache-2.0

#include "service/group_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/host_name.h"
#include "base/json_text.h"
#include "base/source.h"
#include "base/visible_text.h"

namespace sotto {
namespace {

using File = std::filesystem::path;

// What a group has besides the rules of its keys, which stand under their own
// names.
constexpr std::array<std::string_view, 3> kMembers{"hosts", "keys",
                                                   "other_keys"};

// The place is that of the character that is wrong.
tl::unexpected<Error> no_pattern(const File& file, std::string_view text,
                                 const ConfigValue& json,
                                 const std::string& pointer,
                                 const PatternMistake& mistake) {
  const auto [begin, end] = json.span;
  const DecodedText decoded(text.substr(begin, end - begin), begin);
  const Location at =
      Source(file.native(), text).location(decoded.raw_offset(mistake.offset));
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("{}:{}:{}: {}: {}", file.native(), at.line, at.column,
                          pointer, mistake.message),
              "a pattern has characters, \\., [a-z], (a|b), ?, *, + and {3,5}");
}

Result<std::optional<ValuePattern>> parse_pattern(std::string_view text,
                                                  ObjectReader& reader) {
  SOTTO_ASSIGN_OR_RETURN(const auto pattern, reader.string("pattern"));
  if (!pattern) return std::nullopt;
  auto parsed = ValuePattern::parse(*pattern);
  if (parsed) return std::move(*parsed);
  return no_pattern(reader.file(), text, *reader.member("pattern"),
                    reader.pointer_to("pattern"), parsed.error());
}

Result<ValueRule> parse_value_rule(const File& file, std::string_view text,
                                   const ConfigValue& json,
                                   std::string pointer) {
  ObjectReader reader(file, json, std::move(pointer));
  ValueRule rule;
  SOTTO_ASSIGN_OR_RETURN(rule.pattern, parse_pattern(text, reader));
  SOTTO_ASSIGN_OR_RETURN(const auto least,
                         reader.number("min_length", 0, kMaxValueSize));
  SOTTO_ASSIGN_OR_RETURN(const auto most,
                         reader.number("max_length", 0, kMaxValueSize));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  rule.min_length = least.value_or(rule.min_length);
  rule.max_length = most.value_or(rule.max_length);
  if (rule.min_length <= rule.max_length) return rule;
  return invalid_config(
      file, fmt::format("{}: \"min_length\" is more than \"max_length\"",
                        reader.pointer()));
}

// A pattern is compiled before anybody has trusted the file: there are not so
// many that they take much memory.
constexpr std::size_t kMaxValueRules = 1000;

// A rule stands under the name of a key that is listed.
Result<void> parse_value_rules(std::string_view text, ObjectReader& reader,
                               GroupSchema& schema, std::size_t& rules) {
  for (const std::string& key : schema.keys) {
    if (std::ranges::find(kMembers, key) != kMembers.end()) continue;
    SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, reader.object(key));
    if (json == nullptr) continue;
    if (++rules > kMaxValueRules) {
      return invalid_config(
          reader.file(),
          fmt::format("{}: there are more than {} rules for values",
                      reader.pointer_to(key), kMaxValueRules));
    }
    SOTTO_ASSIGN_OR_RETURN(
        ValueRule rule,
        parse_value_rule(reader.file(), text, *json, reader.pointer_to(key)));
    schema.values.insert_or_assign(key, std::move(rule));
  }
  return {};
}

Result<void> check_names(const ObjectReader& reader,
                         const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (is_name(key)) continue;
    return invalid_config(reader.file(),
                          fmt::format("{}: \"{}\" is not the name of a key",
                                      reader.pointer_to("keys"), key),
                          std::string(kNameRule));
  }
  return {};
}

Result<void> check_hosts(const ObjectReader& reader,
                         const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    if (is_host_pattern(host)) continue;
    return invalid_config(
        reader.file(),
        fmt::format("{}: \"{}\" is not a host", reader.pointer_to("hosts"),
                    visible_line(host)),
        std::string(kHostRule));
  }
  return {};
}

// `rules`: how many there were before of the values in all groups.
Result<GroupSchema> parse_group(const File& file, std::string_view text,
                                const ConfigValue& json, std::size_t& rules) {
  const std::string pointer = below("/groups", json.name);
  if (!is_name(json.name)) {
    return invalid_config(
        file,
        fmt::format("/groups: \"{}\" is not the name of a group", json.name),
        std::string(kNameRule));
  }
  if (json.kind != ConfigValue::Kind::kObject) {
    return invalid_config(file, fmt::format("{}: expected an object, not {}",
                                            pointer, type_name(json)));
  }
  ObjectReader reader(file, json, pointer);
  GroupSchema schema;
  schema.file = file.native();
  SOTTO_ASSIGN_OR_RETURN(auto keys, reader.strings("keys"));
  SOTTO_ASSIGN_OR_RETURN(auto hosts, reader.strings("hosts"));
  SOTTO_ASSIGN_OR_RETURN(const auto others, reader.boolean("other_keys"));
  if (keys) schema.keys = *std::move(keys);
  if (hosts) schema.hosts = *std::move(hosts);
  schema.other_keys = others.value_or(false);
  SOTTO_RETURN_IF_ERROR(check_names(reader, schema.keys));
  SOTTO_RETURN_IF_ERROR(check_hosts(reader, schema.hosts));
  SOTTO_RETURN_IF_ERROR(parse_value_rules(text, reader, schema, rules));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  return schema;
}

}  // namespace

Result<GroupSchemas> parse_group_schemas(const File& file,
                                         std::string_view text,
                                         ObjectReader& root) {
  GroupSchemas schemas;
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, root.object("groups"));
  if (json == nullptr) return schemas;
  std::size_t rules = 0;
  for (const ConfigValue& member : json->members) {
    SOTTO_ASSIGN_OR_RETURN(schemas[member.name],
                           parse_group(file, text, member, rules));
  }
  return schemas;
}

}  // namespace sotto
