// SPDX-License-Identifier: Apache-2.0

#include "service/report/json_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>
#include <utility>

#include "service/report/json_writer.h"

namespace sotto {
namespace {

// {"NAME": [...]}
template <typename Items, typename Write>
std::string list_json(std::string_view name, const Items& items,
                      const Write& write) {
  JsonWriter json;
  json.object([&] {
    json.array(name, items, [&](const auto& item) { write(json, item); });
  });
  return json.take();
}

// {"NAME": {...}}
template <typename Fill>
std::string object_json(std::string_view name, const Fill& fill) {
  JsonWriter json;
  json.object([&] { json.object(name, [&] { fill(json); }); });
  return json.take();
}

template <typename Items>
void write_strings(JsonWriter& json, std::string_view name,
                   const Items& items) {
  json.array(name, items, [&](const auto& item) { json.value(item); });
}

void write_ref(JsonWriter& json, const SecretRef& ref) {
  json.member("group", ref.group);
  json.member("key", ref.key);
}

void write(JsonWriter& json, const ReferenceRow& row) {
  json.object([&] {
    json.member("file", row.file);
    json.member("line", row.location.line);
    json.member("column", row.location.column);
    json.member("pointer", row.pointer);
    write_ref(json, row.ref);
  });
}

void write_span(JsonWriter& json, const Source& source, const Span& span) {
  const Location begin = source.location(span.begin);
  const Location end = source.location(span.end);
  json.member("line", begin.line);
  json.member("column", begin.column);
  json.member("end_line", end.line);
  json.member("end_column", end.column);
}

void write(JsonWriter& json, const Source& source,
           const Diagnostic& diagnostic) {
  json.object([&] {
    json.member("file", source.name());
    write_span(json, source, diagnostic.span);
    json.member("pointer", diagnostic.pointer);
    json.member("rule", diagnostic.rule);
    json.member("severity", to_string(diagnostic.severity));
    json.member("message", diagnostic.message);
    json.member("hint", diagnostic.hint);
    if (diagnostic.fix) {
      json.object("fix", [&] {
        write_span(json, source, diagnostic.fix->span);
        json.member("replacement", diagnostic.fix->replacement);
      });
    }
  });
}

void write(JsonWriter& json, const CatalogEntry& entry,
           std::span<const std::string> hosts) {
  json.object([&] {
    json.member("scope", to_string(entry.scope));
    write_ref(json, entry.ref);
    json.member("store", entry.store);
    json.member("version", entry.version);
    json.member("state", to_string(entry.state));
    json.member("updated", to_string(entry.updated));
    if (!hosts.empty()) write_strings(json, "hosts", hosts);
  });
}

void write(JsonWriter& json, const VersionInfo& version) {
  json.object([&] {
    json.member("version", version.version);
    json.member("created", to_string(version.created));
    write_strings(json, "keys", version.keys);
    write_strings(json, "changed", version.changed);
  });
}

// A scope of which the catalog knows nothing has neither "store" nor "version".
void write(JsonWriter& json, const ScopeLook& look, const PlannedRef& planned) {
  json.object([&] {
    json.member("scope", to_string(look.scope));
    json.member("state", look.entry ? to_string(look.entry->state)
                                    : std::string_view("undefined"));
    if (look.entry) {
      json.member("store", look.entry->store);
      json.member("version", look.entry->version);
    }
    write_strings(json, "asked", look.asked);
    json.member("in_order", look.in_order);
    json.member("taken", look.decides && !planned.error && !planned.otherwise);
  });
}

void write_scopes(JsonWriter& json, const PlanReport& report,
                  std::size_t index) {
  json.array("scopes", report.scopes[index], [&](const ScopeLook& look) {
    write(json, look, report.plan.refs[index]);
  });
}

void write_planned(JsonWriter& json, const PlanReport& report,
                   std::size_t index) {
  const PlannedRef& planned = report.plan.refs[index];
  json.object([&] {
    write_ref(json, planned.ref);
    if (planned.entry) {
      json.member("scope", to_string(planned.entry->scope));
      json.member("version", planned.entry->version);
    }
    write_scopes(json, report, index);
  });
}

void write_batch(JsonWriter& json, const PlanReport& report,
                 const StoreBatch& batch, std::size_t calls) {
  json.object([&] {
    json.member("store", batch.store);
    json.member("calls", calls);
    json.array("references", batch.refs,
               [&](std::size_t index) { write_planned(json, report, index); });
  });
}

void write_error(JsonWriter& json, const Error& error) {
  json.member("code", error_info(error.code).name);
  json.member("message", error.message);
  json.member("hint", error.hint);
}

void write_unavailable(JsonWriter& json, const SecretRef& ref,
                       const Error& error) {
  json.object([&] {
    write_ref(json, ref);
    write_error(json, error);
  });
}

// What came of it, and what it took.
void write_analysis(JsonWriter& json, const PlanAnalysis& analysis) {
  const auto& [resolution, failed] = analysis;
  const auto& [rounds, batches, fetched, calls, elapsed] = resolution.cost;
  json.member("rounds", rounds);
  json.member("batches", batches);
  json.member("secrets", fetched);
  json.member("calls", calls.calls);
  json.member("retries", calls.retries);
  json.member("logins", calls.logins);
  json.member("cache_hits", calls.cache_hits);
  json.member("bytes_sent", calls.bytes_sent);
  json.member("bytes_received", calls.bytes_received);
  json.member("microseconds", elapsed.count());
  json.array("failed", failed, [&](const SecretRef& ref) {
    write_unavailable(json, ref, *analysis.resolution.bindings.error(ref));
  });
}

void write(JsonWriter& json, const NamedHealth& store) {
  json.object([&] {
    json.member("store", store.store);
    json.member("type", store.type);
    json.member("condition", to_string(store.health.condition));
    if (store.health.last_success) {
      json.member("last_success", to_string(*store.health.last_success));
    }
    if (store.health.trouble) write_error(json, *store.health.trouble);
  });
}

// The references of a plan that are of one use, as places in it.
std::vector<std::size_t> refs_of(const PlanReport& report, PlannedUse use) {
  std::vector<std::size_t> refs;
  for (std::size_t i = 0; i < report.uses.size(); ++i) {
    if (report.uses[i] == use) refs.push_back(i);
  }
  return refs;
}

}  // namespace

std::string to_string(Timestamp time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(time.time_since_epoch().count()));
}

