// SPDX-License-Identifier: Apache-2.0
//
// An expression's tree + bindings -> its value, or why there is none.

#ifndef SOTTO_RENDER_EVALUATE_H_
#define SOTTO_RENDER_EVALUATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bindings.h"
#include "base/secret_string.h"
#include "grammar/template.h"
#include "render/render_report.h"

namespace sotto {

// A text that is borrowed (from bindings, from a template) or owned.
class ValueText {
 public:
  ValueText() = default;
  explicit ValueText(std::string_view borrowed) : borrowed_(borrowed) {}
  explicit ValueText(SecretString owned) : owned_(std::move(owned)) {}

  std::string_view expose() const {
    return owned_ ? owned_->expose() : borrowed_;
  }

 private:
  std::string_view borrowed_;
  std::optional<SecretString> owned_;
};

struct Evaluation {
  enum class Status : std::uint8_t { kValue, kAbsent, kError };
  Status status = Status::kValue;
  ValueText value;
  std::vector<Trouble> troubles;  // Warnings too.
};

// That the value of a reference is empty; `reference` is its node.
Trouble empty_value(NodeId root, NodeId reference);

// A trouble's message, or what takes the place of an empty one.
std::string message_of(const Trouble& trouble, const Template& parsed);

// Evaluates the tree below `root`. An alternative counts only if all before it
// are proven absent; a sum and the arguments of a call are absent if one of
// them is and none is in trouble. No value is larger than `max_value` bytes,
// what functions and sums make of values no larger than four times that.
Evaluation evaluate(const Template& parsed, NodeId root,
                    const Bindings& bindings, std::size_t max_value);

}  // namespace sotto

#endif  // SOTTO_RENDER_EVALUATE_H_
