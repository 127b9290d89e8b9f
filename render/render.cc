// SPDX-License-Identifier: Apache-2.0

#include "render/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/utf8.h"
#include "render/evaluate.h"

namespace sotto {
namespace {

// The text of one distinct expression, escaped for where it stands.
struct Slot {
  std::size_t begin = 0;  // In Renderer::values_.
  std::size_t size = 0;
};

// One render. Each distinct root is evaluated and escaped once, whatever the
// number of its places; then all is copied in one pass.
class Renderer {
 public:
  Renderer(const Template& parsed, const Bindings& bindings,
           const RenderLimits& limits)
      : parsed_(parsed), bindings_(bindings), limits_(limits) {}

  RenderReport run(WipedBuffer& out);

 private:
  struct SlotTroubles;

  static constexpr std::uint32_t kNone =
      std::numeric_limits<std::uint32_t>::max();

  void evaluate_all();
  void evaluate_root(std::uint32_t expression, std::uint32_t slot);
  bool append_value(NodeId root, std::string_view text);
  bool append_json(std::string_view text);
  void fail_root(std::uint32_t slot, Trouble trouble);
  void check_json_depth(std::uint32_t expression, std::string_view text);
  std::size_t depth_of(std::uint32_t expression);
  bool is_json(NodeId root) const;
  void splice(WipedBuffer& out);
  void report_places(DiagnosticList& list) const;

