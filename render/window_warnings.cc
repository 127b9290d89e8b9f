// SPDX-License-Identifier: Apache-2.0

#include "render/window_warnings.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "base/json_text.h"
#include "grammar/expression_references.h"
#include "render/evaluate.h"

namespace sotto {
namespace {

class Warnings {
 public:
  Warnings(const Template& parsed, std::span<const Trouble> troubles)
      : parsed_(parsed), of_root_(parsed.node_count()) {
    for (const Trouble& trouble : troubles) {
      of_root_[trouble.root].push_back(&trouble);
    }
  }

  bool concern(NodeId root) const { return !of_root_[root].empty(); }
  bool has_room() const { return shown_ < DiagnosticList::kMaxPerRule; }

  // Says them at each reference of an expression.
  void show(NodeId root, const DecodedText& text) {
    for (const auto& [ref, span] : expression_references(text)) {
      const Trouble* const trouble = find(root, [&](NodeId reference) {
        return parsed_.name(parsed_.node(reference)) == to_string(ref);
      });
      if (trouble == nullptr || !list_.admits(trouble->rule)) continue;
      ++shown_;
      list_.add({trouble->rule, trouble->severity, span,
                 message_of(*trouble, parsed_), trouble->hint, ""});
    }
  }

  // Counts them alone. `node` is the root, or below it.
  void count(NodeId root, NodeId id) {
    const Node& node = parsed_.node(id);
    if (node.kind == Node::Kind::kReference) {
      const Trouble* const trouble =
          find(root, [id](NodeId reference) { return reference == id; });
      if (trouble != nullptr) (void)list_.admits(trouble->rule);
    }
    for (const NodeId child : parsed_.children(node)) count(root, child);
  }

  std::vector<Diagnostic> take() { return list_.take(); }

 private:
  // Of several things to be said of a reference, the first is.
  template <typename Matches>
  const Trouble* find(NodeId root, const Matches& matches) const {
    for (const Trouble* const trouble : of_root_[root]) {
      if (trouble->reference && matches(*trouble->reference)) return trouble;
    }
    return nullptr;
  }

  const Template& parsed_;
  std::vector<std::vector<const Trouble*>> of_root_;
  DiagnosticList list_;
  std::size_t shown_ = 0;
};

}  // namespace

std::vector<Diagnostic> window_warnings(
    const RenderReport& report, const WindowedTemplate& document,
    const std::function<std::string(Span)>& read) {
  if (report.troubles().empty()) return {};
  Warnings warnings(document.parsed, report.troubles());
  ExpressionList::Reader expressions(document.expressions);
  while (const std::optional<Expression> next = expressions.next()) {
    if (!warnings.concern(next->root)) continue;
    if (warnings.has_room()) {
      const std::string raw = read(next->span);
      warnings.show(next->root, DecodedText(raw, next->span.begin));
    } else {
      warnings.count(next->root, next->root);
    }
  }
  return warnings.take();
}

}  // namespace sotto
