// SPDX-License-Identifier: Apache-2.0
//
// Lint of any document, with a fixed catalog and fixed settings: findings are
// sound, every report of them is what it says it is, and what fixes make of
// JSON is JSON. The first byte chooses the format; 'S' is a secrets.lock.

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tokenizer.h"
#include "fuzz/require.h"
#include "resolver/lint.h"
#include "service/report/github_report.h"
#include "service/report/json_report.h"
#include "service/report/sarif_report.h"
#include "service/secrets_lock.h"
#include "store/memory_store.h"
#include "tests/oracle/naive_json.h"

namespace {

using sotto::Diagnostic;
using sotto::Findings;
using sotto::Format;
using sotto::LockedSecret;
using sotto::require;
using sotto::SecretState;
using sotto::Template;

LockedSecret locked(std::string_view scope, const char* group, const char* key,
                    SecretState state = SecretState::kActive,
                    std::vector<std::string> hosts = {}) {
  return {*sotto::Scope::parse(scope),
          {group, key},
          "local",
          1,
          state,
          std::move(hosts)};
}

// Something for each rule to find.
struct World {
  World() {
    settings.levels["undeclared-reference"] = sotto::RuleLevel::kWarning;
    settings.groups["stripe"].keys = {"KEY", "WEBHOOK"};
    settings.groups["stripe"].hosts = {"api.stripe.com"};
    stores.add(store);
  }

  sotto::MemoryStore store{"local"};
  sotto::StoreSet stores;
  sotto::Catalog catalog = *sotto::catalog_of(std::array{
      locked("platform", "a", "B"), locked("platform", "a", "K0"),
      locked("platform", "gone", "KEY", SecretState::kDeleted),
      locked("platform", "off", "KEY", SecretState::kDisabled),
      locked("platform", "stripe", "KEY", SecretState::kActive,
             {"*.stripe.com"}),
      locked("org/acme", "a", "B"), locked("org/other", "theirs", "KEY")});
  sotto::Caller caller{*sotto::Scope::parse("org/acme")};
  sotto::LintSettings settings;
};

bool is_json(std::string_view text) {
  sotto::JsonTokenizer tokenizer(text);
  while (tokenizer.next() != sotto::JsonToken::kEnd) {
  }
  return tokenizer.ok() && nlohmann::json::accept(text);
}

void check_findings(const Template& parsed,
                    const std::vector<Diagnostic>& findings) {
  std::size_t before = 0;
  for (const Diagnostic& finding : findings) {
    const auto [begin, end] = finding.span;
    require(begin <= end && end <= parsed.bytes().size(),
            "a finding outside of the document");
    require(before <= begin, "findings out of order");
    before = begin;
    require(!finding.message.empty(), "a finding without words");
    require(sotto::find_rule(finding.rule) != nullptr, "a finding of no rule");
    if (!finding.fix) continue;
    const auto [first, last] = finding.fix->span;
    require(first <= last && last <= parsed.bytes().size(),
            "a fix outside of the document");
  }
}

// A terminal, a log or a pull request shows a line for what is one, and heeds
// nothing that the document has.
void check_lines(std::string_view report, std::string_view allowed) {
  for (const char c : report) {
    require((c >= ' ' && c != 0x7f) || static_cast<signed char>(c) < 0 ||
                allowed.find(c) != std::string_view::npos,
            "a control character in a report");
  }
}

void check_reports(const Template& parsed,
                   const std::vector<Diagnostic>& findings) {
  const sotto::Source source("flow.json", parsed.bytes());
  const std::array documents{Findings{source, findings}};
  require(is_json(sotto::diagnostics_json(documents)), "no JSON");
  require(is_json(sotto::sarif_report(documents, {}, "1.0.0")), "no SARIF");
  const std::string github = sotto::github_report(documents);
  check_lines(github, "\n");
  std::size_t lines = 0;
  for (std::size_t at = 0; at < github.size(); ++lines) {
    require(github.compare(at, 8, "::error ") == 0 ||
                github.compare(at, 10, "::warning ") == 0,
            "a line that is no command of GitHub's");
    at = github.find('\n', at) + 1;
  }
  require(lines == findings.size(), "a finding that is not told");
  for (const Diagnostic& finding : findings) {
    check_lines(sotto::format_diagnostic(source, finding), "\n\t");
  }
}

void check_document(std::string_view text, Format format) {
  static const World world;
  const Template parsed =
      sotto::parse_template(text, {.format = format, .limits = {}});
  const auto facts = sotto::LintFacts::gather(
      std::array{&parsed}, world.catalog, world.stores, world.caller);
  require(facts.has_value(), "a catalog that does not answer");
  const auto findings = sotto::lint(parsed, *facts, world.settings);
  check_findings(parsed, findings);
  check_reports(parsed, findings);
  const auto fixed = sotto::apply_fixes(text, findings);
  if (!fixed || format == Format::kText) return;
  const auto is_valid = format == Format::kJson
                            ? sotto::oracle::naive_json_valid
                            : sotto::oracle::naive_lines_valid;
  require(!is_valid(text, 512) || is_valid(*fixed, 512),
          "fixes that break the document");
}

// What is read is what is written, and makes a catalog.
void check_lock(std::string_view text) {
  const auto secrets = sotto::parse_secrets_lock(text, "secrets.lock");
  if (!secrets) {
    require(secrets.error().code == sotto::ErrorCode::kCorrupt ||
                secrets.error().code == sotto::ErrorCode::kNewerVersion,
            "another error than those of a secrets.lock");
    check_lines(secrets.error().message, "");
    return;
  }
  const auto again = sotto::parse_secrets_lock(
      sotto::write_secrets_lock(*secrets), "secrets.lock");
  require(again.has_value() && *again == *secrets,
          "a secrets.lock that is not read as it was written");
  require(sotto::changes_between(*secrets, *again).empty(),
          "changes where there are none");
  require(sotto::catalog_of(*secrets).has_value(), "no catalog of its names");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  switch (data[0]) {
    case 'S':
      check_lock(text);
      break;
    case 'L':
      check_document(text, Format::kLines);
      break;
    case 'T':
      check_document(text, Format::kText);
      break;
    default:
      check_document(text, Format::kJson);
  }
  return 0;
}
