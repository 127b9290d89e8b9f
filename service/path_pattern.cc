// SPDX-License-Identifier: Apache-2.0

#include "service/path_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace sotto {
namespace {

struct NamedClass {
  std::string_view name;
  int (*holds)(int);
};

constexpr std::array<NamedClass, 12> kNamedClasses{{{"alnum", std::isalnum},
                                                    {"alpha", std::isalpha},
                                                    {"blank", std::isblank},
                                                    {"cntrl", std::iscntrl},
                                                    {"digit", std::isdigit},
                                                    {"graph", std::isgraph},
                                                    {"lower", std::islower},
                                                    {"print", std::isprint},
                                                    {"punct", std::ispunct},
                                                    {"space", std::isspace},
                                                    {"upper", std::isupper},
                                                    {"xdigit", std::isxdigit}}};

// Adds "[:alpha:]" and its like. False for a name that is none.
bool add_class(std::string_view name, std::bitset<256>& set) {
  const auto* const found =
      std::ranges::find(kNamedClasses, name, &NamedClass::name);
  if (found == kNamedClasses.end()) return false;
  for (int c = 0; c < 128; ++c) {
    if (found->holds(c) != 0) set.set(static_cast<std::size_t>(c));
  }
  return true;
}

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

// Without the blanks at its end that no '\' keeps.
std::string_view without_blanks_at_end(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    if (line[i] == '\\') {
      // Git looks no further than at one that ends the line.
      if (i + 1 == line.size()) return line;
      ++i;
    }
    end = i + 1;
  }
  return line.substr(0, end);
}

}  // namespace

GlobPattern::GlobPattern(std::string_view text, Of of) : of_(of) {
  for (std::size_t at = 0; at < text.size() && is_sound_;) {
    switch (text[at]) {
      case '*':
        add_stars(text, at);
        break;
      case '?':
        tokens_.push_back({Kind::kAny});
        ++at;
        break;
      case '[':
        is_sound_ = add_set(text, at);
        break;
      case '\\':
        is_sound_ = ++at < text.size();
        if (!is_sound_) break;
        [[fallthrough]];
      default:
        tokens_.push_back({Kind::kByte, text[at++]});
    }
  }
}

// `at` is at the first star, and ends up behind all that belongs to them.
void GlobPattern::add_stars(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  at = std::min(text.find_first_not_of('*', at), text.size());
  const bool is_component = at - begin >= 2 &&
                            (begin == 0 || text[begin - 1] == '/') &&
                            (at == text.size() || text[at] == '/');
  if (of_ == Of::kName || !is_component) {
    tokens_.push_back({Kind::kStar});
  } else if (at == text.size()) {
    tokens_.push_back({Kind::kDeepStar});
  } else {
    tokens_.push_back({Kind::kFoldersBegin});
    tokens_.push_back({Kind::kFolders});
    ++at;  // The '/' is theirs.
  }
}

bool GlobPattern::add_set(std::string_view text, std::size_t& at) {
  ByteSet set;
  std::size_t i = at + 1;
  const bool negated = i < text.size() && (text[i] == '!' || text[i] == '^');
  if (negated) ++i;
  const std::size_t first = i;
  // Of a range that may begin here; kNone behind a range or a class.
  constexpr std::size_t kNone = 256;
  std::size_t before = kNone;
  for (;; ++i) {
    if (i >= text.size()) return false;
    if (text[i] == ']' && i > first) break;
    if (text[i] == '[' && text.substr(i, 2) == "[:") {
      const std::size_t end = text.find(']', i + 2);
      if (end == std::string_view::npos) return false;
      if (end > i + 2 && text[end - 1] == ':') {
        if (!add_class(text.substr(i + 2, end - i - 3), set)) return false;
        i = end;
        before = kNone;
        continue;
      }
    } else if (text[i] == '-' && before != kNone && i + 1 < text.size() &&
               text[i + 1] != ']') {
      ++i;
      if (text[i] == '\\' && ++i == text.size()) return false;
      for (std::size_t c = before; c <= index_of(text[i]); ++c) {
        set.set(c);
      }
      before = kNone;
      continue;
    } else if (text[i] == '\\' && ++i == text.size()) {
      return false;
    }
    set.set(index_of(text[i]));
    before = index_of(text[i]);
  }
  at = i + 1;
  if (negated) set.flip();
  set.reset(index_of('/'));
  sets_.push_back(set);
  tokens_.push_back({Kind::kOneOf, '\0', sets_.size() - 1});
  return true;
}

