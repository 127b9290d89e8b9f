// SPDX-License-Identifier: Apache-2.0
//
// The text of a configuration as a small tree. It is not the one of the JSON
// library: that allocates as it dies, and ends the program if it cannot.
// Internal to service/.

#ifndef SOTTO_SERVICE_CONFIG_JSON_H_
#define SOTTO_SERVICE_CONFIG_JSON_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/span.h"

namespace sotto {

struct ConfigValue {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kNumber,
    kString,
    kArray,
    kObject,
  };

  Kind kind = Kind::kNull;
  bool truth = false;  // Of kBoolean.
  // Of kNumber, if it is whole and not negative.
  std::optional<std::uint64_t> number;
  std::string text;  // Of kString.
  // Of kString: where it stands in the file, without its quotes.
  Span span;
  std::string name;                  // Of a member of an object.
  std::vector<ConfigValue> members;  // Of kObject: by name, each once.

  // The member of that name, or null.
  const ConfigValue* find(std::string_view member) const;
};

// Reads JSON with comments. Fails with kInvalidConfig, saying where, for what
// is none, for a key that comes twice and for what is larger or deeper than
// any configuration; lets bad_alloc through.
Result<ConfigValue> parse_config_json(const std::filesystem::path& file,
                                      std::string_view text);

}  // namespace sotto

#endif  // SOTTO_SERVICE_CONFIG_JSON_H_
