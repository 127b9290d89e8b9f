// SPDX-License-Identifier: Apache-2.0
//
// Many documents linted: read, parsed and looked at side by side, with one
// query of the catalog for all of them (for each 32 MiB of them).

#ifndef SOTTO_SERVICE_LINT_FILES_H_
#define SOTTO_SERVICE_LINT_FILES_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "service/baseline.h"
#include "service/document.h"
#include "service/lint_cache.h"
#include "service/lint_config.h"
#include "service/parallel.h"

namespace sotto {

struct LintFilesOptions {
  // What all documents are; none: JSON Lines if named *.jsonl or *.ndjson, else
  // JSON.
  std::optional<Format> format;
  const Baseline* baseline = nullptr;  // What it has is no finding.
  bool fix = false;                    // In memory: see write_fixed().
  // Of one rule in one document; behind them, one finding tells how many more.
  std::size_t max_per_rule = LintSettings().max_per_rule;
  int standard_input = 0;  // What "-" is read from.
  std::size_t threads = processor_count();
  std::size_t batch_bytes = 32u << 20;
  // What is known of documents that have not changed, and what is found in the
  // others. Not for fixes: those need the documents.
  LintCache* cache = nullptr;
  // Makes LintedFile::report of the findings of a document, which is not kept
  // then. From any thread, also from several at once.
  std::function<std::string(const Source&, std::span<const Diagnostic>)>
      report = {};
  // Told of each document once it was parsed, one after the other.
  std::function<void(const Document&)> look = {};
  // Told of each file that is done: "read", then "linted", and how many that
  // makes. From any thread, also from several at once.
  std::function<void(std::string_view step, std::size_t done)> progress = {};
};

// What became of one document.
struct LintedFile {
  std::string name;
  std::string path;  // Absolute, in normal form; "" is standard input.
  // Kept where there is something to say, and no report, or to write; with its
  // fixes.
  std::optional<Document> document;
  // Instead of the document, of one that has not changed: its bytes.
  std::optional<std::string> text;
  std::vector<Diagnostic> diagnostics;
  std::string report;
  std::optional<Error> error;  // It could not be read.
  // What it was, and what it is, if fixes changed it; to be shown: with "***"
  // for values that stand in it.
  std::optional<std::string> before;
  std::optional<std::string> after;
  bool hides = false;     // There is such a value.
  std::size_t stale = 0;  // As Baseline::suppress() answers.

  // For places in it, as long as the document or its text is kept.
  Source source() const {
    return text ? Source(name, *text) : document->source();
  }
};

struct LintFilesResult {
  std::vector<LintedFile> files;  // In the order in which they were named.
  // Why the catalog could not be asked; the rules that need none were run.
  std::optional<Error> error;
};

// What a catalog knows of the names in these documents: Engine::lint_facts(),
// LockedCatalog::lint_facts().
using FactsSource =
    std::function<Result<LintFacts>(std::span<const Template* const>)>;

// `facts` may be empty: then the rules that need a catalog find nothing.
// Fails with kNoMemory, and with kIo where the working folder cannot be told.
Result<LintFilesResult> lint_files(const FactsSource& facts, LintConfig& config,
                                   std::span<const std::string> names,
                                   const LintFilesOptions& options);

// Writes a document with its fixes to where it came from, as
// write_plain_file(). Fails besides with kChanged if it is not what was read
// any more.
Result<void> write_fixed(const LintedFile& file);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LINT_FILES_H_
