// SPDX-License-Identifier: Apache-2.0
//
// sotto version, sotto completion: what the command says of itself.

#include <fmt/format.h>

#include "service/report/json_report.h"
#include "tool/completion.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

Result<int> run_version(const Call& call) {
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? version_json(SOTTO_VERSION)
                        : fmt::format("sotto {}\n", SOTTO_VERSION)));
  return 0;
}

Result<int> run_completion(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const std::string script,
                         completion_script(call.options.operands.front()));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(script));
  return 0;
}

}  // namespace sotto::tool
