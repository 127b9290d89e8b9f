// SPDX-License-Identifier: Apache-2.0

#include "service/dotenv.h"

#include <fmt/format.h>

#include <map>

#include "base/guarded.h"
#include "base/secret_ref.h"
#include "service/input_file.h"

namespace sotto {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class DotenvReader {
 public:
  DotenvReader(std::string_view text, std::string_view file)
      : text_(text), file_(file) {}

  Result<std::vector<DotenvEntry>> read() {
    std::vector<DotenvEntry> entries;
    while (true) {
      skip_empty_lines();
      if (at_end()) return entries;
      DotenvEntry entry;
      entry.line = line_;
      SOTTO_ASSIGN_OR_RETURN(entry.name, read_name());
      SOTTO_ASSIGN_OR_RETURN(entry.value, read_value());
      SOTTO_RETURN_IF_ERROR(end_line());
      SOTTO_RETURN_IF_ERROR(check(entry));
      entries.push_back(std::move(entry));
    }
  }

 private:
  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return at_end() ? '\n' : text_[position_]; }
  void advance() {
    if (text_[position_] == '\n') ++line_;
    ++position_;
  }
  void skip_blanks() {
    while (!at_end() && is_blank(peek())) advance();
  }
  void skip_line() {
    while (!at_end() && peek() != '\n') advance();
  }
  void skip_empty_lines() {
    while (!at_end()) {
      skip_blanks();
      if (at_end()) return;
      if (peek() == '#') skip_line();
      if (peek() != '\n') return;
      if (!at_end()) advance();
    }
  }

  tl::unexpected<Error> wrong(std::string_view what, std::string hint = {}) {
    return fail(ErrorCode::kMalformed,
                fmt::format("{}:{}: {}", file_, line_, what), std::move(hint));
  }

  std::string_view read_word() {
    const std::size_t begin = position_;
    while (!at_end() && is_name_char(peek())) advance();
    return text_.substr(begin, position_ - begin);
  }

  Result<std::string> read_name() {
    std::string_view name = read_word();
    if (name == "export" && is_blank(peek())) {
      skip_blanks();
      name = read_word();
    }
    skip_blanks();
    if (peek() != '=' || at_end()) {
      return wrong("expected NAME=value",
                   "a comment begins with '#', a value with line breaks "
                   "stands in double quotes");
    }
    if (!is_name(name)) {
      return wrong("the name before '=' is none", std::string(kNameRule));
    }
    advance();
    skip_blanks();
    return std::string(name);
  }

  Result<SecretString> read_value() {
    if (peek() == '\'') return read_quoted('\'');
    if (peek() == '"') return read_quoted('"');
    const std::size_t begin = position_;
    while (!at_end() && peek() != '\n' &&
           !(peek() == '#' && position_ > begin &&
             is_blank(text_[position_ - 1]))) {
      advance();
    }
    std::size_t end = position_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    skip_line();
    return SecretString::copy_of(text_.substr(begin, end - begin));
  }

  Result<SecretString> read_quoted(char quote) {
    const std::size_t opened = line_;
    SecretBuilder value;
    advance();
    while (peek() != quote || at_end()) {
      if (at_end()) {
        line_ = opened;
        return wrong("the quote is never closed");
      }
      if (quote == '"' && peek() == '\\') {
        advance();
        SOTTO_ASSIGN_OR_RETURN(const char c, read_escape());
        value.append(c);
      } else {
        value.append(peek());
        advance();
      }
    }
    advance();
    return value.take();
  }

  Result<char> read_escape() {
    if (at_end()) return wrong("the quote is never closed");
    const char c = peek();
    advance();
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '\\':
      case '"':
      case '$':
        return c;
      default:
        return wrong("unknown escape in double quotes",
                     "known: \\n \\r \\t \\\\ \\\" \\$; in single quotes a "
                     "backslash is itself");
    }
  }

  // After a quoted value only a comment may follow.
  Result<void> end_line() {
    skip_blanks();
    if (!at_end() && peek() == '#') skip_line();
    if (!at_end() && peek() != '\n') {
      return wrong("expected the end of the line after the closing quote");
    }
    return {};
  }

  Result<void> check(const DotenvEntry& entry) {
    const auto [first, is_new] = lines_.emplace(entry.name, entry.line);
    if (!is_new) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("{}:{}: \"{}\" stands in line {} already", file_,
                              entry.line, entry.name, first->second),
                  "keep one of them");
    }
    if (entry.value.size() > kMaxValueBytes) {
      return fail(ErrorCode::kLimit,
                  fmt::format("{}:{}: the value of \"{}\" is larger than 1 MiB",
                              file_, entry.line, entry.name));
    }
    return {};
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::map<std::string, std::size_t> lines_;
};

}  // namespace

Result<std::vector<DotenvEntry>> parse_dotenv(std::string_view text,
                                              std::string_view name) {
  return guarded([&]() -> Result<std::vector<DotenvEntry>> {
    return DotenvReader(text, name).read();
  });
}

}  // namespace sotto
