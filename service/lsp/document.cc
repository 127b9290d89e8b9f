// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/document.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sotto {
namespace {

bool has_flat_reference(const Template& parsed) {
  return std::ranges::any_of(
      parsed.diagnostics(), [](const Diagnostic& diagnostic) {
        return diagnostic.rule == "deprecated-flat-reference";
      });
}

}  // namespace

Format lsp_format(std::string_view language, std::string_view path) {
  if (path.ends_with(".jsonl") || path.ends_with(".ndjson") ||
      language == "jsonl" || language == "jsonlines" || language == "ndjson") {
    return Format::kLines;
  }
  const bool is_json =
      language == "json" || language == "jsonc" ||
      (language.empty() && !path.empty() && path.ends_with(".json"));
  return is_json ? Format::kJson : Format::kText;
}

LspDocument::LspDocument(std::string uri, std::string path, Format format,
                         LspText text)
    : uri_(std::move(uri)),
      path_(std::move(path)),
      format_(format),
      text_(std::move(text)),
      changed_(std::chrono::steady_clock::now()) {}

void LspDocument::forget_findings() {
  if (!is_linted_) return;
  is_linted_ = false;
  changed_ = std::chrono::steady_clock::now();
}

void LspDocument::edit(const LspJson& change) {
  const std::string* const text = change["text"].string();
  if (text == nullptr) return;
  parsed_.reset();
  forget_findings();
  const LspJson& range = change["range"];
  if (range.is_null()) {
    text_.assign(*text);
  } else if (range.is_object()) {
    text_.replace(lsp_position(range["start"]), lsp_position(range["end"]),
                  *text);
  }
}

const Template& LspDocument::parsed() {
  if (!parsed_) {
    ParseOptions options;
    options.format = format_;
    parsed_ = parse_template(text_.bytes(), options);
  }
  return *parsed_;
}

// Asks the catalog, unless it was asked for the same names: most edits change
// none.
Result<void> LspDocument::gather() {
  const Template& parsed = this->parsed();
  const auto refs = parsed.references();
  if (refs.empty() && parsed.diagnostics().empty()) {
    facts_ = LintFacts::none();
    known_in_ = nullptr;
    return {};
  }
  const bool is_flat = has_flat_reference(parsed);
  if (known_in_ == project_ && !is_flat &&
      std::ranges::equal(refs, known_refs_)) {
    return {};
  }
  known_in_ = nullptr;
  facts_ = LintFacts::none();
  SOTTO_ASSIGN_OR_RETURN(facts_, project_->lint_facts(std::array{&parsed}));
  if (is_flat) return {};
  known_refs_.assign(refs.begin(), refs.end());
  known_in_ = project_;
  return {};
}

Result<void> LspDocument::lint(std::shared_ptr<LspProject> project) {
  project_ = std::move(project);
  is_linted_ = true;  // Also if it fails: nothing is gained by trying again.
  findings_.clear();
  if (project_ == nullptr) return {};
  // What is no JSON was opened with us because somebody said so.
  if (format_ != Format::kText && !path_.empty() &&
      !project_->has_document(path_)) {
    return {};
  }
  auto gathered = gather();
  findings_ =
      sotto::lint(parsed(), facts_, *project_->rules().settings_of(path_));
  return gathered;
}

LspPosition lsp_position(const LspJson& json) {
  const auto number = [&](std::string_view name) {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(json[name].integer().value_or(0), 0));
  };
  return {number("line"), number("character")};
}

LspJson lsp_json(const LspPosition& position) {
  return LspJson::Object{{"line", position.line},
                         {"character", position.character}};
}

LspJson lsp_range(const LspText& text, const Span& span) {
  LspJson begin = lsp_json(text.position_of(span.begin));
  return LspJson::Object{{"start", std::move(begin)},
                         {"end", lsp_json(text.position_of(span.end))}};
}

}  // namespace sotto
