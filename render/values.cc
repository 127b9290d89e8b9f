// SPDX-License-Identifier: Apache-2.0

#include "render/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/utf8.h"
#include "render/evaluate.h"
#include "render/saturating.h"

namespace sotto {

// One call of prepare().
struct Values::Job {
  const Bindings& bindings;
  const RenderLimits& limits;
  std::vector<Trouble> troubles;
  // How deep the strings of FN.json stand, by root; made when needed.
  std::vector<std::pair<NodeId, std::size_t>> json_depths;
};

std::vector<Trouble> Values::prepare(const Bindings& bindings,
                                     const RenderLimits& limits) {
  if (slots_.empty()) count_uses();
  text_.clear();
  replacing_ = 0;
  Job job{bindings, limits, {}, {}};
  for (NodeId root = 0; root < slots_.size(); ++root) {
    Slot& slot = slots_[root];
    if (slot.uses == 0) continue;
    slot.begin = text_.size();
    prepare_root(root, job);
    slot.size = text_.size() - slot.begin;
    replacing_ =
        saturating_sum(replacing_, saturating_product(slot.uses, slot.size));
  }
  room(kPadding);
  return std::move(job.troubles);
}

void Values::count_uses() {
  const std::size_t count = parsed_.node_count();
  if (count > few_.size()) {
    many_ = std::make_unique_for_overwrite<Slot[]>(count);
  }
  const std::span<Slot> slots(many_ ? many_.get() : few_.data(), count);
  std::ranges::fill(slots, Slot{});
  for (const Expression& expression : parsed_.expressions()) {
    ++slots[expression.root].uses;
    replaced_ += expression.span.size();
  }
  slots_ = slots;
  // A guess, so that little grows piece by piece.
  (void)text_.reserve(std::min<std::size_t>(64 * count + kPadding, 1u << 20));
}

// Most expressions are a plain reference, most values ASCII that needs no
// escape.
void Values::prepare_root(NodeId root, Job& job) {
  const Node& node = parsed_.node(root);
  if (node.kind != Node::Kind::kReference) return evaluate_root(root, job);
  const SecretValue* const value = job.bindings.find(parsed_.name(node));
  if (value == nullptr || value->kind != SecretValue::Kind::kString ||
      value->text.size() > job.limits.value_bytes) {
    return evaluate_root(root, job);
  }
  const std::string_view text = value->text.expose();
  if (!is_plain_json_text(text)) return evaluate_root(root, job);
  if (text.empty()) job.troubles.push_back(empty_value(root, root));
  if (!text_.append(text)) throw std::bad_alloc();
}

void Values::evaluate_root(NodeId root, Job& job) {
  Evaluation result =
      evaluate(parsed_, root, job.bindings, job.limits.value_bytes);
  job.troubles.insert(job.troubles.end(),
                      std::move_iterator(result.troubles.begin()),
                      std::move_iterator(result.troubles.end()));
  if (result.status != Evaluation::Status::kValue) return;
  const std::string_view text = result.value.expose();
  if (!is_utf8(text)) {
    const Node& node = parsed_.node(root);
    const bool plain = node.kind == Node::Kind::kReference;
    job.troubles.push_back(
        {.root = root,
         .reference = plain ? std::optional(root) : std::nullopt,
         .rule = "malformed",
         .message = plain ? fmt::format("secret \"{}\" is not UTF-8",
                                        parsed_.name(node))
                          : "the value of the expression is not UTF-8",
         .hint = "FN.base64 makes any bytes fit"});
    return;
  }
  if (is_json(root)) check_json_depth(root, text, job);
  append(root, text);
}

bool Values::is_json(NodeId root) const {
  const Node& node = parsed_.node(root);
  return node.kind == Node::Kind::kCall && node.function == Function::kJson;
}

// FN.json's value stands as deep as the string that it takes the place of.
void Values::check_json_depth(NodeId root, std::string_view text,
                              Job& job) const {
  JsonTokenizer tokens(text, text.size());
  std::size_t deepest = 0;
  while (tokens.next() != JsonToken::kEnd) {
    deepest = std::max(deepest, tokens.depth());
  }
  const std::size_t limit = job.limits.depth;
  if (deepest == 0 || depth_of(root, job) + deepest <= limit) return;
  job.troubles.push_back(
      {.root = root,
       .reference = std::nullopt,
       .rule = "limit",
       .message = fmt::format(
           "the JSON of the expression is nested deeper than {}", limit),
       .hint = ""});
}

// One walk over the document serves all expressions of FN.json. Each has a root
// of its own, and roots are numbered in the order of the document.
std::size_t Values::depth_of(NodeId root, Job& job) const {
  auto& depths = job.json_depths;
  if (depths.empty()) {
    std::vector<std::size_t> offsets;
    for (const Expression& expression : parsed_.expressions()) {
      if (!is_json(expression.root)) continue;
      depths.emplace_back(expression.root, 0);
      offsets.push_back(expression.span.begin);
    }
    const auto found = json_depths(parsed_, offsets);
    if (found.size() != offsets.size()) throw std::bad_alloc();
    for (std::size_t i = 0; i < found.size(); ++i) {
      depths[i].second = found[i];
    }
  }
  return std::lower_bound(depths.begin(), depths.end(),
                          std::pair(root, std::size_t{0}))
      ->second;
}

char* Values::room(std::size_t size) {
  char* const room = text_.prepare(size);
  if (room == nullptr) throw std::bad_alloc();
  return room;
}

void Values::append(NodeId root, std::string_view text) {
  if (parsed_.format() == Format::kText) {
    if (!text_.append(text)) throw std::bad_alloc();
    return;
  }
  if (is_json(root)) return append_json(text);
  const std::size_t size = json_escaped_size(text);
  json_escape(text, room(size));
  text_.commit(size);
}

// In JSON Lines a document stays on its line. The line breaks of a JSON text
// stand between its tokens, where a blank is as good.
void Values::append_json(std::string_view text) {
  const bool one_line = parsed_.format() == Format::kLines;
  std::transform(text.begin(), text.end(), room(text.size()), [&](char c) {
    return one_line && (c == '\n' || c == '\r') ? ' ' : c;
  });
  text_.commit(text.size());
}

}  // namespace sotto
