// SPDX-License-Identifier: Apache-2.0
//
// Development mode: values from the developer's own machine, before catalog
// and store. Never read in production.

#ifndef SOTTO_SERVICE_OVERRIDES_H_
#define SOTTO_SERVICE_OVERRIDES_H_

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"

namespace sotto {

// "ORG_ACME__MY_GITHUB__TOKEN": the variable that means this secret in this
// scope. Letters are made capital, and what a variable's name cannot hold
// becomes '_'.
std::string override_name(const Scope& scope, const SecretRef& ref);

// Variables of the environment and of an .env file, both in that form. The
// environment wins over the file.
class Overrides {
 public:
  // Reads `file` if it is there, and the environment (`environment` is a list
  // of NAME=value). Fails with kUnsafeFile (the file is not the caller's own,
  // or others may use it), kMalformed (as parse_dotenv()), kInvalidConfig (two
  // variables of one source that mean the same name), kIo, kNoMemory.
  static Result<Overrides> load(const std::filesystem::path& file,
                                std::span<const char* const> environment);

  struct Use {
    SecretRef ref;
    std::string source;  // "the variable PLATFORM__A__B" or "FILE:3".
  };

  // Binds each reference that has an override in the first scope of `scopes`
  // that has one, and tells which. Fails with kInvalidConfig if one variable
  // means two of the references; kNoMemory.
  Result<std::vector<Use>> bind(std::span<const SecretRef> refs,
                                std::span<const Scope> scopes,
                                Bindings& bindings) const;

 private:
  struct Entry {
    std::string source;
    SecretString value;
  };
  Result<void> read_file(const std::filesystem::path& file);
  Result<void> read_environment(std::span<const char* const> environment);

  std::map<std::string, Entry> entries_;  // By override_name().
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_OVERRIDES_H_
