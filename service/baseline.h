// SPDX-License-Identifier: Apache-2.0
//
// The findings that a project had when it began to lint, kept in a file, so
// that only new ones count.
//
//   {"version": 1, "findings": [{"file", "rule", "pointer", "message",
//     "count"}]}
//
// Places are JSON pointers, not lines: what is added above moves nothing.

#ifndef SOTTO_SERVICE_BASELINE_H_
#define SOTTO_SERVICE_BASELINE_H_

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"

namespace sotto {

// Files in it are relative to its own folder. Documents are named by their
// absolute path, in normal form; "" is standard input.
class Baseline {
 public:
  // One without findings, to be written to `file`. Fails with kIo where the
  // working folder cannot be told.
  static Result<Baseline> make(std::string file);

  // Fails as read_input_file() does besides; with kInvalidConfig for what is no
  // baseline, kNewerVersion for one of a newer Sotto.
  static Result<Baseline> read(const std::string& file);

  // Takes out of a document's findings those that it has, each as often as it
  // has it. Answers how many it has besides that are not found any more.
  std::size_t suppress(const std::string& document,
                       std::vector<Diagnostic>& diagnostics) const;

  // Those that it has of files that are gone, and not in `documents`.
  std::size_t of_lost_files(std::span<const std::string> documents) const;

  // Makes these all the findings of a document.
  void replace(const std::string& document,
               std::span<const Diagnostic> diagnostics);
  // Takes the findings of files that are gone out.
  void forget_lost_files();

  std::size_t size() const;  // How many findings.
  std::string text() const;
  // As write_plain_file().
  Result<void> write() const;

 private:
  // Rule, pointer, message.
  using Finding = std::tuple<std::string, std::string, std::string>;
  using Counts = std::map<Finding, std::size_t>;

  Baseline(std::string file, std::string path);
  static Finding finding_of(const Diagnostic& diagnostic);
  std::string name_of(const std::string& document) const;
  bool is_lost(const std::string& name) const;

  std::string file_;  // As it was named.
  std::string path_;  // As documents are.
  std::map<std::string, Counts> files_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_BASELINE_H_
