// SPDX-License-Identifier: Apache-2.0
//
// sotto render

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/visible_text.h"
#include "service/output_file.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// "-" is standard output, as it is without --output.
bool to_standard_output(const Options& options) {
  return !options.output || *options.output == "-";
}

// Would the output take the document's place?
bool is_same_file(const Options& options, const InputFile& input) {
  struct stat info{};
  return !to_standard_output(options) && !input.is_stream &&
         ::stat(options.output->c_str(), &info) == 0 &&
         info.st_dev == input.state.device && info.st_ino == input.state.inode;
}

Result<void> check_output(const Call& call) {
  const Options& options = call.options;
  if (!to_standard_output(options) || options.reveal ||
      !call.terminal.out_is_terminal()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "a rendered document holds secrets and is not printed on a "
              "terminal",
              "write it to a file with --output, or add --reveal");
}

Result<void> write_output(const Call& call, const WipedBuffer& text) {
  if (to_standard_output(call.options)) {
    return call.terminal.write(text.expose());
  }
  SOTTO_RETURN_IF_ERROR(write_output_file(*call.options.output, text));
  return {};
}

int status_of(const Call& call, const RenderResult& result) {
  if (!result.report.ok()) return result.store_trouble ? 3 : 1;
  return call.options.strict && !result.report.clean() ? 1 : 0;
}

void tell_why_nothing(const Call& call, const InputFile& input,
                      const std::vector<Diagnostic>& all) {
  if (call.options.json) return;
  const auto errors = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::kError;
      }));
  const std::string count =
      errors > 0 ? counted(errors, "error") : counted(all.size(), "warning");
  call.terminal.say(fmt::format("sotto: {} in {}, nothing was rendered\n",
                                count, visible_line(input.name)));
}

}  // namespace

Result<int> run_render(const Call& call) {
  if (call.options.out_dir) return run_render_files(call);
  if (call.options.operands.size() > 1) {
    return fail(ErrorCode::kUsage, "several documents cannot go to one output",
                "name a folder for them with --out-dir");
  }
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  SOTTO_RETURN_IF_ERROR(check_output(call));
  const std::string& operand = call.options.operands.front();
  SOTTO_ASSIGN_OR_RETURN(const InputFile input, read_document(call, operand));
  if (is_same_file(call.options, input)) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("\"{}\" is both the document and the output", input.name),
        "name another file for the output");
  }
  const Template parsed = parse_template(input.bytes, parse);
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  WipedBuffer text;
  SOTTO_ASSIGN_OR_RETURN(const RenderResult result,
                         engine.render(parsed, text));
  SOTTO_RETURN_IF_ERROR(check_unchanged(input));

  const int status = status_of(call, result);
  if (status == 0) SOTTO_RETURN_IF_ERROR(write_output(call, text));
  const Source source(input.name, input.bytes);
  const auto diagnostics = result.report.diagnostics(parsed);
  report(call, source, diagnostics, result.notes);
  if (status != 0) tell_why_nothing(call, input, diagnostics);
  return status;
}

}  // namespace sotto::tool
