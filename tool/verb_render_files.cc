// SPDX-License-Identifier: Apache-2.0
//
// sotto render --out-dir: many documents at once.

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/visible_text.h"
#include "service/render_files.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

Result<void> check_flags(const Options& options) {
  if (!options.output) return {};
  return fail(ErrorCode::kUsage, "\"--output\" and \"--out-dir\" disagree",
              "keep one of them");
}

int status_of(const RenderedFile& file) {
  if (file.error) return error_info(file.error->code).exit_status;
  if (file.ok) return 0;
  return file.store_trouble ? 3 : 1;
}

int status_of(const RenderFilesResult& result) {
  int status = result.error ? error_info(result.error->code).exit_status : 0;
  for (const RenderedFile& file : result.files) {
    status = std::max(status, status_of(file));
  }
  return status;
}

// In the order of the files; with --json all findings are one object, and what
// could not be read comes behind it.
void report_files(const Call& call, const RenderFilesResult& result) {
  std::vector<Findings> findings;
  for (const RenderedFile& file : result.files) {
    if (file.diagnostics.empty()) continue;
    findings.push_back({file.document->source(), file.diagnostics});
  }
  if (call.options.json) {
    report(call, findings, result.notes);
    for (const RenderedFile& file : result.files) {
      if (file.error) call.terminal.error(*file.error);
    }
    return;
  }
  report(call, {}, result.notes);
  auto next = findings.begin();
  for (const RenderedFile& file : result.files) {
    if (!file.diagnostics.empty()) report(call, std::span(&*next++, 1));
    if (file.error) call.terminal.error(*file.error);
  }
}

// "3 errors in 2 of 10 files, nothing was rendered"
void tell_why_nothing(const Call& call, const RenderFilesResult& result) {
  if (call.options.json) return;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t files = 0;
  for (const RenderedFile& file : result.files) {
    if (status_of(file) == 0) continue;
    ++files;
    errors += file.error ? 1 : 0;
    for (const Diagnostic& diagnostic : file.diagnostics) {
      ++(diagnostic.severity == Severity::kError ? errors : warnings);
    }
  }
  if (files == 0) return;
  const std::string count =
      errors > 0 ? counted(errors, "error") : counted(warnings, "warning");
  call.terminal.say(fmt::format("sotto: {} in {} of {}, nothing was rendered\n",
                                count, files,
                                counted(result.files.size(), "file")));
}

// After a failure in between.
void tell_what_is_written(const Call& call, const RenderFilesResult& result) {
  if (result.written() == 0) {
    call.terminal.say("sotto: nothing was written\n");
    return;
  }
  call.terminal.say(fmt::format("sotto: {} of {} written:\n", result.written(),
                                counted(result.files.size(), "file")));
  for (const RenderedFile& file : result.files) {
    if (!file.written) continue;
    call.terminal.say(
        fmt::format("  {}\n", visible_line(file.output.native())));
  }
}

}  // namespace

Result<int> run_render_files(const Call& call) {
  SOTTO_RETURN_IF_ERROR(check_flags(call.options));
  RenderFilesOptions options;
  SOTTO_ASSIGN_OR_RETURN(options.parse, parse_options(call.options));
  options.strict = call.options.strict;
  options.progress = [&](std::string_view step, std::size_t done) {
    call.count(step, done);
  };
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const RenderFilesResult result,
                         render_files(engine, call.options.operands,
                                      *call.options.out_dir, options));
  report_files(call, result);
  if (result.error) call.terminal.error(*result.error);
  if (!result.rendered()) {
    if (result.began_to_write) {
      tell_what_is_written(call, result);
    } else {
      tell_why_nothing(call, result);
    }
  }
  return status_of(result);
}

}  // namespace sotto::tool
