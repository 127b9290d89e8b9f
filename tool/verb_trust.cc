// SPDX-License-Identifier: Apache-2.0
//
// sotto trust

#include <fmt/format.h>

#include <filesystem>

#include "base/visible_text.h"
#include "service/config.h"
#include "service/input_file.h"
#include "service/report/json_report.h"
#include "service/trust.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

namespace fs = std::filesystem;

// The file that `sotto trust` means: the operand (a file, or the folder that
// holds it), or the one that would be found from here.
Result<fs::path> file_to_trust(const Options& options) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (error) {
    return fail(ErrorCode::kIo, "the working directory cannot be told",
                "change into a folder that exists");
  }
  if (!options.operands.empty()) {
    const fs::path file = (here / options.operands.front()).lexically_normal();
    return fs::is_directory(file, error) ? file / kConfigName : file;
  }
  SOTTO_ASSIGN_OR_RETURN(fs::path found, find_config(here));
  if (found.empty()) {
    return fail(ErrorCode::kInvalidConfig,
                "there is no sotto.json in this folder or above it");
  }
  return found;
}

Result<int> trust_no_more(const Call& call, const fs::path& file) {
  SOTTO_ASSIGN_OR_RETURN(const bool was_there, remove_trust(file));
  const std::string text = fmt::format(
      "{} {}\n", was_there ? "trusted no more:" : "was not trusted:",
      visible_line(file.native()));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? untrusted_json(file, was_there) : text));
  return 0;
}

}  // namespace

Result<int> run_trust(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const fs::path file, file_to_trust(call.options));
  if (call.options.remove) return trust_no_more(call, file);
  SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                         read_input_file(file, kMaxConfigBytes));
  SOTTO_ASSIGN_OR_RETURN(const Config config, parse_config(file, input.bytes));
  SOTTO_RETURN_IF_ERROR(record_trust(file, input.bytes));
  std::string text = fmt::format("trusted {}\n", visible_line(file.native()));
  for (const std::string& reason : reasons_for_trust(config)) {
    text += fmt::format("  {}\n", visible_line(reason));
  }
  SOTTO_RETURN_IF_ERROR(
      call.terminal.write(call.options.json ? trusted_json(file) : text));
  return 0;
}

}  // namespace sotto::tool
