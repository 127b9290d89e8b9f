// SPDX-License-Identifier: Apache-2.0

#include "service/report/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sotto {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;  // With their line breaks.

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Lines [begin, end) of both that take each other's place.
struct Change {
  std::size_t before_begin, before_end;
  std::size_t after_begin, after_end;
};

std::vector<Change> changes_between(const Lines& before, const Lines& after) {
  std::vector<Change> changes;
  if (before.size() == after.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] == after[i]) continue;
      if (!changes.empty() && changes.back().before_end == i) {
        ++changes.back().before_end;
        ++changes.back().after_end;
      } else {
        changes.push_back({i, i + 1, i, i + 1});
      }
    }
    return changes;
  }
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t same = 0;
  while (same < shorter && before[same] == after[same]) ++same;
  std::size_t tail = 0;
  while (tail < shorter - same &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  return {{same, before.size() - tail, same, after.size() - tail}};
}

void append_line(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

void append_lines(std::string& out, char mark, const Lines& lines,
                  std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) append_line(out, mark, lines[i]);
}

// "12,3": where lines [begin, end) are; of none, the line before them.
std::string range(std::size_t begin, std::size_t end) {
  const std::size_t first = begin == end ? begin : begin + 1;
  return end - begin == 1 ? fmt::format("{}", first)
                          : fmt::format("{},{}", first, end - begin);
}

// Quoted as Git does it, where it has to be.
std::string quoted_name(std::string_view name) {
  std::string text;
  bool is_plain = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      text += fmt::format("\\{:03o}", byte);
      is_plain = false;
    } else {
      if (c == '"' || c == '\\') {
        text += '\\';
        is_plain = false;
      }
      text += c;
    }
  }
  return is_plain ? text : fmt::format("\"{}\"", text);
}

// Changes that are so near that what lies between them is context of both.
void append_hunk(std::string& out, const Lines& before, const Lines& after,
                 const Change* first, const Change* last) {
  const std::size_t lead = std::min(kContext, first->before_begin);
  const std::size_t tail = std::min(kContext, before.size() - last->before_end);
  out += fmt::format("@@ -{} +{} @@\n",
                     range(first->before_begin - lead, last->before_end + tail),
                     range(first->after_begin - lead, last->after_end + tail));
  std::size_t at = first->before_begin - lead;
  for (const Change* change = first; change <= last; ++change) {
    append_lines(out, ' ', before, at, change->before_begin);
    append_lines(out, '-', before, change->before_begin, change->before_end);
    append_lines(out, '+', after, change->after_begin, change->after_end);
    at = change->before_end;
  }
  append_lines(out, ' ', before, at, at + tail);
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before,
                         std::string_view after) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const std::vector<Change> changes = changes_between(old_lines, new_lines);
  while (name.starts_with('/')) name.remove_prefix(1);
  std::string out =
      fmt::format("--- {}\n+++ {}\n", quoted_name(fmt::format("a/{}", name)),
                  quoted_name(fmt::format("b/{}", name)));
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t last = i;
    while (last + 1 < changes.size() &&
           changes[last + 1].before_begin - changes[last].before_end <=
               2 * kContext) {
      ++last;
    }
    append_hunk(out, old_lines, new_lines, &changes[i], &changes[last]);
    i = last + 1;
  }
  return out;
}

}  // namespace sotto
