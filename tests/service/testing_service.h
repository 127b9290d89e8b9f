// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the service share: a folder that goes, a look
// into files, variables that go back.

#ifndef SOTTO_TESTS_SERVICE_TESTING_SERVICE_H_
#define SOTTO_TESTS_SERVICE_TESTING_SERVICE_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "tests/base/testing_folder.h"

namespace sotto::testing {

std::string read_file(const std::filesystem::path& file);
unsigned mode_of(const std::filesystem::path& file);

// Sets or clears a variable of the environment, and puts it back.
class Variable {
 public:
  Variable(std::string name, const char* value);
  ~Variable();
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

SecretString secret(std::string_view value);
bool holds(const SecretString& value, std::string_view text);

// "CODE: MESSAGE | HINT", or "" for a success.
std::string describe(const Error& error);
template <typename T>
std::string error_of(const Result<T>& result) {
  return result ? "" : describe(result.error());
}

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_SERVICE_TESTING_SERVICE_H_
