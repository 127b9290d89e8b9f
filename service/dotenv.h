// SPDX-License-Identifier: Apache-2.0
//
// Reads .env text into secret memory.

#ifndef SOTTO_SERVICE_DOTENV_H_
#define SOTTO_SERVICE_DOTENV_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

// One NAME=value.
struct DotenvEntry {
  std::string name;
  SecretString value;
  std::size_t line = 0;  // Where the name stands, from 1.
};

// The form that is read:
//
//   # a comment                       TOKEN=abc      # a comment after a blank
//   export TOKEN=abc                  TOKEN='no $escapes at all'
//   PEM="two\nlines, or a real
//   line break; \\ \" \$ \n \r \t"
//
// Nothing is expanded: a $ stays a $. `name` is the file's, for messages.
// Fails with kMalformed, naming the line and never its text: a line without
// '=', a name that is none (kNameRule), a quote
// that is never closed, text after one, an unknown escape, a name that stands
// there twice. Fails besides with kLimit (a value of more than 1 MiB)
// and kNoMemory.
Result<std::vector<DotenvEntry>> parse_dotenv(std::string_view text,
                                              std::string_view name);

}  // namespace sotto

#endif  // SOTTO_SERVICE_DOTENV_H_
