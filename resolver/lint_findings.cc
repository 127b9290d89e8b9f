// SPDX-License-Identifier: Apache-2.0

#include "resolver/lint_findings.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace sotto {
namespace {

Severity severity_of(RuleLevel level) {
  return level == RuleLevel::kError ? Severity::kError : Severity::kWarning;
}

}  // namespace

LintReport::LintReport(const Template& parsed, const LintSettings& settings,
                       LintSuppressions& suppressions)
    : parsed_(parsed),
      settings_(settings),
      suppressions_(suppressions),
      list_(std::max<std::size_t>(settings.max_per_rule, 1)) {}

bool LintReport::begin(std::string_view rule) {
  rule_ = rule;
  level_ = settings_.level_of(rule);
  return level_ != RuleLevel::kOff;
}

void LintReport::add(Span span, std::string message, std::string hint,
                     std::optional<Fix> fix) {
  if (suppressions_.covers(rule_, span.begin) || !list_.admits(rule_)) return;
  list_.add({.rule = rule_,
             .severity = severity_of(level_),
             .span = span,
             .message = std::move(message),
             .hint = std::move(hint),
             .pointer = {},
             .fix = std::move(fix)});
}

void LintReport::add_parsed(Diagnostic diagnostic) {
  if (!begin(diagnostic.rule)) return;
  if (suppressions_.covers(rule_, diagnostic.span.begin)) return;
  if (diagnostic.more > 0) {
    (void)list_.admits(rule_, diagnostic.more);
    return;
  }
  if (!list_.admits(rule_)) return;
  diagnostic.severity = severity_of(level_);
  list_.add(std::move(diagnostic));
}

std::vector<Diagnostic> LintReport::take() {
  std::vector<Diagnostic> diagnostics = list_.take();
  add_pointers(diagnostics);
  if (!hidden_.empty()) hide_values(diagnostics);
  return diagnostics;
}

// They are in the order of places, so one walk gives all pointers.
void LintReport::add_pointers(std::vector<Diagnostic>& diagnostics) const {
  if (parsed_.format() == Format::kText) return;
  std::vector<std::size_t> offsets;
  std::vector<std::string*> pointers;
  for (Diagnostic& diagnostic : diagnostics) {
    if (!diagnostic.pointer.empty()) continue;
    offsets.push_back(diagnostic.span.begin);
    pointers.push_back(&diagnostic.pointer);
  }
  if (offsets.empty()) return;
  std::vector<std::string> found = json_pointers(parsed_, offsets);
  if (found.empty()) throw std::bad_alloc();
  for (std::size_t i = 0; i < found.size(); ++i) {
    *pointers[i] = std::move(found[i]);
  }
}

void LintReport::hide_values(std::vector<Diagnostic>& diagnostics) {
  std::sort(hidden_.begin(), hidden_.end());
  std::vector<Span> merged;
  for (const Span& span : hidden_) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  const auto hidden =
      std::make_shared<const std::vector<Span>>(std::move(merged));
  for (Diagnostic& diagnostic : diagnostics) diagnostic.hidden = hidden;
}

}  // namespace sotto
