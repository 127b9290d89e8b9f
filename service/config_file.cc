// SPDX-License-Identifier: Apache-2.0
//
// The text of sotto.json -> Config.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/edit_distance.h"
#include "base/guarded.h"
#include "service/config.h"
#include "service/config_json.h"
#include "service/normal_path.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;

tl::unexpected<Error> invalid(const std::filesystem::path& file,
                              std::string_view message, std::string hint = {}) {
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("{}: {}", file.native(), message), std::move(hint));
}

// The path from the root to a value, as a JSON pointer.
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

// Reads the members of one object, each at most once, and then refuses those
// that nobody asked for.
class ObjectReader {
 public:
  ObjectReader(const std::filesystem::path& file, const ConfigValue& object,
               std::string pointer)
      : file_(file), object_(object), pointer_(std::move(pointer)) {}

  // The member of that name, or null.
  const ConfigValue* member(std::string_view key) {
    known_.emplace_back(key);
    return object_.find(key);
  }

  Result<std::optional<std::string>> string(std::string_view key) {
    const ConfigValue* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (value->kind != Kind::kString) {
      return wrong_type(key, *value, "a string");
    }
    return value->text;
  }

  // A path, relative to the folder of the file.
  Result<std::filesystem::path> path(std::string_view key) {
    SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> text, string(key));
    if (!text) return std::filesystem::path();
    if (text->empty() || text->find('\0') != std::string::npos) {
      return invalid(file_, fmt::format("{}: expected the path of a file",
                                        below(pointer_, key)));
    }
    return path_in(folder_part(file_.native()), *text);
  }

  tl::unexpected<Error> wrong_type(std::string_view key,
                                   const ConfigValue& value,
                                   std::string_view expected) const {
    return invalid(file_,
                   fmt::format("{}: expected {}, not {}", below(pointer_, key),
                               expected, type_name(value)));
  }

  Result<void> refuse_others() const {
    for (const ConfigValue& member : object_.members) {
      const std::string& key = member.name;
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) {
        continue;
      }
      const std::optional<std::string> meant = nearest(key, known_);
      return invalid(
          file_,
          fmt::format("{}: unknown key \"{}\"",
                      pointer_.empty() ? "/" : pointer_, key),
          meant ? fmt::format("did you mean \"{}\"?", *meant)
                : fmt::format("known keys: {}", fmt::join(known_, ", ")));
    }
    return {};
  }

  static std::string_view type_name(const ConfigValue& value) {
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

 private:
  const std::filesystem::path& file_;
  const ConfigValue& object_;
  std::string pointer_;
  std::vector<std::string> known_;
};

// The types of stores to come; a configuration that names one is well-formed.
constexpr std::array<std::string_view, 2> kLaterTypes{"vault", "azure"};

Result<StoreConfig> parse_store(const std::filesystem::path& file,
                                const ConfigValue& json) {
  const std::string& name = json.name;
  const std::string pointer = below("/stores", name);
  if (!is_name(name)) {
    return invalid(
        file, fmt::format("/stores: \"{}\" is not the name of a store", name),
        std::string(kNameRule));
  }
  if (json.kind != Kind::kObject) {
    return invalid(file, fmt::format("{}: expected an object, not {}", pointer,
                                     ObjectReader::type_name(json)));
  }
  ObjectReader reader(file, json, pointer);
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> type,
                         reader.string("type"));
  if (!type) {
    return invalid(file, fmt::format("{}: \"type\" is missing", pointer),
                   "add \"type\": \"local\"");
  }
  if (std::find(kLaterTypes.begin(), kLaterTypes.end(), *type) !=
      kLaterTypes.end()) {
    return invalid(
        file,
        fmt::format("{}/type: stores of type \"{}\" are not supported by this "
                    "version",
                    pointer, *type),
        "use a store of type \"local\"");
  }
  if (*type != "local") {
    return invalid(file,
                   fmt::format("{}/type: unknown type \"{}\"", pointer, *type),
                   "known types: local");
  }
  StoreConfig store;
  store.name = name;
  SOTTO_ASSIGN_OR_RETURN(store.path, reader.path("path"));
  SOTTO_ASSIGN_OR_RETURN(store.key_file, reader.path("key_file"));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  if (store.path.empty()) {
    return invalid(file, fmt::format("{}: \"path\" is missing", pointer),
                   "add \"path\": \".sotto/store.db\"");
  }
  return store;
}

