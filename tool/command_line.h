// SPDX-License-Identifier: Apache-2.0
//
// Arguments -> Options.

#ifndef SOTTO_TOOL_COMMAND_LINE_H_
#define SOTTO_TOOL_COMMAND_LINE_H_

#include <span>
#include <string>

#include "base/result.h"
#include "tool/options.h"

namespace sotto::tool {

// Reads the arguments that follow the program's name; the first one or two
// name the verb. Fails with kUsage: an unknown verb or flag (with the nearest
// one as the hint), a flag without its value or given twice, too few or too
// many operands. No flag takes the value of a secret.
Result<Options> parse_command_line(std::span<const std::string> args);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_COMMAND_LINE_H_
