// SPDX-License-Identifier: Apache-2.0
//
// The shapes that machines read, whole. (Most of them: tests/cli and
// docs/command.md, as the command prints them.)

#include "service/report/json_report.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sotto::testing {
namespace {

using nlohmann::json;

const Timestamp kTime{std::chrono::seconds(1'769'860'800)};

TEST(JsonReport, TimesAreUtc) {
  EXPECT_EQ(to_string(kTime), "2026-01-31T12:00:00Z");
  EXPECT_EQ(to_string(Timestamp{}), "1970-01-01T00:00:00Z");
}

TEST(JsonReport, OfNothingIsAnEmptyList) {
  EXPECT_EQ(references_json({}), "{\n  \"references\": []\n}\n");
  EXPECT_EQ(secrets_json({}), "{\n  \"secrets\": []\n}\n");
  EXPECT_EQ(diagnostics_json(Source("f", ""), {}),
            "{\n  \"diagnostics\": []\n}\n");
}

TEST(JsonReport, OfDiagnosticsHasPlacesInCodePoints) {
  const Source source("f.json", "{\n \"é\": x\n}");
  const Diagnostic diagnostic{
      "syntax", Severity::kWarning, {9, 10}, "message \"q\"", "hint", "/é"};
  const std::array notes{std::string("note")};
  EXPECT_EQ(json::parse(diagnostics_json(source, {&diagnostic, 1}, notes)),
            json::parse(R"({"diagnostics": [{
              "file": "f.json", "line": 2, "column": 7, "end_line": 2,
              "end_column": 8, "pointer": "/é", "rule": "syntax",
              "severity": "warning", "message": "message \"q\"",
              "hint": "hint"}], "notes": ["note"]})"));
}

TEST(JsonReport, OfAFileNameThatIsNotUtf8IsStillJson) {
  const ReferenceRow row{"f\xff.json", {1, 2}, "/a", {"a", "B"}};
  EXPECT_EQ(json::parse(references_json({&row, 1}))["references"][0]["file"],
            "f\uFFFD.json");
}

TEST(JsonReport, OfSecretsAndTheirHistory) {
  const CatalogEntry entry{Scope::parse("org/acme").value(),
                           {"a", "B"},
                           "local",
                           "",
                           7,
                           SecretState::kDeleted,
                           kTime};
  EXPECT_EQ(json::parse(secrets_json({&entry, 1})), json::parse(R"({"secrets":
    [{"scope": "org/acme", "group": "a", "key": "B", "store": "local",
      "version": 7, "state": "deleted", "updated": "2026-01-31T12:00:00Z"}]})"));
  const VersionInfo version{7, kTime, {"B", "C"}, {"C"}};
  EXPECT_EQ(json::parse(history_json(entry.scope, "a", {&version, 1})),
            json::parse(R"({"history": {"scope": "org/acme", "group": "a",
      "versions": [{"version": 7, "created": "2026-01-31T12:00:00Z",
      "keys": ["B", "C"], "changed": ["C"]}]}})"));
  EXPECT_EQ(json::parse(written_json(entry.scope, entry.ref, 8)),
            json::parse(R"({"written": {"scope": "org/acme", "group": "a",
      "key": "B", "version": 8}})"));
}

TEST(JsonReport, OfASecretTellsTheHostsOfItsGroup) {
  CatalogEntry entry;
  entry.scope = Scope::parse("org/acme").value();
  entry.ref = {"a", "B"};
  const std::vector<HostBinding> bindings{
      {Scope(), "a", "other.example", "local"},
      {entry.scope, "a", "a.example", "local"},
      {entry.scope, "a", "a.example", "vault"},
      {entry.scope, "a", "b.example", "local"},
      {entry.scope, "b", "c.example", "local"}};
  const json told = json::parse(secrets_json({&entry, 1}, bindings));
  EXPECT_EQ(told["secrets"][0]["hosts"],
            json::parse(R"(["a.example", "b.example"])"));
  const std::vector<std::string> hosts{"a.example"};
  EXPECT_EQ(json::parse(bound_json(entry.scope, "a", hosts)),
            json::parse(R"({"bound": {"scope": "org/acme", "group": "a",
      "hosts": ["a.example"]}})"));
}

TEST(JsonReport, OfAnIndexCounts) {
  EXPECT_EQ(json::parse(index_json(
                {.documents = 5, .referring = 3, .references = 12, .gone = 1})),
            json::parse(R"({"indexed": {"documents": 5, "referring": 3,
      "references": 12, "gone": 1}})"));
}

