// SPDX-License-Identifier: Apache-2.0

#include "service/sarif_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "resolver/lint.h"
#include "service/json_controls.h"

namespace sotto {
namespace {

using Json = nlohmann::ordered_json;

std::string_view level_name(RuleLevel level) {
  return level == RuleLevel::kOff ? "none" : to_string(level);
}

// One-based, as SARIF counts.
struct Place {
  std::size_t line;
  std::size_t column;
};

// What is not in the basic plane is two of UTF-16; what is not UTF-8, one a
// byte.
Place place_of(const Source& source, std::size_t offset) {
  const std::size_t line = source.location(offset).line;
  const std::size_t begin = source.line_begin(offset);
  const std::string_view text = source.line_at(offset);
  const std::size_t end = std::min(offset - begin, text.size());
  std::size_t column = 1;
  for (std::size_t at = 0; at < end;) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    if (at + length > end) break;  // Inside this character.
    column += length == 4 ? 2 : 1;
    at += length;
  }
  return {line, column};
}

Json region_of(const Source& source, const Span& span) {
  const Place begin = place_of(source, span.begin);
  const Place end = place_of(source, span.end);
  return {{"startLine", begin.line},
          {"startColumn", begin.column},
          {"endLine", end.line},
          {"endColumn", end.column}};
}

Json location_of(const Source& source, const Diagnostic& diagnostic) {
  Json location{{"physicalLocation",
                 {{"artifactLocation", {{"uri", uri_of(source.name())}}},
                  {"region", region_of(source, diagnostic.span)}}}};
  if (!diagnostic.pointer.empty()) {
    location["logicalLocations"] = Json::array(
        {{{"fullyQualifiedName", diagnostic.pointer}, {"kind", "value"}}});
  }
  return location;
}

Json fix_of(const Source& source, const Diagnostic& diagnostic) {
  const Fix& fix = *diagnostic.fix;
  const Json replacement{{"deletedRegion", region_of(source, fix.span)},
                         {"insertedContent", {{"text", fix.replacement}}}};
  const Json change{{"artifactLocation", {{"uri", uri_of(source.name())}}},
                    {"replacements", Json::array({replacement})}};
  Json result;
  if (!diagnostic.hint.empty()) {
    result["description"] = {{"text", diagnostic.hint}};
  }
  result["artifactChanges"] = Json::array({change});
  return result;
}

// FNV-1a. No value of a secret is in a finding.
std::uint64_t fingerprint(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](char c) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  };
  for (const std::string_view part : parts) {
    for (const char c : part) add(c);
    add('\0');
  }
  return hash;
}

class Report {
 public:
  Report() {
    for (const RuleInfo& rule : lint_rules()) {
      indices_.emplace(rule.id, rules_.size());
      const std::string help =
          fmt::format("{}: see docs/rules.md#{}", rule.summary, rule.id);
      rules_.push_back(
          {{"id", rule.id},
           {"shortDescription", {{"text", rule.summary}}},
           {"help", {{"text", help}}},
           {"defaultConfiguration", {{"level", level_name(rule.level)}}}});
    }
  }

  void add(const Findings& document) {
    for (const Diagnostic& diagnostic : document.diagnostics) {
      results_.push_back(result_of(document.source, diagnostic));
    }
  }

  void add(const Error& error) {
    std::string text = error.message;
    if (!error.hint.empty()) text += fmt::format("; {}", error.hint);
    notifications_.push_back(
        {{"level", "error"}, {"message", {{"text", text}}}});
  }

  Json take(std::string_view version) {
    const bool successful = notifications_.empty();
    Json invocation{{"executionSuccessful", successful}};
    if (!successful) {
      invocation["toolExecutionNotifications"] = std::move(notifications_);
    }
    Json run{{"tool",
              {{"driver",
                {{"name", "sotto"},
                 {"version", version},
                 {"rules", std::move(rules_)}}}}},
             {"columnKind", "utf16CodeUnits"},
             {"invocations", Json::array({std::move(invocation)})},
             {"results", std::move(results_)}};
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(run)})}};
  }

 private:
  Json result_of(const Source& source, const Diagnostic& diagnostic) {
    Json result{{"ruleId", diagnostic.rule}};
    const auto index = indices_.find(diagnostic.rule);
    if (index != indices_.end()) result["ruleIndex"] = index->second;
    result["level"] = to_string(diagnostic.severity);
    std::string text = diagnostic.message;
    if (!diagnostic.hint.empty()) text += fmt::format("; {}", diagnostic.hint);
    result["message"] = {{"text", std::move(text)}};
    result["locations"] = Json::array({location_of(source, diagnostic)});
    const std::uint64_t hash =
        fingerprint({source.name(), diagnostic.rule, diagnostic.pointer,
                     diagnostic.message});
    // Several that are alike are told apart by their order.
    result["partialFingerprints"] = {
        {"sottoFinding/v1", fmt::format("{:016x}:{}", hash, ++seen_[hash])}};
    if (diagnostic.fix) {
      result["fixes"] = Json::array({fix_of(source, diagnostic)});
    }
    return result;
  }

  Json rules_ = Json::array();
  Json results_ = Json::array();
  Json notifications_ = Json::array();
  std::map<std::string_view, std::size_t> indices_;
  std::map<std::uint64_t, std::size_t> seen_;
};

}  // namespace

std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter_or_digit = (byte >= 'a' && byte <= 'z') ||
                                    (byte >= 'A' && byte <= 'Z') ||
                                    (byte >= '0' && byte <= '9');
    if (is_letter_or_digit ||
        std::string_view("-._~/").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", byte);
    }
  }
  return uri;
}

std::string sarif_report(std::span<const Findings> documents,
                         std::span<const Error> errors,
                         std::string_view version) {
  Report report;
  for (const Findings& document : documents) report.add(document);
  for (const Error& error : errors) report.add(error);
  return with_escaped_controls(report.take(version).dump(
             2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace)) +
         '\n';
}

}  // namespace sotto
