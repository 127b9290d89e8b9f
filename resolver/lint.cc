// SPDX-License-Identifier: Apache-2.0

#include "resolver/lint.h"

#include <algorithm>
#include <utility>

#include "resolver/known_names.h"
#include "resolver/lint_findings.h"
#include "resolver/lint_rule.h"
#include "resolver/lint_suppressions.h"
#include "resolver/planned_use.h"

namespace sotto {
namespace {

Standing standing_of(const LintFacts::Name* name) {
  if (name == nullptr) return Standing::kFound;
  return name->error.code == ErrorCode::kMissing ? Standing::kAbsent
                                                 : Standing::kTrouble;
}

// What makes expressions fail, as a render would find it.
class Troubles {
 public:
  Troubles(const Template& parsed, const LintFacts& facts) : parsed_(parsed) {
    if (facts.all_defined()) return;
    std::vector<Standing> standings;
    for (const SecretRef& ref : parsed.references()) {
      names_.push_back(facts.find(ref));
      standings.push_back(standing_of(names_.back()));
    }
    failing_ = failing_references(parsed, standings);
  }

  const LintFacts::Name* of(const ReferenceUse& use) const {
    if (failing_.empty()) return nullptr;
    const FailingReference wanted{parsed_.expressions()[use.expression].root,
                                  use.reference};
    return std::binary_search(failing_.begin(), failing_.end(), wanted)
               ? names_[use.reference]
               : nullptr;
  }

 private:
  const Template& parsed_;
  std::vector<const LintFacts::Name*> names_;  // As references().
  std::vector<FailingReference> failing_;
};

std::vector<LintUse> uses_of(const Template& parsed,
                             const DocumentOutline& outline,
                             const LintFacts& facts) {
  const Troubles troubles(parsed, facts);
  const std::vector<ReferenceUse> found = reference_uses(parsed);
  // To find nothing would be to say that all is well.
  if (found.empty() && !parsed.references().empty()) throw std::bad_alloc();
  std::vector<LintUse> uses;
  uses.reserve(found.size());
  for (const ReferenceUse& use : found) {
    uses.push_back({.ref = &parsed.references()[use.reference],
                    .span = use.span,
                    .expression = use.expression,
                    .string = outline.string_at(use.span.begin),
                    .trouble = troubles.of(use)});
  }
  return uses;
}

// The parser knows no catalog: the groups that hold such a key are told here.
void name_groups(Diagnostic& diagnostic, const Template& parsed,
                 const LintFacts& facts) {
  if (diagnostic.rule != "deprecated-flat-reference") return;
  const auto key = flat_key(parsed, diagnostic.span);
  if (!key) return;
  const auto groups = facts.groups_with_key(*key);
  if (groups.empty()) return;
  diagnostic.hint = did_you_mean_in({groups.begin(), groups.end()}, *key);
  if (groups.size() > 1) return;
  diagnostic.fix =
      Fix{diagnostic.span, "SECRETS." + to_string(SecretRef{groups[0], *key})};
}

// In a document that could not be read to its end nothing was.
bool was_checked(std::string_view id, const LintDocument& document) {
  if (!document.parsed.ok()) return false;
  if (document.settings.level_of(id) == RuleLevel::kOff) return false;
  if (document.facts.has_catalog()) return true;
  const auto rules = all_lint_rules();
  return std::none_of(rules.begin(), rules.end(), [&](const LintRule* rule) {
    return rule->info.id == id && rule->needs_catalog;
  });
}

}  // namespace

std::vector<Diagnostic> lint(const Template& parsed, const LintFacts& facts,
                             const LintSettings& settings) {
  const DocumentOutline outline(parsed.bytes(), parsed.format());
  const NodeMap nodes(outline, settings.nodes);
  const std::vector<LintUse> uses = uses_of(parsed, outline, facts);
  const LintDocument document{parsed, outline, nodes, uses, facts, settings};

  LintSuppressions suppressions(parsed, outline);
  LintReport report(parsed, settings, suppressions);
  for (Diagnostic diagnostic : parsed.diagnostics()) {
    name_groups(diagnostic, parsed, facts);
    report.add_parsed(std::move(diagnostic));
  }
  for (const LintRule* const rule : all_lint_rules()) {
    if (rule->check == nullptr || !report.begin(rule->info.id)) continue;
    rule->check(document, report);
  }
  if (report.begin("unused-suppression")) {
    suppressions.report_unused(
        report, [&](std::string_view id) { return was_checked(id, document); });
  }
  return report.take();
}

std::optional<std::string> apply_fixes(
    std::string_view document, std::span<const Diagnostic> diagnostics) {
  std::vector<const Fix*> fixes;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.fix) fixes.push_back(&*diagnostic.fix);
  }
  if (fixes.empty()) return std::nullopt;
  std::sort(fixes.begin(), fixes.end(), [](const Fix* a, const Fix* b) {
    return a->span != b->span ? a->span < b->span : a < b;
  });
  std::string mended;
  std::size_t done = 0;
  for (const Fix* const fix : fixes) {
    const bool fits = fix->span.begin >= done &&
                      fix->span.begin <= fix->span.end &&
                      fix->span.end <= document.size();
    if (!fits) continue;
    mended += document.substr(done, fix->span.begin - done);
    mended += fix->replacement;
    done = fix->span.end;
  }
  mended += document.substr(done);
  return mended;
}

}  // namespace sotto
