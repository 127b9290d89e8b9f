// SPDX-License-Identifier: Apache-2.0
//
// What the functions of expressions do. Their names: grammar/functions.h.

#ifndef SOTTO_RENDER_FUNCTIONS_H_
#define SOTTO_RENDER_FUNCTIONS_H_

#include <span>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "grammar/functions.h"

namespace sotto {

// Calls `function` with as many arguments as its arity says. The arguments are
// values: so is the result. FN.json only checks that its argument is JSON and
// gives it back; putting it in place of a whole string is render()'s business.
// Fails with kMalformed (the argument does not fit) or kNoMemory; the message
// holds no byte of an argument.
Result<SecretString> call_function(Function function,
                                   std::span<const std::string_view> arguments);

}  // namespace sotto

#endif  // SOTTO_RENDER_FUNCTIONS_H_
