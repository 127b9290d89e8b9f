// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/cursor.h"

#include <algorithm>
#include <array>

#include "base/secret_ref.h"

namespace sotto {
namespace {

constexpr std::string_view kSecrets = "SECRETS";
constexpr std::string_view kFunctions = "FN";

// Where the last of them ends, 0 if there is none.
template <std::size_t kCount>
std::size_t last_end(std::string_view text,
                     const std::array<std::string_view, kCount>& spellings) {
  std::size_t end = 0;
  for (const std::string_view spelling : spellings) {
    const std::size_t found = text.rfind(spelling);
    if (found != std::string_view::npos) {
      end = std::max(end, found + spelling.size());
    }
  }
  return end;
}

// What stands between the last "<<" and the end of `text`, if no ">>" does.
bool is_open(std::string_view text, std::string_view& inside) {
  static constexpr std::array<std::string_view, 3> kOpen{"<<", "\\u003c\\u003c",
                                                         "\\u003C\\u003C"};
  static constexpr std::array<std::string_view, 3> kClose{
      ">>", "\\u003e\\u003e", "\\u003E\\u003E"};
  const std::size_t begin = last_end(text, kOpen);
  if (begin == 0 || last_end(text, kClose) > begin) return false;
  inside = text.substr(begin);
  return true;
}

// Takes the name off the end of `text`.
std::string_view take_name(std::string_view& text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_name_char(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin);
  text = text.substr(0, begin);
  return name;
}

bool take_dot(std::string_view& text) {
  if (!text.ends_with('.')) return false;
  text.remove_suffix(1);
  return true;
}

// Does a term begin behind `text`, the beginning of an expression?
bool expects_term(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return true;
  return std::string_view("|+(,").find(text[last]) != std::string_view::npos;
}

}  // namespace

LspCursor lsp_cursor(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t from = offset - std::min(offset, kMaxLookBack);
  std::string_view before = text.substr(from, offset - from);
  LspCursor cursor;
  std::size_t end = offset;
  while (end < text.size() && is_name_char(text[end])) ++end;
  std::string_view inside;
  if (!is_open(before, inside)) return cursor;
  cursor.word = {offset - take_name(inside).size(), end};
  if (!take_dot(inside)) {
    if (expects_term(inside)) cursor.kind = LspCursor::Kind::kTerm;
    return cursor;
  }
  const std::string_view name = take_name(inside);
  if (!take_dot(inside)) {
    if (name == kSecrets) cursor.kind = LspCursor::Kind::kGroup;
    if (name == kFunctions) cursor.kind = LspCursor::Kind::kFunction;
  } else if (take_name(inside) == kSecrets && !inside.ends_with('.') &&
             !name.empty()) {
    cursor.kind = LspCursor::Kind::kKey;
    cursor.group = name;
  }
  return cursor;
}

}  // namespace sotto