  const Template& parsed_;
  const Bindings& bindings_;
  const RenderLimits& limits_;
  WipedBuffer values_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> slot_of_root_;  // By NodeId.
  // How deep the strings of FN.json stand, by expression; made when needed.
  std::vector<std::pair<std::uint32_t, std::size_t>> json_depths_;
  // What is to be said of a slot's places; few have anything.
  std::vector<std::pair<std::uint32_t, Trouble>> troubles_;
  bool failed_ = false;
  bool no_memory_ = false;
};

RenderReport no_memory_report() {
  RenderReport report;
  report.diagnostics.push_back({"no-memory",
                                Severity::kError,
                                {0, 0},
                                "no memory to render the document",
                                "",
                                ""});
  return report;
}

RenderReport Renderer::run(WipedBuffer& out) {
  evaluate_all();
  if (!failed_ && !no_memory_) splice(out);
  if (no_memory_) return no_memory_report();
  DiagnosticList list;
  if (!troubles_.empty()) report_places(list);
  return {list.take()};
}

void Renderer::evaluate_all() {
  const auto expressions = parsed_.expressions();
  for (std::uint32_t i = 0; i < expressions.size(); ++i) {
    const NodeId root = expressions[i].root;
    if (root >= slot_of_root_.size()) slot_of_root_.resize(root + 1, kNone);
    if (slot_of_root_[root] != kNone) continue;
    const auto slot = static_cast<std::uint32_t>(slots_.size());
    slot_of_root_[root] = slot;
    slots_.push_back({values_.size(), 0});
    evaluate_root(i, slot);
    slots_.back().size = values_.size() - slots_.back().begin;
  }
}

bool Renderer::is_json(NodeId root) const {
  const Node& node = parsed_.node(root);
  return node.kind == Node::Kind::kCall && node.function == Function::kJson;
}

void Renderer::evaluate_root(std::uint32_t expression, std::uint32_t slot) {
  const Expression& place = parsed_.expressions()[expression];
  Evaluation result =
      evaluate(parsed_, place.root, bindings_, limits_.value_bytes);
  for (Trouble& trouble : result.troubles) {
    troubles_.emplace_back(slot, std::move(trouble));
  }
  if (result.status != Evaluation::Status::kValue) {
    failed_ = true;
    return;
  }
  const std::string_view text = result.value.expose();
  if (!is_utf8(text)) {
    const Node& node = parsed_.node(place.root);
    const bool plain = node.kind == Node::Kind::kReference;
    return fail_root(
        slot, {.reference = plain ? std::optional(parsed_.reference_index(node))
                                  : std::nullopt,
               .rule = "malformed",
               .message = plain ? fmt::format("secret \"{}\" is not UTF-8",
                                              parsed_.name(node))
                                : "the value of the expression is not UTF-8",
               .hint = "FN.base64 makes any bytes fit"});
  }
  if (is_json(place.root)) check_json_depth(expression, text);
  if (!append_value(place.root, text)) no_memory_ = true;
}

// FN.json's value stands as deep as the string that it takes the place of.
void Renderer::check_json_depth(std::uint32_t expression,
                                std::string_view text) {
  JsonTokenizer tokens(text, text.size());
  std::size_t deepest = 0;
  while (tokens.next() != JsonToken::kEnd) {
    deepest = std::max(deepest, tokens.depth());
  }
  if (deepest == 0 || depth_of(expression) + deepest <= limits_.depth) return;
  fail_root(slot_of_root_[parsed_.expressions()[expression].root],
            {.reference = std::nullopt,
             .rule = "limit",
             .message = fmt::format(
                 "the JSON of the expression is nested deeper than {}",
                 limits_.depth),
             .hint = ""});
}

// One walk over the document serves all expressions of FN.json.
std::size_t Renderer::depth_of(std::uint32_t expression) {
  if (json_depths_.empty()) {
    std::vector<std::size_t> offsets;
    const auto expressions = parsed_.expressions();
    for (std::uint32_t i = 0; i < expressions.size(); ++i) {
      if (!is_json(expressions[i].root)) continue;
      json_depths_.emplace_back(i, 0);
      offsets.push_back(expressions[i].span.begin);
    }
    const auto depths = json_depths(parsed_, offsets);
    if (depths.size() != offsets.size()) throw std::bad_alloc();
    for (std::size_t i = 0; i < depths.size(); ++i) {
      json_depths_[i].second = depths[i];
    }
  }
  const auto found = std::lower_bound(json_depths_.begin(), json_depths_.end(),
                                      std::pair(expression, std::size_t{0}));
  return found->second;
}

void Renderer::fail_root(std::uint32_t slot, Trouble trouble) {
  troubles_.emplace_back(slot, std::move(trouble));
  failed_ = true;
}

// Each returns false without memory.
bool Renderer::append_value(NodeId root, std::string_view text) {
  if (parsed_.format() == Format::kText) return values_.append(text);
  if (is_json(root)) return append_json(text);
  const std::size_t size = json_escaped_size(text);
  char* room = values_.prepare(size);
  if (room == nullptr) return false;
  json_escape(text, room);
  values_.commit(size);
  return true;
}

// In JSON Lines a document stays on its line. The line breaks of a JSON text
// stand between its tokens, where a blank is as good.
bool Renderer::append_json(std::string_view text) {
  const bool one_line = parsed_.format() == Format::kLines;
  char* room = values_.prepare(text.size());
  if (room == nullptr) return false;
  for (const char c : text) {
    *room++ = one_line && (c == '\n' || c == '\r') ? ' ' : c;
  }
  values_.commit(text.size());
  return true;
}

void Renderer::splice(WipedBuffer& out) {
  const std::string_view bytes = parsed_.bytes();
  const auto expressions = parsed_.expressions();
  std::size_t size = bytes.size();
  for (const Expression& expression : expressions) {
    size += slots_[slot_of_root_[expression.root]].size;
    size -= expression.span.size();
  }
  char* to = out.prepare(size);
  if (to == nullptr) {
    no_memory_ = true;
    return;
  }
  const auto copy = [&to](std::string_view piece) {
    if (piece.empty()) return;
    std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  };
  const std::string_view values = values_.expose();
  std::size_t copied = 0;
  for (const Expression& expression : expressions) {
    const Slot& slot = slots_[slot_of_root_[expression.root]];
    copy(bytes.substr(copied, expression.span.begin - copied));
    copy(values.substr(slot.begin, slot.size));
    copied = expression.span.end;
  }
  copy(bytes.substr(copied));
  out.commit(size);
}

// What is to be said of one slot's places.
struct Renderer::SlotTroubles {
  std::vector<const Trouble*> whole;
  // By reference; one each, the first.
  std::map<std::uint32_t, const Trouble*> of_reference;
};

// Only who has something to report pays for the places of references.
void Renderer::report_places(DiagnosticList& list) const {
  std::vector<SlotTroubles> slots(slots_.size());
  for (const auto& [slot, trouble] : troubles_) {
    if (failed_ && trouble.severity == Severity::kWarning) continue;
    if (trouble.reference) {
      slots[slot].of_reference.emplace(*trouble.reference, &trouble);
    } else {
      slots[slot].whole.push_back(&trouble);
    }
  }
  const auto report = [&](const Trouble& trouble, Span span) {
    if (!list.admits(trouble.rule)) return;
    list.add({trouble.rule, trouble.severity, span, trouble.message,
              trouble.hint, ""});
  };
  const auto expressions = parsed_.expressions();
  const auto troubles_at = [&](std::uint32_t expression) -> SlotTroubles& {
    return slots[slot_of_root_[expressions[expression].root]];
  };
  for (std::uint32_t i = 0; i < expressions.size(); ++i) {
    for (const Trouble* trouble : troubles_at(i).whole) {
      report(*trouble, expressions[i].span);
    }
  }
  for (const ReferenceUse& use : reference_uses(parsed_)) {
    const auto& of_reference = troubles_at(use.expression).of_reference;
    const auto found = of_reference.find(use.reference);
    if (found != of_reference.end()) report(*found->second, use.span);
  }
}

// Findings come in the order of places, so one walk gives all pointers.
void add_pointers(const Template& parsed,
                  std::vector<Diagnostic>& diagnostics) {
  std::vector<std::size_t> offsets;
  for (const Diagnostic& diagnostic : diagnostics) {
    offsets.push_back(diagnostic.span.begin);
  }
  std::vector<std::string> pointers = json_pointers(parsed, offsets);
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    diagnostics[i].pointer = std::move(pointers[i]);
  }
}

}  // namespace

RenderReport render(const Template& parsed, const Bindings& bindings,
                    WipedBuffer& out, const RenderLimits& limits) {
  const std::size_t size_before = out.size();
  try {
    if (!parsed.ok()) return {parsed.diagnostics()};
    RenderReport report = Renderer(parsed, bindings, limits).run(out);
    if (!report.diagnostics.empty()) add_pointers(parsed, report.diagnostics);
    return report;
  } catch (const std::bad_alloc&) {
    out.truncate(size_before);
    return no_memory_report();
  }
}

}  // namespace sotto
