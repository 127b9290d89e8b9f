// SPDX-License-Identifier: Apache-2.0
//
// Completion scripts for shells, made from the table of verbs.

#ifndef SOTTO_TOOL_COMPLETION_H_
#define SOTTO_TOOL_COMPLETION_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto::tool {

// The script for "bash", "zsh" or "fish". Fails with kUsage for another.
Result<std::string> completion_script(std::string_view shell);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_COMPLETION_H_