std::string references_json(std::span<const ReferenceRow> rows) {
  return list_json(
      "references", rows,
      [](JsonWriter& json, const ReferenceRow& row) { write(json, row); });
}

std::string diagnostics_json(const Source& source,
                             std::span<const Diagnostic> diagnostics,
                             std::span<const std::string> notes) {
  return diagnostics_json(std::array{Findings{source, diagnostics}}, notes);
}

std::string diagnostics_json(std::span<const Findings> documents,
                             std::span<const std::string> notes) {
  JsonWriter json;
  // Of one document, in the list of all.
  const auto write_findings = [&](const Findings& document) {
    for (const Diagnostic& diagnostic : document.diagnostics) {
      write(json, document.source, diagnostic);
    }
  };
  json.object([&] {
    json.array("diagnostics", documents, write_findings);
    if (!notes.empty()) write_strings(json, "notes", notes);
  });
  return json.take();
}

std::string plan_json(const PlanReport& report, const PlanAnalysis* analysis) {
  return object_json("plan", [&](JsonWriter& json) {
    if (report.files.size() == 1) {
      json.member("file", report.files.front());
    } else {
      write_strings(json, "files", report.files);
    }
    json.member("calls", report.cost.all_calls);
    json.member("rounds", report.cost.rounds);
    auto calls = report.cost.calls.begin();
    json.array("batches", report.plan.batches, [&](const StoreBatch& batch) {
      write_batch(json, report, batch, *calls++);
    });
    json.array("alternatives", refs_of(report, PlannedUse::kAlternative),
               [&](std::size_t index) { write_planned(json, report, index); });
    json.array("unavailable", refs_of(report, PlannedUse::kUnavailable),
               [&](std::size_t index) {
                 const PlannedRef& planned = report.plan.refs[index];
                 json.object([&] {
                   write_ref(json, planned.ref);
                   write_error(json, *planned.error);
                   write_scopes(json, report, index);
                 });
               });
    if (analysis != nullptr) {
      json.object("analysis", [&] { write_analysis(json, *analysis); });
    }
  });
}

