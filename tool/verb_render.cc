// SPDX-License-Identifier: Apache-2.0
//
// sotto render

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/visible_text.h"
#include "service/large_file.h"
#include "service/output_file.h"
#include "service/render_large.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// "-" is standard output, as it is without --output.
bool to_standard_output(const Options& options) {
  return !options.output || *options.output == "-";
}

// Would the output take the document's place?
Result<void> check_not_same(const Options& options, const std::string& name,
                            const FileState& state) {
  struct stat info{};
  if (to_standard_output(options) ||
      ::stat(options.output->c_str(), &info) != 0 ||
      info.st_dev != state.device || info.st_ino != state.inode) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              fmt::format("\"{}\" is both the document and the output", name),
              "name another file for the output");
}

// Would it take the place of what the project stands on?
Result<void> check_not_of_project(const Options& options,
                                  const Config& config) {
  if (to_standard_output(options)) return {};
  std::vector<std::filesystem::path> files{config.file, config.catalog};
  for (const StoreConfig& store : config.stores) {
    files.insert(files.end(), {store.path, store.key_file});
  }
  const bool is_one = std::ranges::any_of(files, [&](const auto& file) {
    std::error_code is_not_there;
    return !file.empty() &&
           std::filesystem::equivalent(file, *options.output, is_not_there);
  });
  if (!is_one) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("\"{}\" is what the project stands on: its "
                          "configuration, catalog, store or key",
                          visible_line(*options.output)),
              "name another file for the output");
}

// The engine, and whether the output may be written.
Result<Engine> open_for_output(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_RETURN_IF_ERROR(check_not_of_project(call.options, engine.config()));
  return engine;
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

void tell_why_nothing(const Call& call, const std::string& name,
                      const std::vector<Diagnostic>& all) {
  if (call.options.json) return;
  const auto errors = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::kError;
      }));
  const std::string count =
      errors > 0 ? counted(errors, "error") : counted(all.size(), "warning");
  call.terminal.say(fmt::format("sotto: {} in {}, nothing was rendered\n",
                                count, visible_line(name)));
  // Wrong from its first byte on: it is no JSON at all.
  const Options& options = call.options;
  const bool is_taken_for_json = !options.format && !options.lines;
  if (is_taken_for_json && all.front().rule == "syntax" &&
      all.front().span.begin == 0) {
    call.terminal.say(
        "sotto: it was read as JSON; --format text is for other documents\n");
  }
}

class StandardOutput : public LargeOutput {
 public:
  explicit StandardOutput(Terminal& terminal) : terminal_(terminal) {}
  Result<void> write(std::string_view text) override {
    return terminal_.write(text);
  }
  Result<void> finish() override { return {}; }

 private:
  Terminal& terminal_;
};

// Is opened by the first write.
class FileOutput : public LargeOutput {
 public:
  explicit FileOutput(std::string name) : name_(std::move(name)) {}
  Result<void> write(std::string_view text) override {
    if (!file_) {
      SOTTO_ASSIGN_OR_RETURN(file_, OutputFile::open(name_));
    }
    return file_->write(text);
  }
  Result<void> finish() override {
    SOTTO_RETURN_IF_ERROR(file_->commit());
    return {};
  }

 private:
  std::string name_;
  std::optional<OutputFile> file_;
};

// None: the document is better read whole.
Result<std::optional<int>> run_large(const Call& call, LargeFile& file,
                                     const ParseOptions& parse,
                                     Engine& engine) {
  const Options& options = call.options;
  StandardOutput standard(call.terminal);
  FileOutput to_file(options.output.value_or(""));
  LargeOutput& output = to_standard_output(options)
                            ? static_cast<LargeOutput&>(standard)
                            : to_file;
  SOTTO_ASSIGN_OR_RETURN(
      auto rendered,
      render_large(engine, file, {.parse = parse, .strict = options.strict},
                   output));
  if (!rendered) return std::nullopt;
  const RenderResult& result = rendered->result;
  const int status = status_of(call, result);
  const Source source(file.name(), std::move(rendered->excerpts));
  report(call, source, rendered->diagnostics, result.notes);
  if (status != 0) tell_why_nothing(call, file.name(), rendered->diagnostics);
  return status;
}

Result<int> run_whole(const Call& call, const std::string& operand,
                      const ParseOptions& parse, std::optional<Engine> engine) {
  SOTTO_ASSIGN_OR_RETURN(const InputFile input, read_document(call, operand));
  if (!input.is_stream) {
    SOTTO_RETURN_IF_ERROR(
        check_not_same(call.options, input.name, input.state));
  }
  const Template parsed = parse_template(input.bytes, parse);
  if (!engine) {
    SOTTO_ASSIGN_OR_RETURN(engine, open_for_output(call));
  }
  WipedBuffer text;
  SOTTO_ASSIGN_OR_RETURN(const RenderResult result,
                         engine->render(parsed, text));
  SOTTO_RETURN_IF_ERROR(check_unchanged(input));

  const int status = status_of(call, result);
  if (status == 0) SOTTO_RETURN_IF_ERROR(write_output(call, text));
  const Source source(input.name, input.bytes);
  const auto diagnostics = result.report.diagnostics(parsed);
  report(call, source, diagnostics, result.notes);
  if (status != 0) tell_why_nothing(call, input.name, diagnostics);
  return status;
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
  std::optional<Engine> engine;
  if (auto large = LargeFile::open(operand)) {
    SOTTO_RETURN_IF_ERROR(
        check_not_same(call.options, operand, large->state()));
    SOTTO_ASSIGN_OR_RETURN(engine, open_for_output(call));
    SOTTO_ASSIGN_OR_RETURN(const std::optional<int> status,
                           run_large(call, *large, parse, *engine));
    if (status) return *status;
  }
  return run_whole(call, operand, parse, std::move(engine));
}

}  // namespace sotto::tool
