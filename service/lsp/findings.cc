// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/visible_text.h"

namespace sotto {
namespace {

constexpr std::string_view kQuickFix = "quickfix";
constexpr std::string_view kFixAll = "source.fixAll.sotto";
constexpr std::size_t kMaxTitle = 80;

LspJson fix_json(const LspText& text, const Fix& fix) {
  return LspJson::Object{{"range", lsp_range(text, fix.span)},
                         {"newText", fix.replacement}};
}

LspJson diagnostic_json(const LspText& text, const Diagnostic& diagnostic) {
  std::string message = diagnostic.message;
  if (!diagnostic.hint.empty()) message += "\nhint: " + diagnostic.hint;
  LspJson data = LspJson::Object{{"pointer", diagnostic.pointer}};
  if (diagnostic.fix) data.add("fix", fix_json(text, *diagnostic.fix));
  return LspJson::Object{
      {"range", lsp_range(text, diagnostic.span)},
      {"severity", diagnostic.severity == Severity::kError ? 1 : 2},
      {"code", diagnostic.rule},
      {"source", "sotto"},
      {"message", std::move(message)},
      {"data", std::move(data)}};
}

// The kinds are a hierarchy: "source" wants "source.fixAll.sotto" as well.
bool wants(const LspJson& only, std::string_view kind) {
  if (!only.is_array()) return true;
  return std::ranges::any_of(only.items(), [&](const LspJson& item) {
    const std::string* const wanted = item.string();
    return wanted != nullptr && kind.starts_with(*wanted) &&
           (kind.size() == wanted->size() || wanted->empty() ||
            kind[wanted->size()] == '.');
  });
}

std::string title_of(const Fix& fix) {
  std::string shown = visible_line(fix.replacement);
  if (shown.size() > kMaxTitle) {
    std::size_t end = kMaxTitle;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0u) == 0x80u)
      --end;
    shown = shown.substr(0, end) + "...";
  }
  return fix.replacement.empty() ? "take it out"
                                 : fmt::format("make it {}", shown);
}

LspJson edit_json(const LspDocument& document, LspJson::Array edits,
                  bool with_version) {
  if (!with_version) {
    return LspJson::Object{
        {"changes",
         LspJson::Object{{document.uri(), LspJson(std::move(edits))}}}};
  }
  LspJson changed = LspJson::Object{
      {"textDocument", LspJson::Object{{"uri", document.uri()},
                                       {"version", document.version()}}},
      {"edits", std::move(edits)}};
  return LspJson::Object{
      {"documentChanges", LspJson::Array{std::move(changed)}}};
}

// Those that can be made at once; as apply_fixes() chooses.
std::vector<const Fix*> fixes_of(const std::vector<Diagnostic>& findings) {
  std::vector<const Fix*> fixes;
  for (const Diagnostic& finding : findings) {
    if (finding.fix) fixes.push_back(&*finding.fix);
  }
  std::ranges::sort(fixes, [](const Fix* a, const Fix* b) {
    return a->span != b->span ? a->span < b->span : a < b;
  });
  std::size_t done = 0;
  std::erase_if(fixes, [&](const Fix* fix) {
    if (fix->span.begin < done) return true;
    done = fix->span.end;
    return false;
  });
  return fixes;
}

}  // namespace

LspJson lsp_diagnostics(const LspDocument& document) {
  LspJson::Array list;
  for (const Diagnostic& finding : document.findings()) {
    list.push_back(diagnostic_json(document.text(), finding));
  }
  return list;
}

LspJson lsp_code_actions(const LspDocument& document,
                         const LspActionOptions& options) {
  LspJson::Array actions;
  const LspText& text = document.text();
  const std::size_t begin =
      text.offset_of(lsp_position(options.range["start"]));
  const std::size_t end = text.offset_of(lsp_position(options.range["end"]));
  for (const Diagnostic& finding : document.findings()) {
    if (!finding.fix || !wants(options.only, kQuickFix)) continue;
    if (finding.span.begin > end || finding.span.end < begin) continue;
    actions.push_back(LspJson::Object{
        {"title", title_of(*finding.fix)},
        {"kind", kQuickFix},
        {"diagnostics", LspJson::Array{diagnostic_json(text, finding)}},
        {"isPreferred", true},
        {"edit", edit_json(document, {fix_json(text, *finding.fix)},
                           options.with_version)}});
  }
  const auto fixes = fixes_of(document.findings());
  if (!fixes.empty() && wants(options.only, kFixAll)) {
    LspJson::Array edits;
    for (const Fix* const fix : fixes) edits.push_back(fix_json(text, *fix));
    actions.push_back(LspJson::Object{
        {"title", "mend all that can be mended without asking"},
        {"kind", kFixAll},
        {"edit", edit_json(document, std::move(edits), options.with_version)}});
  }
  return actions;
}

}  // namespace sotto
