// SPDX-License-Identifier: Apache-2.0
//
// Our types as JSON, all of them, for whatever a machine reads: one object
// each, ending with a line break. No value of a secret is ever in one.
// docs/command.md shows them.

#ifndef SOTTO_SERVICE_REPORT_JSON_REPORT_H_
#define SOTTO_SERVICE_REPORT_JSON_REPORT_H_

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "resolver/plan.h"
#include "resolver/planned_use.h"
#include "service/engine.h"
#include "service/plan_cost.h"
#include "service/reference_list.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// "2026-01-31T12:00:00Z".
std::string to_string(Timestamp time);

// {"references": [{"file", "line", "column", "pointer", "group", "key"}]}
std::string references_json(std::span<const ReferenceRow> rows);

// What was found in one document.
struct Findings {
  Source source;
  std::span<const Diagnostic> diagnostics;
};

// {"diagnostics": [{"file", "line", "column", "end_line", "end_column",
//   "pointer", "rule", "severity", "message", "hint", "fix": {"line", "column",
//   "end_line", "end_column", "replacement"}}], "notes": [...]}
// What cannot be mended without asking has no "fix".
std::string diagnostics_json(std::span<const Findings> documents,
                             std::span<const std::string> notes = {});
std::string diagnostics_json(const Source& source,
                             std::span<const Diagnostic> diagnostics,
                             std::span<const std::string> notes = {});

// What a plan for some documents is.
struct PlanReport {
  const std::vector<std::string>& files;
  const Plan& plan;
  const std::vector<PlannedUse>& uses;
  const std::vector<std::vector<ScopeLook>>& scopes;
  const PlanCost& cost;
};

// {"plan": {"file" (or "files": [...], of several), "calls", "rounds",
//   "batches": [{"store", "calls", "references": [...]}],
//   "alternatives": [{"group", "key", "scope", "version", "scopes": [{"scope",
//     "state", "store", "version", "asked": [...], "in_order", "taken"}]}],
//   "unavailable": [{"group", "key", "code", "message", "hint", "scopes"}],
//   "analysis": {"rounds", "batches", "secrets", "calls", "retries", "logins",
//   "cache_hits", "bytes_sent", "bytes_received", "microseconds",
//   "failed": [{"group", "key", "code", "message", "hint"}]}}}
// What the catalog does not have has no "scope" and "version". A plan that was
// not carried out has no "analysis".
std::string plan_json(const PlanReport& report,
                      const PlanAnalysis* analysis = nullptr);

// {"stores": [{"store", "type", "condition", "last_success", "code", "message",
//   "hint"}]}
// What is not known is not there.
std::string health_json(std::span<const NamedHealth> stores);

// {"secrets": [{"scope", "group", "key", "store", "version", "state",
//   "updated", "hosts": [...]}]}
// Of a group that `bindings`, sorted as host_bindings() sorts, do not bind,
// there are no "hosts".
std::string secrets_json(std::span<const CatalogEntry> entries,
                         std::span<const HostBinding> bindings = {});

// The hosts that `bindings` bind a group of one scope to; sorted, unique.
std::vector<std::string> hosts_in(std::span<const HostBinding> bindings,
                                  const Scope& scope, std::string_view group);

// {"bound": {"scope", "group", "hosts": [...]}}
std::string bound_json(const Scope& scope, std::string_view group,
                       std::span<const std::string> hosts);

// {"indexed": {"documents", "referring", "references", "gone"}}
std::string index_json(const IndexReport& report);

// {"history": {"scope", "group", "versions": [{"version", "created", "keys",
//   "changed"}]}}
std::string history_json(const Scope& scope, std::string_view group,
                         std::span<const VersionInfo> versions);

// {"written": {"scope", "group", "key", "version"}}
std::string written_json(const Scope& scope, const SecretRef& ref,
                         Version version);

// {"imported": {"scope", "secrets", "groups"}}
std::string imported_json(const Scope& scope, std::size_t secrets,
                          std::size_t groups);

// {"sync": {"added", "changed", "removed", "unchanged", "pending"}}
std::string sync_json(const SyncReport& report);

// {"created": [...]}
std::string created_json(std::span<const std::filesystem::path> files);

// {"trusted": {"file"}}
std::string trusted_json(const std::filesystem::path& file);
// What `sotto trust --remove` did; `was`: it had been trusted.
std::string untrusted_json(const std::filesystem::path& file, bool was);

// {"verified": {"catalog", "stores": [...]}}
std::string verified_json(const std::filesystem::path& catalog,
                          std::span<const std::string> stores);

// {"version": "0.1.0"}
std::string version_json(std::string_view version);

}  // namespace sotto

#endif  // SOTTO_SERVICE_REPORT_JSON_REPORT_H_
