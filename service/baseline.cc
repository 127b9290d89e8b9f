// SPDX-License-Identifier: Apache-2.0

#include "service/baseline.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/utf8.h"
#include "service/find_documents.h"
#include "service/input_file.h"
#include "service/normal_path.h"
#include "service/output_file.h"
#include "service/report/json_writer.h"

namespace sotto {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxBaselineBytes = 256u << 20;

// "../x.json" for a file beside the folder; both are absolute, in normal form,
// and the folder ends with a '/'.
std::string relative_to(std::string_view folder, std::string_view file) {
  std::size_t same = 0;
  for (std::size_t i = 0;
       i < folder.size() && i < file.size() && folder[i] == file[i]; ++i) {
    if (folder[i] == '/') same = i + 1;
  }
  std::string result;
  for (const char c : folder.substr(same)) {
    if (c == '/') result += "../";
  }
  result += file.substr(same);
  return result;
}

// One finding as the file has it.
struct Row {
  std::optional<std::string> file, rule, pointer, message;
  std::uint64_t count = 0;

  bool is_whole() const {
    return file && rule && pointer && message && count > 0;
  }
};

// Reads a baseline; what it says is wrong stands behind "is not a baseline: ".
class BaselineReader {
 public:
  BaselineReader(std::string_view text, std::string_view name)
      : text_(text), name_(name), tokens_(text, /*max_depth=*/8) {}

  // Whatever is in it is asked for only where it is as it should be.
  Result<std::vector<Row>> read() {
    JsonTokenizer whole(text_, /*max_depth=*/8);
    while (whole.next() != JsonToken::kEnd) {
    }
    if (!whole.ok()) return wrong("it is not valid JSON");
    bool has_findings = false;
    std::uint64_t version = 0;
    if (next() != JsonToken::kObjectBegin) {
      return wrong("it has no \"version\"");
    }
    while (next() == JsonToken::kKey) {
      const std::string member(tokens_.content());
      if (member == "version") {
        version = number();
      } else if (member == "findings") {
        has_findings = true;
        SOTTO_RETURN_IF_ERROR(read_rows());
      } else {
        skip();
      }
    }
    if (version == 0) return wrong("it has no \"version\"");
    if (version > kVersion) return newer(version);
    if (!has_findings) return wrong("it has no \"findings\"");
    return std::move(rows_);
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(
        ErrorCode::kInvalidConfig,
        fmt::format("\"{}\" is not a baseline: {}", name_, what),
        "if it was one, remove it and make it anew with --update-baseline");
  }
  tl::unexpected<Error> newer(std::uint64_t version) const {
    return fail(ErrorCode::kNewerVersion,
                fmt::format("the baseline \"{}\" has version {}, and this "
                            "Sotto knows {}",
                            name_, version, kVersion),
                "use a newer Sotto, or make it anew with --update-baseline");
  }

  // The next value: a number that is positive; else 0.
  std::uint64_t number() {
    std::uint64_t value = 0;
    if (next() != JsonToken::kNumber) {
      skip_rest();
      return 0;
    }
    const Span& span = tokens_.span();
    const std::string_view digits = text_.substr(span.begin, span.size());
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_whole = end == digits.data() + digits.size();
    return error == std::errc() && is_whole ? value : 0;
  }

  std::optional<std::string> string() {
    if (next() != JsonToken::kString) {
      skip_rest();
      return std::nullopt;
    }
    return as_utf8(DecodedText(tokens_.content(), 0).text());
  }

  JsonToken next() { return last_ = tokens_.next(); }

  void skip() {
    next();
    skip_rest();
  }

  // Of the value whose first token was just read.
  void skip_rest() {
    if (last_ != JsonToken::kObjectBegin && last_ != JsonToken::kArrayBegin) {
      return;
    }
    const std::size_t outside = tokens_.depth() - 1;
    while (tokens_.depth() > outside) next();
  }

  Result<void> read_rows();

  std::string_view text_;
  std::string_view name_;
  JsonTokenizer tokens_;
  JsonToken last_ = JsonToken::kEnd;
  std::vector<Row> rows_;
};

Result<void> BaselineReader::read_rows() {
  if (next() != JsonToken::kArrayBegin) {
    return wrong("it has no \"findings\"");
  }
  while (next() != JsonToken::kArrayEnd) {
    if (last_ != JsonToken::kObjectBegin) {
      return wrong("a finding is no object");
    }
    Row row;
    while (next() == JsonToken::kKey) {
      const std::string member(tokens_.content());
      if (member == "file") {
        row.file = string();
      } else if (member == "rule") {
        row.rule = string();
      } else if (member == "pointer") {
        row.pointer = string();
      } else if (member == "message") {
        row.message = string();
      } else if (member == "count") {
        row.count = number();
      } else {
        skip();
      }
    }
    if (!row.is_whole()) return wrong("a finding lacks a member");
    rows_.push_back(std::move(row));
  }
  return {};
}

}  // namespace

