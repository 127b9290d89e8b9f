// SPDX-License-Identifier: Apache-2.0

#include "grammar/angle_reader.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "base/secret_ref.h"

namespace sotto {
namespace {

constexpr std::uint64_t each_byte(char c) {
  return 0x0101010101010101u * static_cast<unsigned char>(c);
}

// Of eight ASCII bytes: the top bit of each that lies in [first, last].
constexpr std::uint64_t within(std::uint64_t bytes, char first, char last) {
  const std::uint64_t from_first = bytes + each_byte('\x80') - each_byte(first);
  const std::uint64_t past_last = bytes + each_byte('\x7F') - each_byte(last);
  return from_first & ~past_last;
}

// How many of eight bytes, read from memory, lead as characters of a name
// (is_name_char()).
int leading_name_chars(std::uint64_t bytes) {
  if constexpr (std::endian::native == std::endian::big) {
    bytes = __builtin_bswap64(bytes);
  }
  const std::uint64_t ascii = bytes & each_byte('\x7F');
  const std::uint64_t names = within(ascii | each_byte(' '), 'a', 'z') |
                              within(ascii, '0', '9') |
                              within(ascii, '_', '_') | within(ascii, '-', '-');
  const std::uint64_t others = (~names | bytes) & each_byte('\x80');
  return std::countr_zero(others) / 8;
}

}  // namespace

void AngleReader::show(const ScanWindow& window) {
  const std::size_t moved = window.offset - offset_;
  text_ = window.bytes;
  offset_ = window.offset;
  base_ = begin_ + offset_;
  ends_ = window.is_last;
  if (!key_is_unknown_) {
    string_end_ -= std::min(string_end_, moved);
    return;
  }
  if (string_end_ < moved || string_end_ - moved > text_.size()) {
    gave_up_ = true;
    return;
  }
  look_at_string(string_end_ - moved);
  gave_up_ = gave_up_ || in_key_ || unseen_;
}

// `at` is the document's; so is the answer.
std::size_t AngleReader::on_angle(std::size_t at_in_document) {
  if (gave_up_) return offset_ + text_.size();
  const std::size_t begin = at_in_document - offset_;
  std::size_t end = take_plain(begin);
  if (end == 0) {
    std::size_t run_end = begin;
    while (at(run_end) == '<') ++run_end;
    end = is_text(begin, run_end) ? run_end : take_any(begin);
  }
  gave_up_ = gave_up_ || unseen_;
  return offset_ + end;
}

// An expression in a key is a mistake, which the plain reader tells. If there
// is one in this key, it is the last before the colon.
void AngleReader::on_key(std::size_t colon_in_document) {
  const auto expressions = builder_.expressions();
  const auto behind = std::ranges::lower_bound(
      expressions, begin_ + colon_in_document, {},
      [](const auto& each) { return each.span.begin; });
  if (behind == expressions.begin()) return;
  const std::size_t end = std::prev(behind)->span.end;
  const std::size_t quote = key_begin(colon_in_document - offset_);
  gave_up_ = gave_up_ || quote == kUnknown || end > base_ + quote;
}

// The opening quote of the key before a colon, if it is shown: of all quotes
// in the key and around it, those two have no backslash of their own.
std::size_t AngleReader::key_begin(std::size_t colon) const {
  std::size_t quote = text_.rfind('"', colon);
  while (quote != 0 && quote != text_.npos) {
    quote = text_.rfind('"', quote - 1);
    if (quote != text_.npos && !is_escaped(quote)) return quote;
  }
  return kUnknown;
}

// Does an odd number of backslashes stand before?
bool AngleReader::is_escaped(std::size_t offset) const {
  std::size_t slashes = offset;
  while (slashes > 0 && text_[slashes - 1] == '\\') --slashes;
  if (slashes == 0 && offset_ != 0) unseen_ = true;
  return (offset - slashes) % 2 == 1;
}

std::size_t AngleReader::skip_spaces(std::size_t offset) const {
  while (at(offset) == ' ') ++offset;
  return offset;
}

// The end of the run of characters of names at `offset`.
std::size_t AngleReader::name_run_end(std::size_t offset) const {
  while (text_.size() - offset >= 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text_.data() + offset, sizeof bytes);
    const int count = leading_name_chars(bytes);
    offset += static_cast<std::size_t>(count);
    if (count < 8) return offset;
  }
  while (offset < text_.size() && is_name_char(text_[offset])) ++offset;
  return offset;
}

// The end of the name at `offset`; `offset` itself if there is none.
std::size_t AngleReader::name_end(std::size_t offset) const {
  if (at(offset) == '-') return offset;
  const std::size_t end = name_run_end(offset);
  return end - offset > kMaxNameLength ? offset : end;
}

// Where the group's name begins in what is << SECRETS. so far; or 0.
std::size_t AngleReader::behind_root(std::size_t begin) const {
  constexpr std::string_view kUsual = "<< SECRETS.";  // As most write it.
  constexpr std::string_view kRoot = "SECRETS.";
  if (has(begin, kUsual)) return begin + kUsual.size();
  if (!has(begin, "<<")) return 0;
  const std::size_t root = skip_spaces(begin + 2);
  return has(root, kRoot) ? root + kRoot.size() : 0;
}

// The end of a >> that blanks may stand before; or 0.
std::size_t AngleReader::behind_close(std::size_t offset) const {
  constexpr std::string_view kUsual = " >>";
  if (has(offset, kUsual)) return offset + kUsual.size();
  const std::size_t close = skip_spaces(offset);
  return has(close, ">>") ? close + 2 : 0;
}

