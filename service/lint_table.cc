// SPDX-License-Identifier: Apache-2.0

#include "service/lint_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/edit_distance.h"
#include "base/guarded.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;
using File = std::filesystem::path;

constexpr std::string_view kLevels = "\"off\", \"warning\" or \"error\"";

Result<LintTable::Levels> parse_levels(const File& file,
                                       const ConfigValue& json,
                                       const std::string& pointer) {
  if (json.kind != Kind::kObject) {
    return invalid_config(file, fmt::format("{}: expected an object, not {}",
                                            pointer, type_name(json)));
  }
  LintTable::Levels levels;
  for (const ConfigValue& member : json.members) {
    if (find_rule(member.name) == nullptr) {
      return invalid_config(
          file, fmt::format("{}: unknown rule \"{}\"", pointer, member.name),
          rule_hint(member.name));
    }
    const auto level = member.kind == Kind::kString
                           ? parse_rule_level(member.text)
                           : std::nullopt;
    if (!level) {
      return invalid_config(
          file,
          fmt::format("{}: expected {}", below(pointer, member.name), kLevels));
    }
    levels.emplace(member.name, *level);
  }
  return levels;
}

Result<void> parse_rules(const File& file, ObjectReader& reader,
                         LintTable& table) {
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const rules,
                         reader.object("rules"));
  if (rules != nullptr) {
    SOTTO_ASSIGN_OR_RETURN(table.rules,
                           parse_levels(file, *rules, "/lint/rules"));
  }
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const paths,
                         reader.object("paths"));
  if (paths == nullptr) return {};
  for (const ConfigValue& member : paths->members) {
    SOTTO_ASSIGN_OR_RETURN(
        table.paths[member.name],
        parse_levels(file, member, below("/lint/paths", member.name)));
  }
  return {};
}

Result<void> parse_nodes(const File& file, ObjectReader& reader,
                         LintTable& table) {
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, reader.object("nodes"));
  if (json == nullptr) return {};
  ObjectReader nodes(file, *json, "/lint/nodes");
  SOTTO_ASSIGN_OR_RETURN(table.type_members, nodes.strings("types"));
  SOTTO_ASSIGN_OR_RETURN(table.url_members, nodes.strings("urls"));
  SOTTO_ASSIGN_OR_RETURN(table.log_types, nodes.strings("log_types"));
  SOTTO_ASSIGN_OR_RETURN(table.log_members, nodes.strings("log_members"));
  return nodes.refuse_others();
}

}  // namespace

std::string rule_hint(std::string_view name) {
  std::vector<std::string> known;
  for (const RuleInfo& rule : lint_rules()) known.emplace_back(rule.id);
  if (const auto meant = nearest(name, known)) {
    return fmt::format("did you mean \"{}\"?", *meant);
  }
  return fmt::format("rules: {}", fmt::join(known, ", "));
}

Result<LintTable::Levels> parse_rule_flags(std::span<const std::string> flags) {
  return guarded([&]() -> Result<LintTable::Levels> {
    LintTable::Levels levels;
    for (const std::string_view flag : flags) {
      const std::size_t equals = flag.find('=');
      const std::string_view name = flag.substr(0, equals);
      if (find_rule(name) == nullptr) {
        return fail(ErrorCode::kUsage,
                    fmt::format("--rule: unknown rule \"{}\"", name),
                    rule_hint(name));
      }
      const auto level = equals == std::string_view::npos
                             ? std::nullopt
                             : parse_rule_level(flag.substr(equals + 1));
      if (!level) {
        return fail(ErrorCode::kUsage,
                    fmt::format("--rule {}: expected {} behind \"{}=\"", flag,
                                kLevels, name));
      }
      levels.insert_or_assign(std::string(name), *level);
    }
    return levels;
  });
}

Result<LintTable> parse_lint_table(const File& file, ObjectReader& root) {
  LintTable table;
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, root.object("lint"));
  if (json == nullptr) return table;
  ObjectReader reader(file, *json, "/lint");
  SOTTO_RETURN_IF_ERROR(parse_rules(file, reader, table));
  SOTTO_ASSIGN_OR_RETURN(table.include, reader.strings("include"));
  SOTTO_ASSIGN_OR_RETURN(auto exclude, reader.strings("exclude"));
  if (exclude) table.exclude = *std::move(exclude);
  SOTTO_RETURN_IF_ERROR(parse_nodes(file, reader, table));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  return table;
}

}  // namespace sotto
