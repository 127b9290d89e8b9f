// SPDX-License-Identifier: Apache-2.0

#include "service/json_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "service/json_controls.h"

namespace sotto {
namespace {

using Json = nlohmann::ordered_json;

// The name of a file need not be UTF-8; JSON must be.
std::string text_of(const Json& json) {
  return with_escaped_controls(json.dump(2, ' ', /*ensure_ascii=*/false,
                                         Json::error_handler_t::replace)) +
         '\n';
}

Json json_of(const ReferenceRow& row) {
  return {{"file", row.file},
          {"line", row.location.line},
          {"column", row.location.column},
          {"pointer", row.pointer},
          {"group", row.ref.group},
          {"key", row.ref.key}};
}

Json json_of(const Source& source, const Span& span) {
  const Location begin = source.location(span.begin);
  const Location end = source.location(span.end);
  return {{"line", begin.line},
          {"column", begin.column},
          {"end_line", end.line},
          {"end_column", end.column}};
}

Json json_of(const Source& source, const Diagnostic& diagnostic) {
  Json row{{"file", source.name()}};
  row.update(json_of(source, diagnostic.span));
  row["pointer"] = diagnostic.pointer;
  row["rule"] = diagnostic.rule;
  row["severity"] = to_string(diagnostic.severity);
  row["message"] = diagnostic.message;
  row["hint"] = diagnostic.hint;
  if (diagnostic.fix) {
    Json fix = json_of(source, diagnostic.fix->span);
    fix["replacement"] = diagnostic.fix->replacement;
    row["fix"] = std::move(fix);
  }
  return row;
}

Json json_of(const CatalogEntry& entry) {
  return {{"scope", to_string(entry.scope)},
          {"group", entry.ref.group},
          {"key", entry.ref.key},
          {"store", entry.store},
          {"version", entry.version},
          {"state", to_string(entry.state)},
          {"updated", to_string(entry.updated)}};
}

Json json_of(const VersionInfo& version) {
  return {{"version", version.version},
          {"created", to_string(version.created)},
          {"keys", version.keys},
          {"changed", version.changed}};
}

Json planned_json(const PlannedRef& planned) {
  Json row{{"group", planned.ref.group}, {"key", planned.ref.key}};
  if (planned.entry) {
    row["scope"] = to_string(planned.entry->scope);
    row["version"] = planned.entry->version;
  }
  return row;
}

Json batch_json(const StoreBatch& batch, const Plan& plan) {
  Json references = Json::array();
  for (const std::size_t index : batch.refs) {
    references.push_back(planned_json(plan.refs[index]));
  }
  return {{"store", batch.store}, {"references", std::move(references)}};
}

Json unavailable_json(const PlannedRef& planned) {
  return {{"group", planned.ref.group},
          {"key", planned.ref.key},
          {"code", error_info(planned.error->code).name},
          {"message", planned.error->message},
          {"hint", planned.error->hint}};
}

}  // namespace

std::string to_string(Timestamp time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(time.time_since_epoch().count()));
}

std::string references_json(std::span<const ReferenceRow> rows) {
  Json list = Json::array();
  for (const ReferenceRow& row : rows) list.push_back(json_of(row));
  return text_of({{"references", std::move(list)}});
}

std::string diagnostics_json(const Source& source,
                             std::span<const Diagnostic> diagnostics,
                             std::span<const std::string> notes) {
  return diagnostics_json(std::array{Findings{source, diagnostics}}, notes);
}

std::string diagnostics_json(std::span<const Findings> documents,
                             std::span<const std::string> notes) {
  Json list = Json::array();
  for (const Findings& document : documents) {
    for (const Diagnostic& diagnostic : document.diagnostics) {
      list.push_back(json_of(document.source, diagnostic));
    }
  }
  Json report{{"diagnostics", std::move(list)}};
  if (!notes.empty()) {
    report["notes"] = std::vector<std::string>(notes.begin(), notes.end());
  }
  return text_of(report);
}

std::string plan_json(std::string_view file, const Plan& plan,
                      std::span<const PlannedUse> uses) {
  Json batches = Json::array();
  for (const StoreBatch& batch : plan.batches) {
    batches.push_back(batch_json(batch, plan));
  }
  Json alternatives = Json::array();
  Json unavailable = Json::array();
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] == PlannedUse::kAlternative) {
      alternatives.push_back(planned_json(plan.refs[i]));
    } else if (uses[i] == PlannedUse::kUnavailable) {
      unavailable.push_back(unavailable_json(plan.refs[i]));
    }
  }
  return text_of({{"plan",
                   {{"file", file},
                    {"calls", plan.batches.size()},
                    {"batches", std::move(batches)},
                    {"alternatives", std::move(alternatives)},
                    {"unavailable", std::move(unavailable)}}}});
}

std::string secrets_json(std::span<const CatalogEntry> entries) {
  Json list = Json::array();
  for (const CatalogEntry& entry : entries) list.push_back(json_of(entry));
  return text_of({{"secrets", std::move(list)}});
}

std::string history_json(const Scope& scope, std::string_view group,
                         std::span<const VersionInfo> versions) {
  Json list = Json::array();
  for (const VersionInfo& version : versions) list.push_back(json_of(version));
  return text_of({{"history",
                   {{"scope", to_string(scope)},
                    {"group", group},
                    {"versions", std::move(list)}}}});
}

std::string written_json(const Scope& scope, const SecretRef& ref,
                         Version version) {
  return text_of({{"written",
                   {{"scope", to_string(scope)},
                    {"group", ref.group},
                    {"key", ref.key},
                    {"version", version}}}});
}

std::string imported_json(const Scope& scope, std::size_t secrets,
                          std::size_t groups) {
  return text_of({{"imported",
                   {{"scope", to_string(scope)},
                    {"secrets", secrets},
                    {"groups", groups}}}});
}

std::string sync_json(const SyncReport& report) {
  return text_of({{"sync",
                   {{"added", report.added},
                    {"changed", report.changed},
                    {"removed", report.removed},
                    {"unchanged", report.unchanged},
                    {"pending", report.pending}}}});
}

std::string created_json(std::span<const std::filesystem::path> files) {
  Json list = Json::array();
  for (const std::filesystem::path& file : files) list.push_back(file.native());
  return text_of({{"created", std::move(list)}});
}

std::string trusted_json(const std::filesystem::path& file) {
  return text_of({{"trusted", {{"file", file.native()}}}});
}

std::string untrusted_json(const std::filesystem::path& file, bool was) {
  return text_of(
      {{"untrusted", {{"file", file.native()}, {"was_trusted", was}}}});
}

std::string verified_json(const std::filesystem::path& catalog,
                          std::span<const std::string> stores) {
  Json names = Json::array();
  for (const std::string& store : stores) names.push_back(store);
  return text_of(
      {{"verified",
        {{"catalog", catalog.native()}, {"stores", std::move(names)}}}});
}

std::string version_json(std::string_view version) {
  return text_of({{"version", version}});
}

}  // namespace sotto