Result<std::vector<StoreConfig>> parse_stores(const std::filesystem::path& file,
                                              ObjectReader& reader) {
  std::vector<StoreConfig> stores;
  const ConfigValue* json = reader.member("stores");
  if (json == nullptr) return stores;
  if (json->kind != Kind::kObject) {
    return reader.wrong_type("stores", *json, "an object");
  }
  for (const ConfigValue& member : json->members) {
    SOTTO_ASSIGN_OR_RETURN(StoreConfig store, parse_store(file, member));
    stores.push_back(std::move(store));
  }
  return stores;
}

Result<Scope> parse_scope(const std::filesystem::path& file,
                          ObjectReader& reader) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                         reader.string("scope"));
  if (!text) return Scope::platform();
  auto scope = Scope::parse(*text);
  if (!scope) {
    if (scope.error().code == ErrorCode::kNoMemory) return scope;
    return invalid(file, fmt::format("/scope: {}", scope.error().message),
                   scope.error().hint);
  }
  return *scope;
}

Result<bool> parse_strict_memory(ObjectReader& reader) {
  const ConfigValue* const value = reader.member("strict_memory");
  if (value == nullptr) return false;
  if (value->kind == Kind::kBoolean) return value->truth;
  return reader.wrong_type("strict_memory", *value, "true or false");
}

Result<bool> parse_mode(const std::filesystem::path& file,
                        ObjectReader& reader) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> mode,
                         reader.string("mode"));
  if (!mode || *mode == "production") return false;
  if (*mode == "development") return true;
  return invalid(file, fmt::format("/mode: unknown mode \"{}\"", *mode),
                 "known modes: production, development");
}

Result<Config> read_config(const std::filesystem::path& file,
                           std::string_view text) {
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue json, parse_config_json(file, text));
  if (json.kind != Kind::kObject) {
    return invalid(file, fmt::format("expected an object, not {}",
                                     ObjectReader::type_name(json)));
  }
  ObjectReader reader(file, json, "");
  Config config;
  config.file = file;
  SOTTO_ASSIGN_OR_RETURN(config.scope, parse_scope(file, reader));
  SOTTO_ASSIGN_OR_RETURN(config.stores, parse_stores(file, reader));
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> default_store,
                         reader.string("default_store"));
  SOTTO_ASSIGN_OR_RETURN(config.catalog, reader.path("catalog"));
  SOTTO_ASSIGN_OR_RETURN(config.development, parse_mode(file, reader));
  SOTTO_ASSIGN_OR_RETURN(config.strict_memory, parse_strict_memory(reader));
  SOTTO_ASSIGN_OR_RETURN(config.overrides, reader.path("overrides"));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());

  if (default_store) {
    if (config.find_store(*default_store) == nullptr) {
      return invalid(file, fmt::format("/default_store: there is no store "
                                       "\"{}\" in \"stores\"",
                                       *default_store));
    }
    config.default_store = *default_store;
  } else if (config.stores.size() == 1) {
    config.default_store = config.stores.front().name;
  }
  if (config.catalog.empty()) {
    config.catalog = path_in(folder_part(file.native()), ".sotto/catalog.db");
  }
  if (config.overrides.empty()) {
    config.overrides =
        path_in(folder_part(file.native()), ".sotto/overrides.env");
  }
  return config;
}

}  // namespace

const StoreConfig* Config::find_store(std::string_view name) const {
  for (const StoreConfig& store : stores) {
    if (store.name == name) return &store;
  }
  return nullptr;
}

Result<Config> parse_config(const std::filesystem::path& file,
                            std::string_view text) {
  return guarded([&] { return read_config(file, text); });
}

std::string default_config_text(const Scope& scope, bool with_key_file) {
  return fmt::format(
      R"({{
  "scope": "{}",
  "stores": {{
    "local": {{"type": "local", "path": ".sotto/store.db"{}}}
  }},
  "default_store": "local",
  "catalog": ".sotto/catalog.db"
}}
)",
      to_string(scope), with_key_file ? R"(, "key_file": ".sotto/key")" : "");
}

}  // namespace sotto
