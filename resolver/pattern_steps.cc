// SPDX-License-Identifier: Apache-2.0

#include "resolver/pattern_steps.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sotto {
namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxSteps = 2000;
constexpr std::size_t kMaxCount = 1000;
constexpr std::size_t kMaxDepth = 50;

constexpr std::string_view kTooLarge = "the pattern is too large";

std::ptrdiff_t size_of(const PatternPart& part) {
  return static_cast<std::ptrdiff_t>(part.size());
}

PatternStep fork(std::ptrdiff_t one, std::ptrdiff_t other) {
  return {PatternStep::Kind::kFork, 0, one, other};
}

PatternPart either(const PatternPart& a, const PatternPart& b) {
  PatternPart both{fork(1, size_of(a) + 2)};
  both.insert(both.end(), a.begin(), a.end());
  both.push_back(fork(size_of(b) + 1, size_of(b) + 1));
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

PatternPart optional(const PatternPart& part) {
  PatternPart all{fork(1, size_of(part) + 1)};
  all.insert(all.end(), part.begin(), part.end());
  return all;
}

PatternPart any_number(const PatternPart& part) {
  PatternPart all{fork(1, size_of(part) + 2)};
  all.insert(all.end(), part.begin(), part.end());
  all.push_back(fork(-size_of(part), 1));
  return all;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

ByteSet bytes_where(bool (*holds)(char)) {
  ByteSet bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = holds(static_cast<char>(i));
  }
  return bytes;
}

ByteSet one_byte(char c) {
  return ByteSet().set(static_cast<unsigned char>(c));
}

// What \d and its like stand for; none for another letter.
std::optional<ByteSet> bytes_of_class(char letter) {
  switch (letter) {
    case 'd':
      return bytes_where(is_digit);
    case 'w':
      return bytes_where(
          [](char c) { return is_digit(c) || is_letter(c) || c == '_'; });
    case 's':
      return bytes_where(
          [](char c) { return c == ' ' || (c >= 9 && c <= 13); });
    case 'D':
    case 'W':
    case 'S':
      return ~*bytes_of_class(static_cast<char>(letter - 'A' + 'a'));
    default:
      return std::nullopt;
  }
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// Reads a pattern from left to right. After a mistake every function returns
// at once, with anything.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.size() > kMaxText) refuse(kTooLarge);
  }

  PatternPart all() {
    take('^');
    PatternPart part = alternatives();
    if (!mistake_ && at_ < text_.size()) refuse("this ')' closes nothing");
    return part;
  }

  std::vector<ByteSet>& sets() { return sets_; }
  const std::optional<PatternMistake>& mistake() const { return mistake_; }

 private:
  bool more() const { return !mistake_ && at_ < text_.size(); }
  char here() const { return text_[at_]; }

  bool take(std::string_view what) {
    if (!more() || !text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  bool take(char c) { return take(std::string_view(&c, 1)); }

  void refuse(std::string_view message) { refuse_at(at_, message); }
  void refuse_at(std::size_t offset, std::string_view message) {
    if (!mistake_) mistake_ = PatternMistake{offset, message};
  }

  // Adds `more`, so many times.
  void append(PatternPart& part, const PatternPart& more,
              std::size_t times = 1) {
    if (part.size() + more.size() * times > kMaxSteps) {
      return refuse(kTooLarge);
    }
    for (; times > 0; --times)
      part.insert(part.end(), more.begin(), more.end());
  }

  PatternPart alternatives() {
    PatternPart part = sequence();
    while (take('|')) {
      part = either(part, sequence());
      if (part.size() > kMaxSteps) refuse(kTooLarge);
    }
    return part;
  }

  PatternPart sequence() {
    PatternPart part;
    while (more() && here() != '|' && here() != ')') {
      if (here() == '$' && at_ + 1 == text_.size() && depth_ == 0) {
        ++at_;
        break;
      }
      append(part, repeated(single()));
    }
    return part;
  }

  PatternPart single() {
    const char c = here();
    if (take('(')) return group();
    if (take('[')) return step(listed());
    if (take('.')) return step(~(one_byte('\n') | one_byte('\r')));
    if (take('\\')) return step(escaped());
    if (c == '*' || c == '+' || c == '?' || c == '{') {
      refuse("there is nothing to repeat here");
    } else if (c == '^' || c == '$') {
      refuse("a pattern has '^' and '$' at its ends alone");
    } else if (c == ']' || c == '}') {
      refuse("this closes nothing; write a backslash before it");
    }
    return step(one_byte(character()));
  }

  PatternPart step(const ByteSet& bytes) {
    sets_.push_back(bytes);
    return {{PatternStep::Kind::kBytes, sets_.size() - 1}};
  }

  PatternPart group() {
    const std::size_t begin = at_ - 1;
    if (!take("?:") && take('?')) refuse_at(begin, "no such group is known");
    if (++depth_ > kMaxDepth) refuse_at(begin, "groups are too deep");
    PatternPart part = mistake_ ? PatternPart() : alternatives();
    --depth_;
    if (!take(')')) refuse_at(begin, "this '(' is not closed");
    return part;
  }

  // One character that stands for itself.
  char character() {
    if (!more()) return 0;
    const char c = here();
    if (c < ' ' || c > '~') {
      refuse("expected a character of ASCII; write \\xHH for other bytes");
    }
    ++at_;
    return c;
  }

  // Behind a backslash.
  ByteSet escaped() {
    if (!more()) {
      refuse_at(at_ - 1, "there is nothing behind this backslash");
      return {};
    }
    const std::size_t begin = at_ - 1;
    const char c = character();
    if (const auto bytes = bytes_of_class(c)) return *bytes;
    if (c == 't') return one_byte('\t');
    if (c == 'n') return one_byte('\n');
    if (c == 'r') return one_byte('\r');
    if (c == 'x') return one_byte(hex_byte(begin));
    if (is_letter(c) || is_digit(c))
      refuse_at(begin, "no such escape is known");
    return one_byte(c);
  }

  char hex_byte(std::size_t begin) {
    unsigned byte = 0;
    for (int i = 0; i < 2; ++i) {
      const auto digit = hex_digit(more() ? here() : '\0');
      if (!digit) {
        refuse_at(begin, "expected two hexadecimal digits behind \"\\x\"");
        return 0;
      }
      byte = byte * 16 + *digit;
      ++at_;
    }
    return static_cast<char>(byte);
  }

  // Behind a '['.
  ByteSet listed() {
    const std::size_t begin = at_ - 1;
    const bool is_negated = take('^');
    ByteSet bytes;
    while (more() && here() != ']') {
      const std::size_t first_at = at_;
      const ByteSet first = listed_item();
      if (at_ + 1 < text_.size() && here() == '-' && text_[at_ + 1] != ']') {
        ++at_;
        bytes |= range(first, listed_item(), first_at);
      } else {
        bytes |= first;
      }
    }
    if (!take(']')) refuse_at(begin, "this '[' is not closed");
    if (bytes.none()) refuse_at(begin, "these brackets are empty");
    return is_negated ? ~bytes : bytes;
  }

  ByteSet listed_item() {
    if (!more()) return {};
    if (take('\\')) return escaped();
    if (here() == '[') refuse("write a backslash before a '[' in brackets");
    return one_byte(character());
  }

  ByteSet range(const ByteSet& first, const ByteSet& last, std::size_t at) {
    ByteSet bytes;
    std::size_t from = 0;
    while (from < bytes.size() && !first[from]) ++from;
    std::size_t to = 0;
    while (to < bytes.size() && !last[to]) ++to;
    if (first.count() != 1 || last.count() != 1 || from > to) {
      refuse_at(at, "this is no range of characters");
      return bytes;
    }
    for (; from <= to; ++from) bytes.set(from);
    return bytes;
  }

  PatternPart repeated(const PatternPart& part) {
    PatternPart result;
    if (take('*')) {
      append(result, any_number(part));
    } else if (take('+')) {
      append(result, part);
      append(result, {fork(-size_of(part), 1)});
    } else if (take('?')) {
      append(result, optional(part));
    } else if (take('{')) {
      counted(result, part);
    } else {
      return part;
    }
    return result;
  }

  // Behind a '{': "3}", "3,}" or "3,5}".
  void counted(PatternPart& result, const PatternPart& part) {
    const std::size_t begin = at_ - 1;
    const auto least = count();
    const bool has_comma = take(',');
    const auto most = has_comma ? count() : least;
    const bool is_open = has_comma && !most;
    if (!least || !take('}') || (!is_open && *most < *least)) {
      return refuse_at(begin, "expected a count, as in {3}, {3,} or {3,5}");
    }
    if (*least > kMaxCount || (most && *most > kMaxCount)) {
      return refuse_at(begin, "at most 1000 can be counted");
    }
    append(result, part, *least);
    if (is_open) {
      append(result, any_number(part));
    } else {
      append(result, optional(part), *most - *least);
    }
  }

  std::optional<std::size_t> count() {
    std::optional<std::size_t> number;
    for (; more() && is_digit(here()); ++at_) {
      const auto digit = static_cast<std::size_t>(here() - '0');
      number = std::min(number.value_or(0) * 10 + digit, kMaxCount + 1);
    }
    return number;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<ByteSet> sets_;
  std::optional<PatternMistake> mistake_;
};

}  // namespace

tl::expected<PatternSteps, PatternMistake> compile_pattern(
    std::string_view text) {
  Parser parser(text);
  PatternPart steps = parser.all();
  if (parser.mistake()) return tl::unexpected(*parser.mistake());
  return PatternSteps{std::move(steps), std::move(parser.sets())};
}

}  // namespace sotto
