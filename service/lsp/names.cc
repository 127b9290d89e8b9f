// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "grammar/functions.h"
#include "service/lsp/cursor.h"
#include "service/report/json_report.h"

namespace sotto {
namespace {

// "CompletionItemKind"s of the protocol.
constexpr int kFunctionItem = 3;
constexpr int kModuleItem = 9;
constexpr int kKeywordItem = 14;
constexpr int kConstantItem = 21;
constexpr int kSnippetFormat = 2;

struct Item {
  std::string label;
  int kind = kConstantItem;
  std::string detail;
  std::string documentation;
  std::string text;  // Empty: the label.
  bool is_snippet = false;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

LspJson item_json(const LspJson& range, Item item) {
  LspJson json = LspJson::Object{{"label", item.label}, {"kind", item.kind}};
  if (!item.detail.empty()) json.add("detail", std::move(item.detail));
  if (!item.documentation.empty()) {
    json.add("documentation", std::move(item.documentation));
  }
  if (item.is_snippet) json.add("insertTextFormat", kSnippetFormat);
  if (item.text.empty()) item.text = std::move(item.label);
  json.add("textEdit", LspJson::Object{{"range", range},
                                       {"newText", std::move(item.text)}});
  return json;
}

// "version 3, active, store local, updated 2026-01-02T03:04:05Z"
std::string state_text(const CatalogEntry& entry) {
  std::string text = fmt::format("version {}, {}, store {}", entry.version,
                                 to_string(entry.state), entry.store);
  if (entry.updated != Timestamp{}) {
    text += ", updated " + to_string(entry.updated);
  }
  return text;
}

// Too many of the sorted names are cut; those that begin as what is typed come
// first, for they must not be among what is cut.
bool cut(std::vector<std::string>& names, std::string_view typed) {
  if (names.size() <= kMaxLspItems) return false;
  std::ranges::sort(names, [&](const std::string& a, const std::string& b) {
    const bool a_begins = begins_with(a, typed);
    return a_begins != begins_with(b, typed) ? a_begins : a < b;
  });
  names.resize(kMaxLspItems);
  return true;
}

struct Offer {
  std::vector<Item> items;
  bool is_cut = false;
};

Result<Offer> offer_groups(const Catalog& catalog,
                           const std::vector<Scope>& scopes,
                           std::string_view typed) {
  SOTTO_ASSIGN_OR_RETURN(auto groups, catalog.groups(scopes));
  Offer offer;
  offer.is_cut = cut(groups, typed);
  for (std::string& group : groups) {
    offer.items.push_back({.label = std::move(group),
                           .kind = kModuleItem,
                           .detail = "group of secrets",
                           .documentation = {},
                           .text = {}});
  }
  return offer;
}

Result<Offer> offer_keys(const Catalog& catalog,
                         const std::vector<Scope>& scopes,
                         const std::string& group, std::string_view typed) {
  SOTTO_ASSIGN_OR_RETURN(auto keys, catalog.keys_of(group, scopes));
  Offer offer;
  offer.is_cut = cut(keys, typed);
  std::vector<SecretRef> refs;
  for (std::string& key : keys) refs.push_back({group, std::move(key)});
  std::ranges::sort(refs);
  SOTTO_ASSIGN_OR_RETURN(const auto found, catalog.find(refs, scopes));
  for (std::size_t i = 0; i < refs.size(); ++i) {
    Item item{.label = refs[i].key,
              .kind = kConstantItem,
              .detail = {},
              .documentation = {},
              .text = {}};
    for (std::size_t j = 0; j < scopes.size() && item.detail.empty(); ++j) {
      const auto& entry = found[i * scopes.size() + j];
      if (!entry) continue;
      item.detail = fmt::format("{}, {}", to_string(entry->scope),
                                to_string(entry->state));
      item.documentation = state_text(*entry);
    }
    offer.items.push_back(std::move(item));
  }
  return offer;
}

Offer offer_functions(bool with_snippets) {
  Offer offer;
  for (const FunctionInfo& function : functions()) {
    offer.items.push_back({.label = std::string(function.name),
                           .kind = kFunctionItem,
                           .detail = std::string(function.signature),
                           .documentation = std::string(function.summary),
                           .text = fmt::format("{}({}", function.name,
                                               with_snippets ? "$1)" : ""),
                           .is_snippet = with_snippets});
  }
  return offer;
}

Offer offer_terms() {
  Offer offer;
  for (const std::string_view term : {"SECRETS.", "FN."}) {
    offer.items.push_back({.label = std::string(term),
                           .kind = kKeywordItem,
                           .detail = {},
                           .documentation = {},
                           .text = {}});
  }
  return offer;
}

// What is known where something may be completed.
Result<Offer> offer_at(const LspCursor& cursor, LspProject& project,
                       std::string_view typed, bool with_snippets) {
  switch (cursor.kind) {
    case LspCursor::Kind::kTerm:
      return offer_terms();
    case LspCursor::Kind::kFunction:
      return offer_functions(with_snippets);
    case LspCursor::Kind::kNothing:
      return Offer{};
    case LspCursor::Kind::kGroup:
    case LspCursor::Kind::kKey:
      break;
  }
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, project.catalog());
  if (catalog == nullptr) return Offer{};
  if (cursor.kind == LspCursor::Kind::kGroup) {
    return offer_groups(*catalog, project.scopes(), typed);
  }
  return offer_keys(*catalog, project.scopes(), cursor.group, typed);
}

// A text for those that show it, in one of two forms.
class Prose {
 public:
  explicit Prose(bool with_markdown) : with_markdown_(with_markdown) {}

