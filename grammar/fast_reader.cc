// SPDX-License-Identifier: Apache-2.0

#include "grammar/fast_reader.h"

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

// Handles the '<'s of one document. Offsets are those of the whole bytes.
class AngleReader : public AngleHandler, public FindingSink {
 public:
  AngleReader(std::string_view bytes, Span document,
              const ParseOptions& options, TemplateBuilder& builder)
      : bytes_(bytes),
        document_(document),
        options_(options),
        builder_(builder),
        finder_(options, builder, *this) {}

  FastReading read();

  std::size_t on_angle(std::size_t at) override;
  void on_key(std::size_t colon) override;
  void on_finding(std::string_view rule, Severity severity, Span span,
                  std::string message, std::string hint,
                  const JsonPath* path) override;

 private:
  std::size_t take_plain(std::size_t at);
  std::size_t behind_root(std::size_t begin) const;
  std::size_t behind_close(std::size_t offset) const;
  std::size_t name_run_end(std::size_t offset) const;
  std::size_t name_end(std::size_t offset) const;
  std::size_t skip_spaces(std::size_t at) const;
  bool is_text(std::size_t at, std::size_t run_end) const;
  std::size_t take_any(std::size_t begin);
  std::size_t take_window(std::size_t begin, std::size_t end);
  std::size_t whole_escapes(std::size_t first, std::size_t last) const;
  std::size_t string_end(std::size_t at) const;
  bool is_opening_quote(std::size_t offset) const;
  bool is_key(std::size_t quote) const;
  std::size_t skip_blanks(std::size_t offset) const;
  std::size_t give_up() {
    gave_up_ = true;
    return document_.end;
  }
  bool has(std::size_t offset, std::string_view text) const {
    return document_.end - offset >= text.size() &&
           std::memcmp(bytes_.data() + offset, text.data(), text.size()) == 0;
  }
  char at(std::size_t offset) const {
    return offset < document_.end ? bytes_[offset] : '\0';
  }

  std::string_view bytes_;
  Span document_;
  const ParseOptions& options_;
  TemplateBuilder& builder_;
  ExpressionFinder finder_;
  FastReading reading_;
  std::size_t string_end_ = 0;  // Of the last string that was decoded.
  bool in_key_ = false;         // Is that a key?
  bool gave_up_ = false;
};

FastReading AngleReader::read() {
  const TemplateBuilder::Mark mark = builder_.mark();
  const std::size_t depth = options_.limits.depth;
  ScanState state;
  const ScanWindow window = {
      .bytes = bytes_.substr(document_.begin, document_.size())};
  const bool valid = depth <= kMaxScannerDepth &&
                     scanner_kernel().scan(state, window, depth, *this);
  if (!valid || gave_up_) {
    builder_.rewind(mark);
    return {};
  }
  reading_.done = true;
  return std::move(reading_);
}

// `at` is the document's; so is the answer.
std::size_t AngleReader::on_angle(std::size_t at_in_document) {
  if (gave_up_) return document_.size();
  const std::size_t begin = document_.begin + at_in_document;
  std::size_t end = take_plain(begin);
  if (end == 0) {
    std::size_t run_end = begin;
    while (at(run_end) == '<') ++run_end;
    end = is_text(begin, run_end) ? run_end : take_any(begin);
  }
  return end - document_.begin;
}

// An expression in a key is a mistake, which the plain reader tells. If there
// is one in this key, it is the last before the colon.
void AngleReader::on_key(std::size_t colon_in_document) {
  const std::size_t colon = document_.begin + colon_in_document;
  const auto expressions = builder_.expressions();
  const auto behind = std::ranges::lower_bound(
      expressions, colon, {}, [](const auto& each) { return each.span.begin; });
  if (behind == expressions.begin()) return;
  const std::size_t quote = string_end(std::prev(behind)->span.end);
  if (skip_blanks(quote + 1) == colon) gave_up_ = true;
}

std::size_t AngleReader::skip_spaces(std::size_t offset) const {
  while (at(offset) == ' ') ++offset;
  return offset;
}

