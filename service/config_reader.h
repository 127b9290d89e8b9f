// SPDX-License-Identifier: Apache-2.0
//
// Takes the members out of an object of a configuration, and says what is wrong
// with them. Internal to service/.

#ifndef SOTTO_SERVICE_CONFIG_READER_H_
#define SOTTO_SERVICE_CONFIG_READER_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "service/config_json.h"

namespace sotto {

// "FILE: MESSAGE", as kInvalidConfig.
tl::unexpected<Error> invalid_config(const std::filesystem::path& file,
                                     std::string_view message,
                                     std::string hint = {});

// The path from the root to the member of a value, as a JSON pointer.
std::string below(std::string_view pointer, std::string_view key);

// "an object"
std::string_view type_name(const ConfigValue& value);

// Reads the members of one object, each at most once, and then refuses those
// that nobody asked for. Borrows `file` and `object`.
class ObjectReader {
 public:
  ObjectReader(const std::filesystem::path& file, const ConfigValue& object,
               std::string pointer)
      : file_(file), object_(object), pointer_(std::move(pointer)) {}

  // The member of that name, or null.
  const ConfigValue* member(std::string_view key);
  // Is there one? That alone does not make it a known one.
  bool has(std::string_view key) const { return object_.find(key) != nullptr; }
  // The same, which is an object.
  Result<const ConfigValue*> object(std::string_view key);
  Result<std::optional<std::string>> string(std::string_view key);
  // An array of strings that are not empty.
  Result<std::optional<std::vector<std::string>>> strings(std::string_view key);
  // A whole number of `least` to `most`.
  Result<std::optional<std::uint64_t>> number(std::string_view key,
                                              std::uint64_t least,
                                              std::uint64_t most);
  // "30s": a number of ms, s, m or h; at most a day.
  Result<std::optional<std::chrono::milliseconds>> duration(
      std::string_view key);
  // "true" or "false".
  Result<std::optional<bool>> boolean(std::string_view key);
  // A path, relative to the folder of the file; empty if it is not there.
  Result<std::filesystem::path> path(std::string_view key);

  tl::unexpected<Error> wrong_type(std::string_view key,
                                   const ConfigValue& value,
                                   std::string_view expected) const;
  Result<void> refuse_others() const;

  const std::filesystem::path& file() const { return file_; }
  // The path from the root to a member, as a JSON pointer.
  std::string pointer_to(std::string_view key) const {
    return below(pointer_, key);
  }
  const std::string& pointer() const { return pointer_; }

 private:
  const std::filesystem::path& file_;
  const ConfigValue& object_;
  std::string pointer_;
  std::vector<std::string> known_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_CONFIG_READER_H_
