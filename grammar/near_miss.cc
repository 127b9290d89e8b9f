// SPDX-License-Identifier: Apache-2.0

#include "grammar/near_miss.h"

#include <algorithm>

#include "base/edit_distance.h"
#include "base/secret_ref.h"

namespace sotto {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kLookAhead = 256;
constexpr std::string_view kHint = "write << SECRETS.group.KEY >>";

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

bool starts_root(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  return rest.starts_with("SECRETS.") || rest.starts_with("FN.");
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kMaxNameLength &&
         is_name_char(text[end])) {
    ++end;
  }
  return text.substr(at, end - at);
}

// "SECRET.", "secrets.", "Secrets." or "SECRETS" without the dot.
std::optional<NearMiss> misspelt_root(std::string_view text, std::size_t at,
                                      std::size_t word_begin) {
  const std::string_view word = word_at(text, word_begin);
  const std::size_t end = word_begin + word.size();
  const bool dot = end < text.size() && text[end] == '.';
  if (word == "SECRETS" && !dot) {
    return NearMiss{{at, end},
                    "\"<< SECRETS\" names no secret and stays text",
                    std::string(kHint)};
  }
  if (!dot) return std::nullopt;
  for (const std::string_view root : {"SECRETS", "FN"}) {
    const std::size_t limit = root.size() / 3;
    const bool same_but_case = edit_distance(word, root, 1) == 1 &&
                               word.size() == root.size() && root == "FN";
    if (same_but_case ||
        (limit > 0 && edit_distance(word, root, limit) <= limit)) {
      return NearMiss{{at, end},
                      "\"<< " + std::string(word) +
                          ".\" begins no expression and stays text",
                      "did you mean \"<< " + std::string(root) + ".\"?"};
    }
  }
  return std::nullopt;
}

// << 'Basic ' + SECRETS.a.B >>
std::optional<NearMiss> string_first(std::string_view text, std::size_t at,
                                     std::size_t quote) {
  if (quote == text.size() || (text[quote] != '\'' && text[quote] != '"')) {
    return std::nullopt;
  }
  const std::string_view ahead = text.substr(quote, kLookAhead);
  const std::size_t close = ahead.find(">>");
  const std::size_t root = std::min(ahead.find("SECRETS."), ahead.find("FN."));
  if (close == ahead.npos || root > close) return std::nullopt;
  return NearMiss{{at, quote + close + 2},
                  "an expression cannot begin with a string: this stays text",
                  "put the string before the <<, or behind a reference"};
}

}  // namespace

std::optional<NearMiss> find_near_miss(std::string_view text, std::size_t at,
                                       std::size_t run) {
  const std::size_t next = skip_blanks(text, at + run);
  if (run == 2) {
    if (auto miss = string_first(text, at, next)) return miss;
    return misspelt_root(text, at, next);
  }
  if (run > 2) {
    if (!starts_root(text, next)) return std::nullopt;
    return NearMiss{{at, next},
                    "three or more '<' open no expression: this stays text",
                    std::string(kHint)};
  }
  // "< < SECRETS.": one '<', blanks, one more.
  if (next == at + 1 || next + 1 >= text.size() || text[next] != '<' ||
      text[next + 1] == '<' ||
      !starts_root(text, skip_blanks(text, next + 1))) {
    return std::nullopt;
  }
  return NearMiss{{at, next + 1},
                  "'< <' opens no expression: this stays text",
                  std::string(kHint)};
}

}  // namespace sotto
