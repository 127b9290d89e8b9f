// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "resolver/document_outline.h"
#include "resolver/lint_rule.h"
#include "resolver/node_map.h"
#include "resolver/rules/declarations.h"
#include "service/input_file.h"
#include "service/lsp/cursor.h"
#include "service/lsp/names.h"
#include "service/lsp/uri.h"
#include "service/normal_path.h"
#include "service/secrets_lock.h"

namespace sotto {
namespace {

// The declaration of the name, or of all its group, in the text that the place
// lies in.
std::optional<Span> declaration_in(LspDocument& document, std::size_t offset,
                                   const SecretRef& ref) {
  const Template& parsed = document.parsed();
  const LintSettings settings;
  const LintFacts facts = LintFacts::none();
  const DocumentOutline outline(parsed.bytes(), parsed.format());
  const NodeMap nodes(outline, settings.nodes);
  const LintDocument view{parsed, outline, nodes, {}, facts, settings};
  const std::string name = to_string(ref);
  std::optional<Span> group;
  for (const Declarations& declarations : declarations_of(view)) {
    const Span& text = declarations.document;
    if (offset < text.begin || offset >= text.end) continue;
    for (const Declarations::Item& item : declarations.items) {
      if (item.text == name) return item.span;
      if (item.text == ref.group) group = item.span;
    }
  }
  return group;
}

// The line of a secret, where a lock was written by us: one line each.
std::optional<Span> line_in_lock(std::string_view text, const Scope& scope,
                                 const SecretRef& ref) {
  const std::array parts{"\"scope\": \"" + to_string(scope) + "\"",
                         "\"group\": \"" + ref.group + "\"",
                         "\"key\": \"" + ref.key + "\""};
  for (std::size_t at = text.find(parts[2]); at != std::string_view::npos;
       at = text.find(parts[2], at + 1)) {
    const std::size_t begin = text.rfind('\n', at) + 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.find(parts[0]) == line.npos || line.find(parts[1]) == line.npos) {
      continue;
    }
    const std::size_t indent = line.find_first_not_of(' ');
    const std::size_t length = line.find_last_not_of(",\r") + 1;
    return Span{begin + indent, begin + length};
  }
  return std::nullopt;
}

LspJson location_in_lock(LspProject& project, const SecretRef& ref,
                         LspEncoding encoding) {
  const std::string file = project.lock_file();
  if (file.empty()) return {};
  auto input = read_input_file(file, kMaxLockBytes);
  if (!input) return {};  // Most projects have none.
  for (const Scope& scope : project.scopes()) {
    const auto span = line_in_lock(input->bytes, scope, ref);
    if (!span) continue;
    const LspText text(std::move(input->bytes), encoding);
    return LspJson::Object{{"uri", uri_of_path(file)},
                           {"range", lsp_range(text, *span)}};
  }
  return {};
}

}  // namespace

std::optional<LspName> lsp_name_at(LspDocument& document, std::size_t offset) {
  const Template& parsed = document.parsed();
  const auto expressions = parsed.expressions();
  for (std::uint32_t i = 0; i < expressions.size(); ++i) {
    const Span& span = expressions[i].span;
    if (offset < span.begin) break;
    if (offset > span.end) continue;
    for (const ReferenceUse& use : reference_uses(parsed, std::array{i})) {
      if (offset < use.span.begin || offset > use.span.end) continue;
      return LspName{parsed.references()[use.reference], use.span};
    }
  }
  return std::nullopt;
}

LspJson lsp_definition(LspDocument& document, LspProject& project,
                       std::size_t offset, LspEncoding encoding) {
  const auto name = lsp_name_at(document, offset);
  if (!name) return {};
  if (const auto span = declaration_in(document, offset, name->ref)) {
    return LspJson::Object{{"uri", document.uri()},
                           {"range", lsp_range(document.text(), *span)}};
  }
  return location_in_lock(project, name->ref, encoding);
}

}  // namespace sotto
