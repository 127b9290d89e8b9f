// SPDX-License-Identifier: Apache-2.0
//
// Something wrong in a user's document, as data; and its one form as text.

#ifndef SOTTO_BASE_DIAGNOSTIC_H_
#define SOTTO_BASE_DIAGNOSTIC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "base/span.h"

namespace sotto {

enum class Severity : std::uint8_t { kError, kWarning };

// How a finding can be mended without asking.
struct Fix {
  Span span;                // Of the raw document.
  std::string replacement;  // Raw as well: JSON text in a JSON document.

  friend bool operator==(const Fix&, const Fix&) = default;
};

// One finding. No member ever holds a value of a secret.
struct Diagnostic {
  std::string_view rule;  // "undefined-secret"; a literal, see docs/rules.md.
  Severity severity = Severity::kError;
  Span span;            // In the raw document; what the caret points at.
  std::string message;  // Lower case, no full stop, names in double quotes.
  std::string hint;     // The next step, or empty.
  std::string pointer;  // JSON pointer (RFC 6901) of the string; "" in text.

  std::optional<Fix> fix = std::nullopt;
  // Not 0: this stands for so many more of its rule, which are not shown.
  std::size_t more = 0;
  // What the document has that no text may show, whatever the finding is about:
  // values that stand in it. Ascending; none: nothing.
  std::shared_ptr<const std::vector<Span>> hidden = nullptr;
};

std::string_view to_string(Severity severity);

// Sorts by place, then rule, then message: the order of every report.
void sort_diagnostics(std::vector<Diagnostic>& diagnostics);

// Is there an error among them (not only warnings)?
bool has_error(const std::vector<Diagnostic>& diagnostics);

// Gathers findings, so many of a rule and no more: a hostile document must not
// be answered at greater length than it has itself.
class DiagnosticList {
 public:
  static constexpr std::size_t kMaxPerRule = 100;

  explicit DiagnosticList(std::size_t max_per_rule = kMaxPerRule)
      : max_per_rule_(max_per_rule) {}

  // Is there room for one more of this rule? If not, it is counted.
  bool admits(std::string_view rule) { return admits(rule, 1) > 0; }
  // How many of `more` findings of this rule there is room for.
  std::size_t admits(std::string_view rule, std::size_t more);
  // Adds one that was admitted.
  void add(Diagnostic diagnostic);

  // Hands them over, sorted; behind the last of a rule that had more, one that
  // tells how many more there were.
  std::vector<Diagnostic> take();

 private:
  struct Count {
    std::string_view rule;
    std::size_t seen = 0;
  };
  std::size_t max_per_rule_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Count> counts_;
};

struct DiagnosticStyle {
  bool color = false;       // ANSI colors: for a terminal only.
  std::size_t width = 100;  // Longer source lines are cut to a window.
};

// The finding as people read it, ending with a line break; what is hidden is
// shown as "***":
//
//   flow.json:12:35: error: secret "a.B" is not defined [undefined-secret]
//      |
//   12 |   "Authorization": "Bearer << SECRETS.a.B >>"
//      |                               ^~~~~~~~~~~
//      = hint: did you mean "a.C"?
//      = at: /nodes/0/headers/Authorization
std::string format_diagnostic(const Source& source,
                              const Diagnostic& diagnostic,
                              const DiagnosticStyle& style = {});

}  // namespace sotto

#endif  // SOTTO_BASE_DIAGNOSTIC_H_
