// SPDX-License-Identifier: Apache-2.0

#include "render/render_report.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <functional>
#include <limits>
#include <new>
#include <span>
#include <utility>

#include "render/evaluate.h"

namespace sotto {
namespace {

bool is_error(const Trouble& trouble) {
  return trouble.severity == Severity::kError;
}

// Says each trouble at each place of its expression.
class Places {
 public:
  Places(const Template& parsed, std::span<const Trouble> troubles)
      : parsed_(parsed), troubles_(troubles), first_(parsed.node_count()) {
    std::fill(first_.begin(), first_.end(), kNone);
    for (std::size_t i = troubles.size(); i-- > 0;) {
      const Trouble& trouble = troubles[i];
      first_[trouble.root] = static_cast<std::uint32_t>(i);
      if (!trouble.reference) continue;
      const Node& node = parsed.node(*trouble.reference);
      of_references_.push_back({trouble.root, parsed.reference_index(node), i});
    }
    std::sort(of_references_.begin(), of_references_.end());
  }

  std::vector<Diagnostic> take() {
    const auto expressions = parsed_.expressions();
    const bool has_bytes = !parsed_.bytes().empty();
    std::vector<std::uint32_t> with_references;
    for (std::uint32_t i = 0; i < expressions.size(); ++i) {
      bool of_reference = false;
      for (const Trouble& trouble : troubles_of(expressions[i].root)) {
        if (trouble.reference && has_bytes) {
          of_reference = true;
        } else {
          report(trouble, expressions[i].span);
        }
      }
      if (of_reference) with_references.push_back(i);
    }
    for (const ReferenceUse& use : reference_uses(parsed_, with_references)) {
      report_use(use);
    }
    std::vector<Diagnostic> diagnostics = list_.take();
    if (has_bytes) add_pointers(diagnostics);
    return diagnostics;
  }

 private:
  // A trouble of a reference, in the order in which it is looked for.
  struct OfReference {
    NodeId root = 0;
    std::uint32_t reference = 0;  // Template::references()
    std::size_t trouble = 0;      // In troubles_.

    auto operator<=>(const OfReference&) const = default;
  };

  static constexpr std::uint32_t kNone =
      std::numeric_limits<std::uint32_t>::max();

  std::span<const Trouble> troubles_of(NodeId root) const {
    if (first_[root] == kNone) return {};
    const auto rest = troubles_.subspan(first_[root]);
    const auto end = std::find_if(rest.begin(), rest.end(), [&](const auto& t) {
      return t.root != root;
    });
    return {rest.begin(), end};
  }

  // Of several things to be said of a reference, the first is.
  void report_use(const ReferenceUse& use) {
    const NodeId root = parsed_.expressions()[use.expression].root;
    const auto found =
        std::lower_bound(of_references_.begin(), of_references_.end(),
                         OfReference{root, use.reference, 0});
    if (found != of_references_.end() && found->root == root &&
        found->reference == use.reference) {
      report(troubles_[found->trouble], use.span);
    }
  }

  void report(const Trouble& trouble, Span span) {
    if (!list_.admits(trouble.rule)) return;
    list_.add({trouble.rule, trouble.severity, span,
               message_of(trouble, parsed_), trouble.hint, ""});
  }

  // They are in the order of places, so one walk gives all pointers.
  void add_pointers(std::vector<Diagnostic>& diagnostics) {
    std::vector<std::size_t> offsets;
    for (const Diagnostic& diagnostic : diagnostics) {
      offsets.push_back(diagnostic.span.begin);
    }
    std::vector<std::string> pointers = json_pointers(parsed_, offsets);
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      diagnostics[i].pointer = std::move(pointers[i]);
    }
  }

  const Template& parsed_;
  std::span<const Trouble> troubles_;
  std::vector<std::uint32_t> first_;  // In troubles_, by root.
  std::vector<OfReference> of_references_;
  DiagnosticList list_;
};

}  // namespace

RenderReport::RenderReport(std::vector<Diagnostic> diagnostics)
    : ok_(!has_error(diagnostics)), diagnostics_(std::move(diagnostics)) {}

// Beside errors no warning is worth telling.
RenderReport::RenderReport(std::vector<Trouble> troubles)
    : ok_(std::none_of(troubles.begin(), troubles.end(), is_error)),
      troubles_(std::move(troubles)) {
  if (!ok_) std::erase_if(troubles_, std::not_fn(is_error));
}

RenderReport RenderReport::of_document() {
  RenderReport report;
  report.ok_ = false;
  report.source_ = Source::kDocument;
  return report;
}

RenderReport RenderReport::no_memory() {
  RenderReport report;
  report.ok_ = false;
  report.source_ = Source::kNoMemory;
  return report;
}

std::vector<Diagnostic> RenderReport::diagnostics(
    const Template& parsed) const {
  try {
    switch (source_) {
      case Source::kDocument:
        return parsed.diagnostics();
      case Source::kNoMemory:
        return {{"no-memory",
                 Severity::kError,
                 {0, 0},
                 "no memory to render the document",
                 "",
                 ""}};
      case Source::kOwn:
        if (troubles_.empty()) return diagnostics_;
        return Places(parsed, troubles_).take();
    }
  } catch (const std::bad_alloc&) {
  }
  return {};
}

}  // namespace sotto
