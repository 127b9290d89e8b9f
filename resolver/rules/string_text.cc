// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/string_text.h"

#include <algorithm>

namespace sotto {

StringText::StringText(const LintDocument& document, std::uint32_t string)
    : decoded_(document.outline.raw(document.outline.strings()[string].content),
               document.outline.strings()[string].content.begin) {
  const Span content = document.outline.strings()[string].content;
  const auto expressions = document.parsed.expressions();
  auto next = std::lower_bound(
      expressions.begin(), expressions.end(), content.begin,
      [](const Expression& e, std::size_t at) { return e.span.end <= at; });
  for (; next != expressions.end() && next->span.begin < content.end; ++next) {
    // The span of FN.json has the quotes.
    holes_.push_back({{offset_of(std::max(next->span.begin, content.begin)),
                       offset_of(std::min(next->span.end, content.end))},
                      static_cast<std::uint32_t>(next - expressions.begin())});
  }
}

std::vector<Span> StringText::hole_spans() const {
  std::vector<Span> spans;
  for (const Hole& hole : holes_) spans.push_back(hole.span);
  return spans;
}

// The first offset of the text that comes from there, or from behind.
std::size_t StringText::offset_of(std::size_t raw) const {
  std::size_t low = 0;
  std::size_t high = text().size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (decoded_.raw_offset(middle) < raw) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace sotto