// The end of the run of characters of names at `offset`.
std::size_t AngleReader::name_run_end(std::size_t offset) const {
  while (document_.end - offset >= 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, bytes_.data() + offset, sizeof bytes);
    const int count = leading_name_chars(bytes);
    offset += static_cast<std::size_t>(count);
    if (count < 8) return offset;
  }
  while (offset < document_.end && is_name_char(bytes_[offset])) ++offset;
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
  builder_.keep({{begin, end},
                 builder_.reference(bytes_.substr(group, key_end - group))});
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
         bytes_.substr(next, end - next) != "SECRETS";
}

// Takes the run of '<' at `begin`, however it is spelled and whatever it is,
// and those behind it as far as a window of the decoded string shows them.
std::size_t AngleReader::take_any(std::size_t begin) {
  if (begin >= string_end_) {
    string_end_ = string_end(begin);
    in_key_ = is_key(string_end_);
  }
  std::size_t resume = begin;
  for (std::size_t window = 1024; resume == begin; window *= 8) {
    const bool truncated = string_end_ - begin > window;
    const std::size_t end =
        truncated ? whole_escapes(begin + window / 2, begin + window)
                  : string_end_;
    resume = take_window(begin, end);
  }
  return resume;
}

// The last place in [first, last] that cuts no escape in two, or `last`.
std::size_t AngleReader::whole_escapes(std::size_t first,
                                       std::size_t last) const {
  for (std::size_t end = last; end > first; --end) {
    if (bytes_[end - 1] == ' ') return end;
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
std::size_t AngleReader::take_window(std::size_t begin, std::size_t end) {
  const bool truncated = end != string_end_;
  const DecodedText text(bytes_.substr(begin, end - begin), begin);
  const std::string_view decoded = text.text();
  const TextPlace place = {.text = text,
                           .token = {begin - 1, end + 1},
                           .is_key = in_key_,
                           .whole = is_opening_quote(begin - 1) && !truncated};
  std::size_t at = 0;
  while (!gave_up_ && at != decoded.npos) {
    const TemplateBuilder::Mark mark = builder_.mark();
    const std::size_t warnings = reading_.warnings.size();
    const std::size_t more_warnings = reading_.more_warnings;
    const std::size_t run_end =
        std::min(decoded.find_first_not_of('<', at), decoded.size());
    const std::size_t resume = finder_.on_run(place, at, run_end - at);
    if (truncated && !reaches_past(decoded, resume)) {
      builder_.rewind(mark);
      reading_.warnings.resize(warnings);
      reading_.more_warnings = more_warnings;
      gave_up_ = false;  // A mistake only of the window, perhaps.
      return text.raw_offset(at);
    }
    at = decoded.find('<', resume);
  }
  return end;
}

// The closing quote of the string that `offset` lies in.
std::size_t AngleReader::string_end(std::size_t offset) const {
  if (at(offset) == '"') return offset;
  const char* const end = bytes_.data() + document_.end;
  for (const char* p = bytes_.data() + offset; p < end; ++p) {
    p = static_cast<const char*>(
        std::memchr(p, '"', static_cast<std::size_t>(end - p)));
    if (p == nullptr) break;
    const char* slashes = p;
    while (slashes[-1] == '\\') --slashes;
    if ((p - slashes) % 2 == 0) {
      return static_cast<std::size_t>(p - bytes_.data());
    }
  }
  return document_.end;  // Not closed: the scanner will say so.
}

// Of the two quotes that may stand before a '<', one is escaped.
bool AngleReader::is_opening_quote(std::size_t offset) const {
  return bytes_[offset] == '"' &&
         (offset == document_.begin || bytes_[offset - 1] != '\\');
}

bool AngleReader::is_key(std::size_t quote) const {
  return at(skip_blanks(quote + 1)) == ':';
}

std::size_t AngleReader::skip_blanks(std::size_t offset) const {
  while (offset < document_.end &&
         std::string_view(" \t\r\n").find(bytes_[offset]) !=
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
  } else if (reading_.warnings.size() == DiagnosticList::kMaxPerRule) {
    ++reading_.more_warnings;
  } else {
    reading_.warnings.push_back(
        {rule, severity, span, std::move(message), std::move(hint), ""});
  }
}

}  // namespace

FastReading read_fast(std::string_view bytes, Span document,
                      const ParseOptions& options, TemplateBuilder& builder) {
  return AngleReader(bytes, document, options, builder).read();
}

}  // namespace sotto