// Before tokens_[state], and wherever one gets from there without a byte.
void GlobPattern::enter(std::vector<bool>& states, std::size_t state) const {
  for (; !states[state]; ++state) {
    states[state] = true;
    if (state == tokens_.size()) return;
    const Kind kind = tokens_[state].kind;
    if (kind == Kind::kFoldersBegin) {
      enter(states, state + 2);
    } else if (kind != Kind::kStar && kind != Kind::kDeepStar) {
      return;
    }
  }
}

bool GlobPattern::takes(const Token& token, char c) const {
  switch (token.kind) {
    case Kind::kByte:
      return c == token.byte;
    case Kind::kAny:
    case Kind::kStar:
      return c != '/';
    case Kind::kOneOf:
      return sets_[token.set].test(index_of(c));
    case Kind::kDeepStar:
    case Kind::kFolders:
      return true;
    case Kind::kFoldersBegin:
      break;
  }
  return false;
}

// Most patterns are told from most paths by their first or last byte.
bool GlobPattern::may_match(std::string_view path) const {
  const auto differs = [&](const Token& token, std::size_t at) {
    return token.kind == Kind::kByte &&
           (path.empty() || token.byte != path[at]);
  };
  return is_sound_ &&
         (tokens_.empty() || (!differs(tokens_.front(), 0) &&
                              !differs(tokens_.back(), path.size() - 1)));
}

// All places in the pattern that what was read may have led to, at once: a
// search that goes back and tries again takes forever where somebody wants it.
bool GlobPattern::matches(std::string_view path) const {
  if (!may_match(path)) return false;
  std::vector<bool> states(tokens_.size() + 1);
  std::vector<bool> next(states.size());
  enter(states, 0);
  for (const char c : path) {
    std::fill(next.begin(), next.end(), false);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (!states[i] || !takes(token, c)) continue;
      const bool loops = token.kind == Kind::kStar ||
                         token.kind == Kind::kDeepStar ||
                         token.kind == Kind::kFolders;
      if (loops) enter(next, i);
      if (!loops || (token.kind == Kind::kFolders && c == '/')) {
        enter(next, i + 1);
      }
    }
    std::swap(states, next);
  }
  return states.back();
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::optional<PathPattern> PathPattern::parse_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = without_blanks_at_end(line);
  if (line.empty() || line.front() == '#') return std::nullopt;
  const bool is_negated = line.front() == '!';
  if (is_negated) line.remove_prefix(1);
  return PathPattern(line, is_negated);
}

PathPattern::PathPattern(std::string_view text) : PathPattern(text, false) {}

PathPattern::PathPattern(std::string_view text, bool is_negated)
    : is_negated_(is_negated), glob_("") {
  if (text.ends_with('/')) {
    is_for_folders_ = true;
    text.remove_suffix(1);
  }
  is_for_names_ = text.find('/') == std::string_view::npos;
  if (text.starts_with('/')) text.remove_prefix(1);
  glob_ = GlobPattern(
      text, is_for_names_ ? GlobPattern::Of::kName : GlobPattern::Of::kPath);
}

bool PathPattern::matches(std::string_view path, bool is_folder) const {
  if (is_for_folders_ && !is_folder) return false;
  if (is_for_names_) path.remove_prefix(path.rfind('/') + 1);
  return glob_.matches(path);
}

bool PathPattern::covers(std::string_view file) const {
  for (std::size_t at = file.find('/'); at != std::string_view::npos;
       at = file.find('/', at + 1)) {
    if (matches(file.substr(0, at), /*is_folder=*/true)) return true;
  }
  return matches(file, /*is_folder=*/false);
}

}  // namespace sotto
