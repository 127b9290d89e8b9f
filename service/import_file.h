// SPDX-License-Identifier: Apache-2.0
//
// Reads the values of `sotto secret import` into secret memory.

#ifndef SOTTO_SERVICE_IMPORT_FILE_H_
#define SOTTO_SERVICE_IMPORT_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "resolver/secret_manager.h"

namespace sotto {

// Reads {"group": {"KEY": "value"}} or {"group.KEY": "value"}, or both mixed.
// `name` is the file's, for messages. Fails with kMalformed, naming place and
// secret and never a value: no valid JSON, a value that is not a string, a
// name that is none, a secret that stands there twice; kLimit for a value of
// more than 1 MiB; kNoMemory.
Result<std::vector<ImportItem>> parse_import_json(std::string_view text,
                                                  std::string_view name);

// Reads .env text (service/dotenv.h) whose names are the keys of `group`.
Result<std::vector<ImportItem>> parse_import_dotenv(std::string_view text,
                                                    std::string_view name,
                                                    const std::string& group);

}  // namespace sotto

#endif  // SOTTO_SERVICE_IMPORT_FILE_H_