TEST(JsonReport, OfAPlanTellsWhatIsNotThere) {
  Plan plan;
  PlannedRef found;
  found.ref = {"a", "B"};
  found.entry = CatalogEntry{};
  found.entry->version = 3;
  PlannedRef missing;
  missing.ref = {"x", "Y"};
  missing.error = Error{ErrorCode::kMissing, "not there", "make it"};
  PlannedRef spare;
  spare.ref = {"z", "Z"};
  plan.refs = {found, missing, spare};
  plan.batches.push_back({"local", {0}, {}});
  const std::vector uses{PlannedUse::kAsked, PlannedUse::kUnavailable,
                         PlannedUse::kAlternative};
  ScopeLook taken;
  taken.entry.emplace();
  taken.entry->store = "local";
  taken.entry->version = 3;
  taken.decides = true;
  ScopeLook other;
  other.scope = Scope::parse("org/acme").value();
  other.entry = taken.entry;
  other.entry->version = 1;
  other.in_order = false;
  ScopeLook asked;
  asked.asked = {"vault"};
  const std::vector<std::vector<ScopeLook>> scopes{
      {taken}, {ScopeLook{}, other}, {asked}};
  const PlanCost cost{.calls = {2}, .all_calls = 2, .rounds = 1};
  const json planned = json::parse(R"({"plan": {
    "file": "f.json", "calls": 2, "rounds": 1,
    "batches": [{"store": "local", "calls": 2, "references": [
      {"group": "a", "key": "B", "scope": "platform", "version": 3,
       "scopes": [{"scope": "platform", "state": "active", "store": "local",
         "version": 3, "asked": [], "in_order": true, "taken": true}]}]}],
    "alternatives": [{"group": "z", "key": "Z", "scopes": [
      {"scope": "platform", "state": "undefined", "asked": ["vault"],
       "in_order": true, "taken": false}]}],
    "unavailable": [{"group": "x", "key": "Y", "code": "missing",
      "message": "not there", "hint": "make it", "scopes": [
      {"scope": "platform", "state": "undefined", "asked": [],
       "in_order": true, "taken": false},
      {"scope": "org/acme", "state": "active", "store": "local", "version": 1,
       "asked": [], "in_order": false, "taken": false}]}]}})");
  const std::vector<std::string> file{"f.json"};
  const PlanReport report{file, plan, uses, scopes, cost};
  EXPECT_EQ(json::parse(plan_json(report)), planned);

  const std::vector<std::string> two{"f.json", "g.json"};
  json of_two = planned;
  of_two["plan"].erase("file");
  of_two["plan"]["files"] = two;
  EXPECT_EQ(json::parse(plan_json({two, plan, uses, scopes, cost})), of_two);

  Resolution resolution;
  resolution.bindings.bind_error({"x", "Y"}, *missing.error);
  resolution.cost.rounds = 2;
  resolution.cost.batches = 3;
  resolution.cost.fetched = 4;
  resolution.cost.calls = {.calls = 5,
                           .retries = 1,
                           .logins = 1,
                           .bytes_sent = 600,
                           .bytes_received = 7000,
                           .cache_hits = 2};
  resolution.cost.elapsed = std::chrono::microseconds(1500);
  const PlanAnalysis analysis{resolution, {{"x", "Y"}}};
  json analyzed = planned;
  analyzed["plan"]["analysis"] = json::parse(R"({
    "rounds": 2, "batches": 3, "secrets": 4, "calls": 5, "retries": 1,
    "logins": 1, "cache_hits": 2, "bytes_sent": 600, "bytes_received": 7000,
    "microseconds": 1500, "failed": [{"group": "x", "key": "Y",
      "code": "missing", "message": "not there", "hint": "make it"}]})");
  EXPECT_EQ(json::parse(plan_json(report, &analysis)), analyzed);
}

TEST(JsonReport, OfHealthTellsWhatIsKnown) {
  NamedHealth good{"local", "local", {}};
  good.health.last_success = kTime;
  NamedHealth bad{"vault", "vault", {}};
  bad.health.condition = StoreCondition::kDegraded;
  bad.health.trouble = Error{ErrorCode::kUnreachable, "it is sealed", "wait"};
  EXPECT_EQ(json::parse(health_json(std::array{good, bad})),
            json::parse(R"({"stores": [
    {"store": "local", "type": "local", "condition": "connected",
     "last_success": "2026-01-31T12:00:00Z"},
    {"store": "vault", "type": "vault", "condition": "degraded",
     "code": "unreachable", "message": "it is sealed", "hint": "wait"}]})"));
}

TEST(JsonReport, OfWhatWasDone) {
  EXPECT_EQ(json::parse(imported_json(Scope::platform(), 3, 2)),
            json::parse(R"({"imported": {"scope": "platform", "secrets": 3,
      "groups": 2}})"));
  EXPECT_EQ(json::parse(sync_json({1, 2, 3, 4, 5})),
            json::parse(R"({"sync": {"added": 1, "changed": 2, "removed": 3,
      "unchanged": 4, "pending": 5}})"));
  const std::array<std::filesystem::path, 1> files{"sotto.json"};
  EXPECT_EQ(json::parse(created_json(files)),
            json::parse(R"({"created": ["sotto.json"]})"));
  EXPECT_EQ(json::parse(trusted_json("/a")),
            json::parse(R"({"trusted": {"file": "/a"}})"));
  const std::array<std::string, 1> stores{"local"};
  EXPECT_EQ(json::parse(verified_json("/c", stores)),
            json::parse(R"({"verified": {"catalog": "/c",
      "stores": ["local"]}})"));
  EXPECT_EQ(json::parse(version_json("1.2.3")),
            json::parse(R"({"version": "1.2.3"})"));
}

}  // namespace
}  // namespace sotto::testing
