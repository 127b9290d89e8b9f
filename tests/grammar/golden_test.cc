// SPDX-License-Identifier: Apache-2.0
//
// Every diagnostic word for word, with its caret: golden/*.txt hold a document,
// a line "---" and the complete report. A file NAME.lines.txt is read as JSON
// Lines, NAME.text.txt as plain text. A new case is a new file; the report of
// a file that has none yet is printed by the failing test.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "grammar/template.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSeparator = "\n---\n";

std::vector<fs::path> golden_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(
           fs::path(SOTTO_SOURCE_DIR) / "tests" / "grammar" / "golden")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string report_of(std::string_view document, Format format) {
  const Template parsed =
      parse_template(document, {.format = format, .limits = {}});
  const Source source("flow", document);
  std::string report;
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    report += format_diagnostic(source, diagnostic);
  }
  for (const ReferenceUse& use : reference_uses(parsed)) {
    const Location place = source.location(use.span.begin);
    report += "flow:" + std::to_string(place.line) + ':' +
              std::to_string(place.column) + ": refers to " +
              to_string(parsed.references()[use.reference]) + '\n';
  }
  return report.empty() ? "nothing\n" : report;
}

TEST(GoldenTest, EveryDiagnosticReadsAsWritten) {
  const std::vector<fs::path> files = golden_files();
  EXPECT_GE(files.size(), 30u);
  for (const fs::path& path : files) {
    SCOPED_TRACE(path.filename().string());
    const std::string text = read(path);
    const std::size_t split = text.find(kSeparator);
    ASSERT_NE(split, std::string::npos) << "no line of ---";
    const std::string name = path.stem().string();
    const Format format = name.ends_with(".lines")  ? Format::kLines
                          : name.ends_with(".text") ? Format::kText
                                                    : Format::kJson;
    const std::string report =
        report_of(std::string_view(text).substr(0, split), format);
    EXPECT_EQ(report, text.substr(split + kSeparator.size()));
  }
}

}  // namespace
}  // namespace sotto