Baseline::Baseline(std::string file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

Result<Baseline> Baseline::make(std::string file) {
  return guarded([&]() -> Result<Baseline> {
    SOTTO_ASSIGN_OR_RETURN(std::string path, absolute_name(file));
    return Baseline(std::move(file), std::move(path));
  });
}

Result<Baseline> Baseline::read(const std::string& file) {
  return guarded([&]() -> Result<Baseline> {
    SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                           read_input_file(file, kMaxBaselineBytes));
    SOTTO_ASSIGN_OR_RETURN(std::vector<Row> rows,
                           BaselineReader(input.bytes, file).read());
    SOTTO_ASSIGN_OR_RETURN(Baseline baseline, make(file));
    for (Row& row : rows) {
      Finding finding(*std::move(row.rule), *std::move(row.pointer),
                      *std::move(row.message));
      baseline.files_[*std::move(row.file)][std::move(finding)] += row.count;
    }
    return baseline;
  });
}

Baseline::Finding Baseline::finding_of(const Diagnostic& diagnostic) {
  return {std::string(diagnostic.rule), as_utf8(diagnostic.pointer),
          as_utf8(diagnostic.message)};
}

std::string Baseline::name_of(const std::string& document) const {
  if (document.empty()) return "-";
  return as_utf8(relative_to(folder_part(path_), document));
}

bool Baseline::is_lost(const std::string& name) const {
  struct stat info{};
  return name != "-" && name.find("\uFFFD") == std::string::npos &&
         ::stat(path_in(folder_part(path_), name).c_str(), &info) != 0 &&
         (errno == ENOENT || errno == ENOTDIR);
}

std::size_t Baseline::suppress(const std::string& document,
                               std::vector<Diagnostic>& diagnostics) const {
  const auto known = files_.find(name_of(document));
  if (known == files_.end()) return 0;
  Counts left = known->second;
  std::erase_if(diagnostics, [&](const Diagnostic& diagnostic) {
    const auto found = left.find(finding_of(diagnostic));
    if (found == left.end() || found->second == 0) return false;
    --found->second;
    return true;
  });
  std::size_t unused = 0;
  for (const auto& [finding, count] : left) unused += count;
  return unused;
}

std::size_t Baseline::of_lost_files(
    std::span<const std::string> documents) const {
  std::vector<std::string> names;
  for (const std::string& document : documents) {
    names.push_back(name_of(document));
  }
  std::ranges::sort(names);
  std::size_t lost = 0;
  for (const auto& [name, counts] : files_) {
    if (std::ranges::binary_search(names, name) || !is_lost(name)) continue;
    for (const auto& [finding, count] : counts) lost += count;
  }
  return lost;
}

void Baseline::replace(const std::string& document,
                       std::span<const Diagnostic> diagnostics) {
  const std::string name = name_of(document);
  files_.erase(name);
  for (const Diagnostic& diagnostic : diagnostics) {
    ++files_[name][finding_of(diagnostic)];
  }
}

void Baseline::forget_lost_files() {
  std::erase_if(files_, [&](const auto& file) { return is_lost(file.first); });
}

std::size_t Baseline::size() const {
  std::size_t size = 0;
  for (const auto& [name, counts] : files_) {
    for (const auto& [finding, count] : counts) size += count;
  }
  return size;
}

// A line a finding, so that a version control system shows what changed.
std::string Baseline::text() const {
  std::string rows;
  for (const auto& [name, counts] : files_) {
    for (const auto& [finding, count] : counts) {
      const auto& [rule, pointer, message] = finding;
      rows += fmt::format(
          "{}\n    {{\"file\": {}, \"rule\": {}, \"pointer\": {}, "
          "\"message\": {}, \"count\": {}}}",
          rows.empty() ? "" : ",", json_string(name), json_string(rule),
          json_string(pointer), json_string(message), count);
    }
  }
  return fmt::format("{{\n  \"version\": {},\n  \"findings\": [{}{}]\n}}\n",
                     kVersion, rows, rows.empty() ? "" : "\n  ");
}

Result<void> Baseline::write() const {
  return guarded([&]() -> Result<void> {
    SOTTO_RETURN_IF_ERROR(write_plain_file(file_, text()));
    return {};
  });
}

}  // namespace sotto
