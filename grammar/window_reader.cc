// SPDX-License-Identifier: Apache-2.0

#include "grammar/window_reader.h"

#include <utility>

#include "base/diagnostic.h"

namespace sotto {

WindowReader::WindowReader(const ParseOptions& options)
    : options_(options),
      builder_(TemplateBuilder::borrowing({}, options.format)),
      angles_(options, builder_, 0) {}

bool WindowReader::read(const ScanWindow& window) {
  const ParseLimits& limits = options_.limits;
  if (options_.format != Format::kJson || options_.reader != Reader::kFast ||
      limits.depth > kMaxScannerDepth ||
      window.offset + window.bytes.size() > limits.document_bytes) {
    return false;
  }
  angles_.show(window);
  return !angles_.gave_up() &&
         scanner_kernel().scan(state_, window, limits.depth, angles_) &&
         !angles_.gave_up() && take_expressions(window.is_last ? 0 : 1);
}

// Takes from the builder all but so many: whether the last one stands in a key
// may only turn out with the next window.
bool WindowReader::take_expressions(std::size_t but) {
  for (const Expression& expression : builder_.take_expressions(but)) {
    const Node& root = builder_.node(expression.root);
    if (root.kind == Node::Kind::kCall && root.function == Function::kJson) {
      return false;
    }
    all_.add(expression);
    if (expression.root >= seen_.size()) seen_.resize(expression.root + 1);
    if (seen_[expression.root]) continue;
    seen_[expression.root] = true;
    first_.push_back(expression);
  }
  return true;
}

WindowedTemplate WindowReader::finish() {
  DiagnosticList warnings;
  for (Diagnostic& warning : angles_.take_warnings()) {
    if (warnings.admits(warning.rule)) warnings.add(std::move(warning));
  }
  for (std::size_t i = angles_.more_warnings(); i > 0; --i) {
    (void)warnings.admits("near-miss");
  }
  for (const Expression& expression : first_) builder_.keep(expression);
  return {builder_.finish(warnings.take()), std::move(all_)};
}

}  // namespace sotto
