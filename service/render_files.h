// SPDX-License-Identifier: Apache-2.0
//
// Many documents into a folder: read and parsed side by side, one resolution
// for all of them, written side by side; all or nothing.
//
//   auto result = render_files(engine, files, "rendered");
//   if (!result) ...              // it makes no sense: nothing was begun
//   if (!result->rendered()) ...  // result->files says why, one by one

#ifndef SOTTO_SERVICE_RENDER_FILES_H_
#define SOTTO_SERVICE_RENDER_FILES_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "grammar/template.h"
#include "service/document.h"
#include "service/engine.h"
#include "service/parallel.h"

namespace sotto {

// Where below `folder` each of `files` is written: its own path, so that
// a/x.json and b/x.json stay apart; "./" and what ".." takes back are left out.
// Fails with kUsage for what has no path of its own there ("-", "/x.json",
// "../x.json") and for two that would be written to the same place.
Result<std::vector<std::filesystem::path>> outputs_below(
    const std::filesystem::path& folder, std::span<const std::string> files);

struct RenderFilesOptions {
  ParseOptions parse = {};
  bool strict = false;  // A warning is as bad as an error.
  std::size_t threads = processor_count();
  // Told of each file that is done: "read", then "checked", then "written", and
  // how many that makes. From any thread, also from several at once.
  std::function<void(std::string_view step, std::size_t done)> progress = {};
};

// What became of one file.
struct RenderedFile {
  std::string name;
  std::optional<Document> document;     // None if it could not be read.
  std::vector<Diagnostic> diagnostics;  // Of a document: with all hints.
  std::optional<Error> error;           // It could not be read, or changed.
  bool store_trouble = false;           // As in RenderResult.
  bool ok = false;                      // Nothing is wrong with it.
  std::filesystem::path output;
  bool written = false;  // It is there now, be it that it was there before.
};

struct RenderFilesResult {
  std::vector<RenderedFile> files;  // In the order in which they were named.
  // As in RenderResult, for all files together.
  std::vector<std::string> notes;
  ResolutionCost cost;
  // Everything was in order. If not everything is written, `error` says why.
  bool began_to_write = false;
  // Why no secret could be looked up, or a file not be written.
  std::optional<Error> error;

  bool rendered() const;  // All of them are there.
  std::size_t written() const;
};

// Nothing is written, and no folder made, unless every file can be read and
// rendered. Folders that are not there are made, mode 0700; files are written
// as by write_output_file(), and each is checked just before that they are what
// was read.
//
// SIGINT, SIGTERM and SIGHUP are held back while files are written, until those
// that were begun are done: a second at most.
//
// Fails, before anything is read, as outputs_below() does; with kUsage if an
// output would take the place of one of the documents.
Result<RenderFilesResult> render_files(Engine& engine,
                                       std::span<const std::string> files,
                                       const std::filesystem::path& folder,
                                       const RenderFilesOptions& options = {});

}  // namespace sotto

#endif  // SOTTO_SERVICE_RENDER_FILES_H_