  std::string code(std::string_view text) const {
    return with_markdown_ ? fmt::format("`{}`", text) : std::string(text);
  }
  void line(std::string_view text) { text_ += fmt::format("{}\n", text); }
  void item(std::string_view text) { text_ += fmt::format("- {}\n", text); }
  void gap() { text_ += '\n'; }

  LspJson contents() && {
    return LspJson::Object{{"kind", with_markdown_ ? "markdown" : "plaintext"},
                           {"value", std::move(text_)}};
  }

 private:
  bool with_markdown_;
  std::string text_;
};

Result<void> tell_places(Prose& prose, const Catalog& catalog,
                         const std::vector<Scope>& scopes,
                         const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const auto found,
                         catalog.find(std::array{ref}, scopes));
  for (const auto& entry : found) {
    if (!entry) continue;
    prose.item(fmt::format("{}: {}", prose.code(to_string(entry->scope)),
                           state_text(*entry)));
  }
  SOTTO_ASSIGN_OR_RETURN(const auto hosts,
                         catalog.hosts_of(std::array{ref.group}, scopes));
  for (const auto& [group, names] : hosts) {
    prose.item(fmt::format("to be sent to {} alone", fmt::join(names, ", ")));
  }
  return {};
}

}  // namespace

Result<LspJson> lsp_completion(const LspDocument& document, LspProject& project,
                               std::size_t offset, bool with_snippets) {
  return guarded([&]() -> Result<LspJson> {
    const std::string_view text = document.text().bytes();
    const LspCursor cursor = lsp_cursor(text, offset);
    const std::string_view typed =
        text.substr(cursor.word.begin, offset - cursor.word.begin);
    SOTTO_ASSIGN_OR_RETURN(Offer offer,
                           offer_at(cursor, project, typed, with_snippets));
    const LspJson range = lsp_range(document.text(), cursor.word);
    LspJson::Array items;
    for (Item& item : offer.items) {
      items.push_back(item_json(range, std::move(item)));
    }
    return LspJson(LspJson::Object{{"isIncomplete", offer.is_cut},
                                   {"items", std::move(items)}});
  });
}

Result<LspJson> lsp_hover(LspDocument& document, LspProject& project,
                          std::size_t offset, bool with_markdown) {
  return guarded([&]() -> Result<LspJson> {
    Prose prose(with_markdown);
    Span span;
    if (const auto name = lsp_name_at(document, offset)) {
      span = name->span;
      prose.line(prose.code(to_string(name->ref)));
      prose.gap();
      SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, project.catalog());
      if (catalog != nullptr) {
        SOTTO_RETURN_IF_ERROR(
            tell_places(prose, *catalog, project.scopes(), name->ref));
      } else {
        prose.line("there is no catalog to look it up in");
      }
      if (const auto* const known = document.facts().find(name->ref)) {
        prose.line(known->error.message);
        if (!known->error.hint.empty()) prose.line(known->error.hint);
      }
    } else {
      const std::string_view text = document.text().bytes();
      const LspCursor cursor = lsp_cursor(text, offset);
      if (cursor.kind != LspCursor::Kind::kFunction) return LspJson();
      const auto function =
          find_function(text.substr(cursor.word.begin, cursor.word.size()));
      if (!function) return LspJson();
      span = cursor.word;
      prose.line(prose.code(function_info(*function).signature));
      prose.gap();
      prose.line(function_info(*function).summary);
    }
    return LspJson(
        LspJson::Object{{"contents", std::move(prose).contents()},
                        {"range", lsp_range(document.text(), span)}});
  });
}

}  // namespace sotto
