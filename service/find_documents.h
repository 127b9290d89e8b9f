// SPDX-License-Identifier: Apache-2.0
//
// The documents that files, folders and globs name.

#ifndef SOTTO_SERVICE_FIND_DOCUMENTS_H_
#define SOTTO_SERVICE_FIND_DOCUMENTS_H_

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grammar/template.h"

namespace sotto {

struct FindOptions {
  // What is asked of each folder and file that is met in a folder; by its
  // absolute path, in normal form. Not of what is named itself.
  std::function<bool(const std::string& folder)> enters;
  std::function<bool(const std::string& file)> takes;
};

struct FoundDocuments {
  std::vector<std::string> names;  // Sorted, each once; "-" comes first.
  std::vector<Error> errors;       // What could not be looked into.
};

// Each operand is one of:
// - "-", standard input;
// - a file, which is taken whatever its name, and whether it is there or not;
// - a folder: what `takes` says, in it and in the folders below it;
// - a glob ("flows/**/*.json"), unless a file has that very name: the files
//   that it matches, whatever `takes` says.
//
// What is met in a folder, and not named, is left out if Git ignores it; so is
// what Git keeps for itself. Links to files count as files; links to folders
// are not followed. Files that are no files (FIFOs, sockets) are left out.
//
// What cannot be looked into takes nothing away from the rest. Fails with
// kNoMemory, and with kIo where the working folder cannot be told.
Result<FoundDocuments> find_documents(std::span<const std::string> operands,
                                      const FindOptions& options);

// What a document is by its name: JSON Lines if it is *.jsonl or *.ndjson.
Format format_by_name(std::string_view name);

// The absolute path of a document, in normal form. Empty for "-".
Result<std::string> absolute_name(const std::string& name);

}  // namespace sotto

#endif  // SOTTO_SERVICE_FIND_DOCUMENTS_H_
