// SPDX-License-Identifier: Apache-2.0
//
// A document that an editor has open, and what is wrong in it. Internal to
// service/.

#ifndef SOTTO_SERVICE_LSP_DOCUMENT_H_
#define SOTTO_SERVICE_LSP_DOCUMENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/secret_ref.h"
#include "base/span.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "service/lsp/json.h"
#include "service/lsp/project.h"
#include "service/lsp/text.h"

namespace sotto {

// What kind of document it is: what the editor calls it, and where it calls it
// nothing that we know, what the name of its file ends with.
Format lsp_format(std::string_view language, std::string_view path);

// Belongs to one thread.
class LspDocument {
 public:
  // `path` is empty if it is no file.
  LspDocument(std::string uri, std::string path, Format format, LspText text);

  const std::string& uri() const { return uri_; }
  const std::string& path() const { return path_; }
  Format format() const { return format_; }
  const LspText& text() const { return text_; }

  // What the editor calls this state of it; null: nothing.
  const LspJson& version() const { return version_; }
  void set_version(LspJson version) { version_ = std::move(version); }

  // One of "contentChanges". What is none changes nothing.
  void edit(const LspJson& change);

  // Made when it is needed, and gone with the next edit.
  const Template& parsed();

  // Has nothing changed since lint()? If something has, since when?
  bool is_linted() const { return is_linted_; }
  std::chrono::steady_clock::time_point changed() const { return changed_; }
  void forget_findings();
  // With which it was linted; null: it never was.
  const std::shared_ptr<LspProject>& project() const { return project_; }
  // Finds what is wrong; without a project nothing. Fails, and has found what
  // needs no catalog, if the catalog cannot be asked.
  Result<void> lint(std::shared_ptr<LspProject> project);
  const std::vector<Diagnostic>& findings() const { return findings_; }
  // What the last lint() knew of its names.
  const LintFacts& facts() const { return facts_; }

 private:
  Result<void> gather();

  std::string uri_;
  std::string path_;
  Format format_;
  LspText text_;
  LspJson version_;
  std::optional<Template> parsed_;  // Borrows the text.

  std::shared_ptr<LspProject> project_;
  std::vector<Diagnostic> findings_;
  bool is_linted_ = false;
  std::chrono::steady_clock::time_point changed_;
  LintFacts facts_ = LintFacts::none();
  std::vector<SecretRef> known_refs_;  // That facts_ are about.
  std::shared_ptr<LspProject> known_in_;
};

LspPosition lsp_position(const LspJson& json);
LspJson lsp_json(const LspPosition& position);
// A range. Ascending places cost one pass over the document.
LspJson lsp_range(const LspText& text, const Span& span);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_DOCUMENT_H_
