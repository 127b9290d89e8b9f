// SPDX-License-Identifier: Apache-2.0
//
// What the rules about URLs share. Internal to resolver/.

#ifndef SOTTO_RESOLVER_RULES_URLS_H_
#define SOTTO_RESOLVER_RULES_URLS_H_

#include <cstdint>
#include <string_view>

#include "resolver/lint_rule.h"
#include "resolver/rules/string_text.h"
#include "resolver/url_shape.h"

namespace sotto {

// Is the string a URL: by its member, or by how it begins?
inline bool holds_url(const LintDocument& document, std::uint32_t string) {
  if (string == DocumentOutline::kNone) return false;
  if (document.nodes.is_url(string)) return true;
  const std::string_view raw =
      document.outline.raw(document.outline.strings()[string].content);
  return raw.starts_with("https://") || raw.starts_with("http://") ||
         raw.starts_with("wss://") || raw.starts_with("ws://");
}

// Calls found(use, part, shape) for each use in a URL.
template <typename Found>
void each_use_in_url(const LintDocument& document, const Found& found) {
  const auto& uses = document.uses;
  for (std::size_t i = 0; i < uses.size();) {
    const std::uint32_t string = uses[i].string;
    std::size_t end = i + 1;
    while (end < uses.size() && uses[end].string == string) ++end;
    if (holds_url(document, string)) {
      const StringText text(document, string);
      const UrlShape shape(text.text(), text.hole_spans());
      auto hole = text.holes().begin();
      for (; i < end; ++i) {
        while (hole->expression != uses[i].expression) ++hole;
        found(uses[i], shape.part_at(hole->span.begin), shape);
      }
    }
    i = end;
  }
}

}  // namespace sotto

#endif  // SOTTO_RESOLVER_RULES_URLS_H_
