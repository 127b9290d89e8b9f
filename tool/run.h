// SPDX-License-Identifier: Apache-2.0
//
// The command as a function.

#ifndef SOTTO_TOOL_RUN_H_
#define SOTTO_TOOL_RUN_H_

#include <span>
#include <string>

#include "tool/terminal.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

// Does what the arguments (without the program's name) ask for and returns the
// exit status: 0 fine, 1 something is wrong in the document, 2 in how it was
// called, 3 it could not do its job. Besides the streams it uses the
// environment and the working directory of the process; `credentials` are what
// was taken out of the environment before.
int run(std::span<const std::string> args, const Streams& streams = {},
        Credentials credentials = {});

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_RUN_H_
