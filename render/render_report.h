// SPDX-License-Identifier: Apache-2.0
//
// What there is to say of a render.

#ifndef SOTTO_RENDER_RENDER_REPORT_H_
#define SOTTO_RENDER_RENDER_REPORT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/template.h"

namespace sotto {

// Something to be said of an expression, wherever the document has it: of one
// of its references, or of the whole.
struct Trouble {
  NodeId root = 0;                  // Expression::root
  std::optional<NodeId> reference;  // A node below it.
  std::string_view rule;            // As in Diagnostic.
  Severity severity = Severity::kError;
  std::string message;  // Empty for "empty-value", which is put into words
                        // when somebody asks.
  std::string hint;
};

// Whether a template was rendered, and what there is to say of it. Most renders
// have nothing to say; some have a warning that nobody reads. So where it is
// to be said is found out by the one who asks.
class RenderReport {
 public:
  // Rendered, and nothing to say.
  RenderReport() = default;
  // What was found, place by place.
  explicit RenderReport(std::vector<Diagnostic> diagnostics);
  // What was found in evaluating the template's expressions.
  explicit RenderReport(std::vector<Trouble> troubles);
  // The document itself is wrong.
  static RenderReport of_document();
  static RenderReport no_memory();

  // Was the document rendered?
  bool ok() const { return ok_; }
  // Is there nothing to say, not even a warning?
  bool clean() const {
    return ok_ && diagnostics_.empty() && troubles_.empty();
  }

  // Errors or, where there are none, warnings; sorted by place, at most 100 of
  // a rule, then their number. `parsed` is the template that was rendered (or
  // another of the same document): it is read once more, by each call. Of a
  // template without bytes() no more is told than in which expression.
  // Empty without memory.
  std::vector<Diagnostic> diagnostics(const Template& parsed) const;

  // What was found in evaluating, those of one root together.
  std::span<const Trouble> troubles() const { return troubles_; }

 private:
  enum class Source : std::uint8_t { kOwn, kDocument, kNoMemory };

  bool ok_ = true;
  Source source_ = Source::kOwn;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Trouble> troubles_;
};

}  // namespace sotto

#endif  // SOTTO_RENDER_RENDER_REPORT_H_
