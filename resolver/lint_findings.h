// SPDX-License-Identifier: Apache-2.0
//
// Gathers what rules find in one document into what is told of it. Internal to
// resolver/.

#ifndef SOTTO_RESOLVER_LINT_FINDINGS_H_
#define SOTTO_RESOLVER_LINT_FINDINGS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "resolver/lint_rule.h"
#include "resolver/lint_suppressions.h"

namespace sotto {

class LintReport : public LintFindings {
 public:
  // All are borrowed.
  LintReport(const Template& parsed, const LintSettings& settings,
             LintSuppressions& suppressions);

  // Which rule finds what follows; false if nobody wants to know.
  bool begin(std::string_view rule);

  using LintFindings::add;
  void add(Span span, std::string message, std::string hint,
           std::optional<Fix> fix) override;
  void hide(Span span) override { hidden_.push_back(span); }

  // What the parser found, with its own rule.
  void add_parsed(Diagnostic diagnostic);

  std::vector<Diagnostic> take();

 private:
  void add_pointers(std::vector<Diagnostic>& diagnostics) const;
  void hide_values(std::vector<Diagnostic>& diagnostics);

  const Template& parsed_;
  const LintSettings& settings_;
  LintSuppressions& suppressions_;
  DiagnosticList list_;
  std::string_view rule_;
  RuleLevel level_ = RuleLevel::kOff;
  std::vector<Span> hidden_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LINT_FINDINGS_H_
