// SPDX-License-Identifier: Apache-2.0

#include "service/report/github_report.h"

#include <fmt/format.h>

#include <string_view>

#include "base/visible_text.h"

namespace sotto {
namespace {

// Of the message; in a property ',' and ':' have a meaning, too.
std::string escaped(std::string_view text, bool is_property) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '%':
        result += "%25";
        break;
      case '\r':
        result += "%0D";
        break;
      case '\n':
        result += "%0A";
        break;
      case ':':
        result += is_property ? "%3A" : ":";
        break;
      case ',':
        result += is_property ? "%2C" : ",";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string line_of(const Source& source, const Diagnostic& diagnostic) {
  const Location begin = source.location(diagnostic.span.begin);
  const Location end = source.location(diagnostic.span.end);
  std::string message = visible_line(diagnostic.message);
  if (!diagnostic.hint.empty()) {
    message += fmt::format("\nhint: {}", visible_line(diagnostic.hint));
  }
  if (!diagnostic.pointer.empty()) {
    message += fmt::format("\nat: {}", visible_line(diagnostic.pointer));
  }
  const std::string columns =
      begin.line == end.line
          ? fmt::format(",col={},endColumn={}", begin.column, end.column)
          : "";
  return fmt::format("::{} file={},line={},endLine={}{},title={}::{}\n",
                     to_string(diagnostic.severity),
                     escaped(source.name(), /*is_property=*/true), begin.line,
                     end.line, columns,
                     escaped(diagnostic.rule, /*is_property=*/true),
                     escaped(message, /*is_property=*/false));
}

}  // namespace

std::string github_report(std::span<const Findings> documents) {
  std::string report;
  for (const Findings& document : documents) {
    for (const Diagnostic& diagnostic : document.diagnostics) {
      report += line_of(document.source, diagnostic);
    }
  }
  return report;
}

}  // namespace sotto
