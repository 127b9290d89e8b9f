// SPDX-License-Identifier: Apache-2.0
//
// What --help prints: examples first.

#ifndef SOTTO_TOOL_HELP_H_
#define SOTTO_TOOL_HELP_H_

#include <string>
#include <string_view>

#include "tool/verb_table.h"

namespace sotto::tool {

std::string help();
std::string help(const VerbInfo& verb);
// Of "secret": its commands. Empty for what has none.
std::string help_of_noun(std::string_view noun);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_HELP_H_
