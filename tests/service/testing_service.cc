// SPDX-License-Identifier: Apache-2.0

#include "tests/service/testing_service.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace sotto::testing {

namespace fs = std::filesystem;

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

unsigned mode_of(const fs::path& file) {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
}

Variable::Variable(std::string name, const char* value)
    : name_(std::move(name)) {
  if (const char* const before = std::getenv(name_.c_str())) before_ = before;
  if (value != nullptr) {
    ::setenv(name_.c_str(), value, 1);
  } else {
    ::unsetenv(name_.c_str());
  }
}

Variable::~Variable() {
  if (before_) {
    ::setenv(name_.c_str(), before_->c_str(), 1);
  } else {
    ::unsetenv(name_.c_str());
  }
}

SecretString secret(std::string_view value) {
  return SecretString::copy_of(value).value();
}

bool holds(const SecretString& value, std::string_view text) {
  return equal_in_constant_time(value, secret(text));
}

std::string describe(const Error& error) {
  return fmt::format("{}: {}{}{}", error_info(error.code).name, error.message,
                     error.hint.empty() ? "" : " | ", error.hint);
}

}  // namespace sotto::testing