std::string health_json(std::span<const NamedHealth> stores) {
  return list_json(
      "stores", stores,
      [](JsonWriter& json, const NamedHealth& store) { write(json, store); });
}

std::string secrets_json(std::span<const CatalogEntry> entries,
                         std::span<const HostBinding> bindings) {
  return list_json(
      "secrets", entries, [&](JsonWriter& json, const CatalogEntry& entry) {
        write(json, entry, hosts_in(bindings, entry.scope, entry.ref.group));
      });
}

std::vector<std::string> hosts_in(std::span<const HostBinding> bindings,
                                  const Scope& scope, std::string_view group) {
  const auto of_group = [](const HostBinding& binding) {
    return std::pair(std::cref(binding.scope), std::string_view(binding.group));
  };
  std::vector<std::string> hosts;
  for (const HostBinding& binding : std::ranges::equal_range(
           bindings, std::pair(std::cref(scope), group),
           [](const auto& a, const auto& b) {
             return std::tie(a.first.get(), a.second) <
                    std::tie(b.first.get(), b.second);
           },
           of_group)) {
    if (hosts.empty() || hosts.back() != binding.host) {
      hosts.push_back(binding.host);
    }
  }
  return hosts;
}

std::string bound_json(const Scope& scope, std::string_view group,
                       std::span<const std::string> hosts) {
  return object_json("bound", [&](JsonWriter& json) {
    json.member("scope", to_string(scope));
    json.member("group", group);
    write_strings(json, "hosts", hosts);
  });
}

std::string index_json(const IndexReport& report) {
  return object_json("indexed", [&](JsonWriter& json) {
    json.member("documents", report.documents);
    json.member("referring", report.referring);
    json.member("references", report.references);
    json.member("gone", report.gone);
  });
}

std::string history_json(const Scope& scope, std::string_view group,
                         std::span<const VersionInfo> versions) {
  return object_json("history", [&](JsonWriter& json) {
    json.member("scope", to_string(scope));
    json.member("group", group);
    json.array("versions", versions,
               [&](const VersionInfo& version) { write(json, version); });
  });
}

std::string written_json(const Scope& scope, const SecretRef& ref,
                         Version version) {
  return object_json("written", [&](JsonWriter& json) {
    json.member("scope", to_string(scope));
    write_ref(json, ref);
    json.member("version", version);
  });
}

std::string imported_json(const Scope& scope, std::size_t secrets,
                          std::size_t groups) {
  return object_json("imported", [&](JsonWriter& json) {
    json.member("scope", to_string(scope));
    json.member("secrets", secrets);
    json.member("groups", groups);
  });
}

std::string sync_json(const SyncReport& report) {
  return object_json("sync", [&](JsonWriter& json) {
    json.member("added", report.added);
    json.member("changed", report.changed);
    json.member("removed", report.removed);
    json.member("unchanged", report.unchanged);
    json.member("pending", report.pending);
  });
}

std::string created_json(std::span<const std::filesystem::path> files) {
  return list_json("created", files,
                   [](JsonWriter& json, const std::filesystem::path& file) {
                     json.value(file.native());
                   });
}

std::string trusted_json(const std::filesystem::path& file) {
  return object_json(
      "trusted", [&](JsonWriter& json) { json.member("file", file.native()); });
}

std::string untrusted_json(const std::filesystem::path& file, bool was) {
  return object_json("untrusted", [&](JsonWriter& json) {
    json.member("file", file.native());
    json.member("was_trusted", was);
  });
}

std::string verified_json(const std::filesystem::path& catalog,
                          std::span<const std::string> stores) {
  return object_json("verified", [&](JsonWriter& json) {
    json.member("catalog", catalog.native());
    write_strings(json, "stores", stores);
  });
}

std::string version_json(std::string_view version) {
  JsonWriter json;
  json.object([&] { json.member("version", version); });
  return json.take();
}

}  // namespace sotto