// Takes << SECRETS.group.KEY >> where it is spelled without any escape and
// stands in a value; returns its end, or 0.
std::size_t AngleReader::take_plain(std::size_t begin) {
  const std::size_t group = behind_root(begin);
  if (group == 0) return 0;
  const std::size_t dot = name_end(group);
  if (dot == group || at(dot) != '.') return 0;
  const std::size_t key_end = name_end(dot + 1);
  if (key_end == dot + 1) return 0;
  const std::size_t end = behind_close(key_end);
  if (end == 0) return 0;
  if (builder_.expression_count() == options_.limits.expressions) {
    return give_up();
  }
  builder_.keep_reference({base_ + begin, base_ + end},
                          text_.substr(group, key_end - group));
  return end;
}

// Is it plain to see that the run of '<' is text, and no near miss? Anything
// doubtful is not.
bool AngleReader::is_text(std::size_t begin, std::size_t run_end) const {
  const std::size_t run = run_end - begin;
  if (run == 0 || run > 2) return false;
  const std::size_t next = skip_spaces(run_end);
  const char c = at(next);
  if (c == '\\' || c == '<') return false;
  if (run == 1) return true;
  if (!is_name_char(c)) return c != '\'';
  const std::size_t end = name_run_end(next);
  return at(end) != '.' && at(end) != '\\' &&
         text_.substr(next, end - next) != "SECRETS";
}

// Takes the run of '<' at `begin`, however it is spelled and whatever it is,
// and those behind it as far as a window of the decoded string shows them.
std::size_t AngleReader::take_any(std::size_t begin) {
  if (begin >= string_end_) look_at_string(begin);
  std::size_t resume = begin;
  for (std::size_t window = 1024; resume == begin; window *= 8) {
    const bool truncated = string_end_ - begin > window;
    if (!truncated && string_end_ == text_.size()) return give_up();
    const std::size_t end =
        truncated ? whole_escapes(begin + window / 2, begin + window)
                  : string_end_;
    resume = take_part(begin, end);
  }
  return resume;
}

// The last place in [first, last] that cuts no escape in two, or `last`.
std::size_t AngleReader::whole_escapes(std::size_t first,
                                       std::size_t last) const {
  for (std::size_t end = last; end > first; --end) {
    if (text_[end - 1] == ' ') return end;
  }
  return last;
}

// Is so much to be seen behind `offset` that what lies further on matters to
// no expression that has ended there, nor to a near miss?
bool reaches_past(std::string_view decoded, std::size_t offset) {
  constexpr std::size_t kFarEnough = 512;
  const std::size_t text = decoded.find_first_not_of("< \t\r\n", offset);
  return text != decoded.npos && text + kFarEnough <= decoded.size();
}

// Takes the runs of '<' in [begin, end) of a string; the first is at `begin`.
// Returns where to go on: at a run that the window does not show enough of, to
// be told of again, or at the end.
std::size_t AngleReader::take_part(std::size_t begin, std::size_t end) {
  const bool truncated = end != string_end_;
  const DecodedText text(text_.substr(begin, end - begin), base_ + begin);
  const std::string_view decoded = text.text();
  const TextPlace place = {.text = text,
                           .token = {base_ + begin - 1, base_ + end + 1},
                           .is_key = in_key_,
                           .whole = is_opening_quote(begin - 1) && !truncated};
  std::size_t at = 0;
  while (!gave_up_ && at != decoded.npos) {
    const TemplateBuilder::Mark mark = builder_.mark();
    const std::size_t warnings = warnings_.size();
    const std::size_t more_warnings = more_warnings_;
    const std::size_t run_end =
        std::min(decoded.find_first_not_of('<', at), decoded.size());
    const std::size_t resume = finder_.on_run(place, at, run_end - at);
    if (truncated && !reaches_past(decoded, resume)) {
      builder_.rewind(mark);
      warnings_.resize(warnings);
      more_warnings_ = more_warnings;
      gave_up_ = false;  // A mistake only of the window, perhaps.
      return text.raw_offset(at) - base_;
    }
    at = decoded.find('<', resume);
  }
  return end;
}

// Finds the end of the string that `offset` lies in, and whether it is a key.
// Where the window ends before, it is taken for a value until the next one
// tells.
void AngleReader::look_at_string(std::size_t offset) {
  string_end_ = string_end(offset);
  const std::size_t next = skip_blanks(string_end_ + 1);
  key_is_unknown_ = next >= text_.size() && !ends_;
  in_key_ = next < text_.size() && text_[next] == ':';
}

// The closing quote of the string that `offset` lies in; the end of what is
// shown if that comes first.
std::size_t AngleReader::string_end(std::size_t offset) const {
  for (std::size_t quote = offset;; ++quote) {
    quote = text_.find('"', quote);
    if (quote == text_.npos) return text_.size();
    if (!is_escaped(quote)) return quote;
  }
}

// Of the two quotes that may stand before a '<', one is escaped.
bool AngleReader::is_opening_quote(std::size_t offset) const {
  return text_[offset] == '"' && (offset == 0 || text_[offset - 1] != '\\');
}

std::size_t AngleReader::skip_blanks(std::size_t offset) const {
  while (offset < text_.size() &&
         std::string_view(" \t\r\n").find(text_[offset]) !=
             std::string_view::npos) {
    ++offset;
  }
  return offset;
}

void AngleReader::on_finding(std::string_view rule, Severity severity,
                             Span span, std::string message, std::string hint,
                             const JsonPath*) {
  if (severity == Severity::kError) {
    gave_up_ = true;
  } else if (warnings_.size() == DiagnosticList::kMaxPerRule) {
    ++more_warnings_;
  } else {
    warnings_.push_back(
        {rule, severity, span, std::move(message), std::move(hint), ""});
  }
}

}  // namespace sotto
