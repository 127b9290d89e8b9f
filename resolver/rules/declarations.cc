// SPDX-License-Identifier: Apache-2.0

#include "resolver/rules/declarations.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sotto {
namespace {

constexpr std::string_view kSecrets = "secrets";
constexpr std::uint32_t kNone = DocumentOutline::kNone;

bool is_declaration(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == text.npos) return is_name(text);
  return is_name(text.substr(0, dot)) && is_name(text.substr(dot + 1));
}

// The member "secrets" of an object, if its value is an array.
std::optional<std::uint32_t> list_of(const DocumentOutline& outline,
                                     const DocumentOutline::Object& object) {
  std::optional<std::uint32_t> found;
  for (std::uint32_t i = object.first; i != kNone;
       i = outline.members()[i].next) {
    const DocumentOutline::Member& member = outline.members()[i];
    if (member.value == JsonToken::kArrayBegin &&
        outline.reads(member.name, kSecrets)) {
      found = i;
    }
  }
  return found;
}

// The strings of that array; none if there is anything else in it.
std::optional<std::vector<Declarations::Item>> items_of(
    const DocumentOutline& outline, const DocumentOutline::Object& top,
    std::uint32_t list) {
  std::vector<Declarations::Item> items;
  const std::size_t begin = outline.members()[list].name.begin;
  const auto& strings = outline.strings();
  for (auto string = std::lower_bound(
           strings.begin(), strings.end(), begin,
           [](const DocumentOutline::String& s, std::size_t at) {
             return s.content.begin < at;
           });
       string != strings.end() && string->member == list; ++string) {
    std::string text = outline.decoded(string->content);
    if (!is_declaration(text)) return std::nullopt;
    items.push_back({string->content, std::move(text)});
  }
  const auto& objects = outline.objects();
  for (auto object =
           std::lower_bound(objects.begin(), objects.end(), begin,
                            [](const DocumentOutline::Object& o,
                               std::size_t at) { return o.span.begin < at; });
       object != objects.end() && object->span.begin < top.span.end; ++object) {
    if (object->member == list) return std::nullopt;
  }
  return items;
}

}  // namespace

std::vector<Declarations> declarations_of(const LintDocument& document) {
  std::vector<Declarations> found;
  const DocumentOutline& outline = document.outline;
  for (const DocumentOutline::Object& object : outline.objects()) {
    if (object.parent != kNone) continue;
    const auto list = list_of(outline, object);
    if (!list) continue;
    auto items = items_of(outline, object, *list);
    if (items) found.push_back({object.span, std::move(*items)});
  }
  return found;
}

std::span<const LintUse> uses_in(const LintDocument& document,
                                 const Declarations& declarations) {
  const auto at = [&](std::size_t offset) {
    return std::lower_bound(document.uses.begin(), document.uses.end(), offset,
                            [](const LintUse& use, std::size_t place) {
                              return use.span.begin < place;
                            });
  };
  return {at(declarations.document.begin), at(declarations.document.end)};
}

}  // namespace sotto
