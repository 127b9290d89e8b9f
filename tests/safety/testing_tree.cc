// SPDX-License-Identifier: Apache-2.0

#include "tests/safety/testing_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace sotto::testing_safety {
namespace {

namespace fs = std::filesystem;

const fs::path& root() {
  static const fs::path path(SOTTO_SOURCE_DIR);
  return path;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<SourceFile> read_product() {
  std::vector<SourceFile> files;
  for (const char* folder :
       {"base", "grammar", "store", "resolver", "render", "service", "tool"}) {
    if (!fs::is_directory(root() / folder)) continue;
    for (const auto& entry :
         fs::recursive_directory_iterator(root() / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      files.push_back({fs::relative(entry.path(), root()).generic_string(),
                       folder, read(entry.path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string> read_public_headers() {
  std::vector<std::string> headers;
  const std::string text = project_text("CMakeLists.txt");
  static const std::regex kHeader(R"([a-z]+/[a-z0-9_]+\.h\b)");
  for (std::sregex_iterator match(text.begin(), text.end(), kHeader), end;
       match != end; ++match) {
    headers.push_back(match->str());
  }
  std::ranges::sort(headers);
  return headers;
}

// The end of a raw string literal that begins (R"delimiter() at `begin`.
std::size_t raw_string_end(std::string_view text, std::size_t begin) {
  const std::size_t open = text.find('(', begin);
  if (open == std::string_view::npos) return text.size();
  const std::string close =
      ")" + std::string(text.substr(begin + 2, open - begin - 2)) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

std::size_t quoted_end(std::string_view text, std::size_t begin) {
  std::size_t i = begin + 1;
  while (i < text.size() && text[i] != text[begin] && text[i] != '\n') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return std::min(i + 1, text.size());
}

// The end of the comment or literal that begins at `i`; `i` itself if none
// does.
std::size_t skipped_end(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("//")) return std::min(text.find('\n', i), text.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = text.find("*/", i + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.starts_with("R\"")) return raw_string_end(text, i);
  if (rest.front() == '"') return quoted_end(text, i);
  // A quote between digits separates them (1'000).
  const bool separator =
      i > 0 && std::isxdigit(static_cast<unsigned char>(text[i - 1])) != 0;
  if (rest.front() == '\'' && !separator) return quoted_end(text, i);
  return i;
}

}  // namespace

const std::vector<SourceFile>& product_files() {
  static const std::vector<SourceFile> files = read_product();
  return files;
}

const std::vector<std::string>& public_headers() {
  static const std::vector<std::string> headers = read_public_headers();
  return headers;
}

std::vector<Include> includes_of(std::string_view text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) {
      includes.push_back({match[2], match[1] == "\""});
    }
  }
  return includes;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = skipped_end(text, i);
    for (std::size_t k = i; k < end; ++k) {
      if (code[k] != '\n') code[k] = ' ';
    }
    i = std::max(end, i + 1);
  }
  return code;
}

std::string project_text(std::string_view path) { return read(root() / path); }

}  // namespace sotto::testing_safety
