// SPDX-License-Identifier: Apache-2.0

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "base/visible_text.h"

namespace sotto {
namespace {

constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kRed = "\033[1;31m";
constexpr std::string_view kYellow = "\033[1;33m";
constexpr std::string_view kBlue = "\033[1;34m";
constexpr std::string_view kPlain = "\033[0m";

std::string painted(std::string_view text, std::string_view color,
                    const DiagnosticStyle& style) {
  if (!style.color) return std::string(text);
  return fmt::format("{}{}{}", color, text, kPlain);
}

// The length of the character at `offset`; a byte that is not UTF-8 is one.
std::size_t step(std::string_view text, std::size_t offset) {
  return std::max<std::size_t>(1, utf8_length(text, offset));
}

// A character as a snippet shows it: a tab as one blank, so that the caret
// stands under it.
void append_in_snippet(std::string& out, std::string_view character) {
  if (character == "\t") {
    out += ' ';
  } else {
    append_visible(out, character);
  }
}

// The first byte of the character before `offset` (> 0).
std::size_t step_back(std::string_view text, std::size_t offset) {
  for (std::size_t length = 1; length <= 4 && length <= offset; ++length) {
    if (utf8_length(text, offset - length) == length) return offset - length;
  }
  return offset - 1;
}

// A source line and the marks below it, cut to a window around the span. It
// looks at the window's bytes alone: the line may be a whole document.
struct Snippet {
  std::string line;
  std::string marks;

  // Columns that the character, or what stands for it, begins at.
  void append(std::string_view text, std::size_t offset, const Span& span) {
    append_in_snippet(line, text);
    if (offset < span.begin) {
      marks += ' ';
    } else if (offset < std::max(span.end, span.begin + 1)) {
      marks += marks.find('^') == marks.npos ? '^' : '~';
    }
  }
};

// What a document has that is not shown, by offsets of one line.
class HiddenParts {
 public:
  HiddenParts(const Diagnostic& diagnostic, std::size_t line_begin)
      : spans_(diagnostic.hidden.get()), line_begin_(line_begin) {}

  // The end of what is hidden at `offset` of the line, if it is.
  std::optional<std::size_t> end_at(std::size_t offset) const {
    if (spans_ == nullptr) return std::nullopt;
    const std::size_t at = line_begin_ + offset;
    const auto next = std::upper_bound(
        spans_->begin(), spans_->end(), at,
        [](std::size_t place, const Span& span) { return place < span.begin; });
    if (next == spans_->begin() || at >= std::prev(next)->end) {
      return std::nullopt;
    }
    return std::prev(next)->end - line_begin_;
  }

 private:
  const std::vector<Span>* spans_;
  std::size_t line_begin_;
};

Snippet make_snippet(std::string_view line, Span span, std::size_t width,
                     const HiddenParts& hidden) {
  constexpr std::string_view kCut = "...";
  constexpr std::string_view kHidden = "***";
  Snippet snippet;
  std::size_t offset = std::min(span.begin, line.size());
  std::size_t columns = 0;
  for (; offset > 0 && columns < width / 2; ++columns) {
    offset = step_back(line, offset);
  }
  if (offset > 0) {
    snippet.line = kCut;
    snippet.marks = std::string(kCut.size(), ' ');
  }
  for (columns = 0; offset < line.size() && columns < width; ++columns) {
    if (const auto end = hidden.end_at(offset)) {
      for (const char& mark : kHidden) {
        snippet.append({&mark, 1}, offset, span);
      }
      offset = std::min(*end, line.size());
      continue;
    }
    const std::size_t length = step(line, offset);
    snippet.append(line.substr(offset, length), offset, span);
    offset += length;
  }
  if (span.begin >= line.size()) snippet.marks += '^';
  if (offset < line.size()) snippet.line += kCut;
  return snippet;
}

Snippet snippet_of(const Source& source, const Diagnostic& diagnostic,
                   std::size_t width) {
  const Span& span = diagnostic.span;
  const std::string_view line = source.line_at(span.begin);
  const std::size_t line_begin = source.line_begin(span.begin);
  return make_snippet(line, {span.begin - line_begin, span.end - line_begin},
                      width, HiddenParts(diagnostic, line_begin));
}

}  // namespace

std::string_view to_string(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

void sort_diagnostics(std::vector<Diagnostic>& diagnostics) {
  std::sort(diagnostics.begin(), diagnostics.end(),
            [](const Diagnostic& a, const Diagnostic& b) {
              return std::tie(a.span.begin, a.rule, a.message) <
                     std::tie(b.span.begin, b.rule, b.message);
            });
}

bool has_error(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) {
                       return diagnostic.severity == Severity::kError;
                     });
}

std::size_t DiagnosticList::admits(std::string_view rule, std::size_t more) {
  auto count =
      std::find_if(counts_.begin(), counts_.end(),
                   [&](const Count& known) { return known.rule == rule; });
  if (count == counts_.end()) count = counts_.insert(count, {rule, 0});
  const std::size_t room = max_per_rule_ - std::min(count->seen, max_per_rule_);
  count->seen += more;
  return std::min(more, room);
}

void DiagnosticList::add(Diagnostic diagnostic) {
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> DiagnosticList::take() {
  sort_diagnostics(diagnostics_);
  for (const Count& count : counts_) {
    if (count.seen <= max_per_rule_) continue;
    const auto last = std::find_if(
        diagnostics_.rbegin(), diagnostics_.rend(),
        [&](const Diagnostic& known) { return known.rule == count.rule; });
    if (last == diagnostics_.rend()) continue;
    Diagnostic more = *last;
    more.more = count.seen - max_per_rule_;
    more.message =
        fmt::format("and {} more of this kind, which are not shown", more.more);
    more.hint.clear();
    more.fix.reset();
    diagnostics_.insert(last.base(), std::move(more));
  }
  counts_.clear();
  return std::exchange(diagnostics_, {});
}

std::string format_diagnostic(const Source& source,
                              const Diagnostic& diagnostic,
                              const DiagnosticStyle& style) {
  const Location at = source.location(diagnostic.span.begin);
  const bool error = diagnostic.severity == Severity::kError;
  std::string text = fmt::format(
      "{}: {}: {} [{}]\n",
      painted(fmt::format("{}:{}:{}", visible_line(source.name()), at.line,
                          at.column),
              kBold, style),
      painted(to_string(diagnostic.severity), error ? kRed : kYellow, style),
      painted(visible_line(diagnostic.message), kBold, style), diagnostic.rule);

  const std::string number = std::to_string(at.line);
  const std::string margin(number.size() + 1, ' ');
  const auto bar = [&](std::string_view mark) {
    return painted(mark, kBlue, style);
  };
  const Snippet snippet = snippet_of(source, diagnostic, style.width);
  text += fmt::format("{}{}\n", margin, bar("|"));
  text += fmt::format("{} {}\n", bar(number + " |"), snippet.line);
  text += fmt::format("{}{} {}\n", margin, bar("|"),
                      painted(snippet.marks, error ? kRed : kYellow, style));
  if (!diagnostic.hint.empty()) {
    text += fmt::format("{}{} hint: {}\n", margin, bar("="),
                        visible_line(diagnostic.hint));
  }
  if (!diagnostic.pointer.empty()) {
    text += fmt::format("{}{} at: {}\n", margin, bar("="),
                        visible_line(diagnostic.pointer));
  }
  return text;
}

}  // namespace sotto
