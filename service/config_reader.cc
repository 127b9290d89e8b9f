// SPDX-License-Identifier: Apache-2.0

#include "service/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/edit_distance.h"
#include "service/normal_path.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;

constexpr std::chrono::hours kLongest{24};

// None for what is no duration, or too long.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit =
      text.substr(static_cast<std::size_t>(end - text.data()));
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
  for (const auto& [name, length] : kUnits) {
    if (unit != name) continue;
    const std::chrono::milliseconds most = kLongest;
    if (number > static_cast<std::uint64_t>(most.count()) / length) break;
    return std::chrono::milliseconds(number * length);
  }
  return std::nullopt;
}

}  // namespace

tl::unexpected<Error> invalid_config(const std::filesystem::path& file,
                                     std::string_view message,
                                     std::string hint) {
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("{}: {}", file.native(), message), std::move(hint));
}

std::string below(std::string_view pointer, std::string_view key) {
  std::string result = fmt::format("{}/", pointer);
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

std::string_view type_name(const ConfigValue& value) {
  switch (value.kind) {
    case Kind::kString:
      return "a string";
    case Kind::kNumber:
      return "a number";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      return "an object";
    case Kind::kNull:
      break;
  }
  return "null";
}

const ConfigValue* ObjectReader::member(std::string_view key) {
  known_.emplace_back(key);
  return object_.find(key);
}

Result<const ConfigValue*> ObjectReader::object(std::string_view key) {
  const ConfigValue* const value = member(key);
  if (value != nullptr && value->kind != Kind::kObject) {
    return wrong_type(key, *value, "an object");
  }
  return value;
}

Result<std::optional<std::string>> ObjectReader::string(std::string_view key) {
  const ConfigValue* value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::kString) {
    return wrong_type(key, *value, "a string");
  }
  return value->text;
}

Result<std::optional<std::vector<std::string>>> ObjectReader::strings(
    std::string_view key) {
  const ConfigValue* const value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != Kind::kArray) {
    return wrong_type(key, *value, "an array of strings");
  }
  std::vector<std::string> result;
  for (std::size_t i = 0; i < value->members.size(); ++i) {
    const ConfigValue& item = value->members[i];
    if (item.kind == Kind::kString && !item.text.empty()) {
      result.push_back(item.text);
      continue;
    }
    return invalid_config(
        file_, fmt::format("{}/{}: expected a string that is not empty",
                           below(pointer_, key), i));
  }
  return result;
}

Result<std::optional<std::uint64_t>> ObjectReader::number(std::string_view key,
                                                          std::uint64_t least,
                                                          std::uint64_t most) {
  const ConfigValue* const value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->number && *value->number >= least && *value->number <= most) {
    return value->number;
  }
  return invalid_config(file_,
                        fmt::format("{}: expected a whole number from {} to {}",
                                    below(pointer_, key), least, most));
}

Result<std::optional<std::chrono::milliseconds>> ObjectReader::duration(
    std::string_view key) {
  const ConfigValue* const value = member(key);
  if (value == nullptr) return std::nullopt;
  const auto time =
      value->kind == Kind::kString ? parse_duration(value->text) : std::nullopt;
  if (time) return time;
  return invalid_config(
      file_, fmt::format("{}: expected a time", below(pointer_, key)),
      "a number and ms, s, m or h, as in \"30s\"; a day at most");
}

Result<std::optional<bool>> ObjectReader::boolean(std::string_view key) {
  const ConfigValue* const value = member(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kBoolean) return value->truth;
  return wrong_type(key, *value, "true or false");
}

Result<std::filesystem::path> ObjectReader::path(std::string_view key) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> text, string(key));
  if (!text) return std::filesystem::path();
  if (text->empty() || text->find('\0') != std::string::npos) {
    return invalid_config(file_, fmt::format("{}: expected the path of a file",
                                             below(pointer_, key)));
  }
  return path_in(folder_part(file_.native()), *text);
}

tl::unexpected<Error> ObjectReader::wrong_type(
    std::string_view key, const ConfigValue& value,
    std::string_view expected) const {
  return invalid_config(
      file_, fmt::format("{}: expected {}, not {}", below(pointer_, key),
                         expected, type_name(value)));
}

Result<void> ObjectReader::refuse_others() const {
  for (const ConfigValue& member : object_.members) {
    const std::string& key = member.name;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) {
      continue;
    }
    const std::optional<std::string> meant = nearest(key, known_);
    return invalid_config(
        file_,
        fmt::format("{}: unknown key \"{}\"", pointer_.empty() ? "/" : pointer_,
                    key),
        meant ? fmt::format("did you mean \"{}\"?", *meant)
              : fmt::format("known keys: {}", fmt::join(known_, ", ")));
  }
  return {};
}

}  // namespace sotto
