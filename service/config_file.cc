// SPDX-License-Identifier: Apache-2.0
//
// The text of sotto.json -> Config.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/guarded.h"
#include "service/config.h"
#include "service/config_json.h"
#include "service/config_reader.h"
#include "service/lint_table.h"
#include "service/normal_path.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;

// The types of stores to come; a configuration that names one is well-formed.
constexpr std::array<std::string_view, 2> kLaterTypes{"vault", "azure"};

Result<StoreConfig> parse_store(const std::filesystem::path& file,
                                const ConfigValue& json) {
  const std::string& name = json.name;
  const std::string pointer = below("/stores", name);
  if (!is_name(name)) {
    return invalid_config(
        file, fmt::format("/stores: \"{}\" is not the name of a store", name),
        std::string(kNameRule));
  }
  if (json.kind != Kind::kObject) {
    return invalid_config(file, fmt::format("{}: expected an object, not {}",
                                            pointer, type_name(json)));
  }
  ObjectReader reader(file, json, pointer);
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> type,
                         reader.string("type"));
  if (!type) {
    return invalid_config(file, fmt::format("{}: \"type\" is missing", pointer),
                          "add \"type\": \"local\"");
  }
  if (std::find(kLaterTypes.begin(), kLaterTypes.end(), *type) !=
      kLaterTypes.end()) {
    return invalid_config(
        file,
        fmt::format("{}/type: stores of type \"{}\" are not supported by this "
                    "version",
                    pointer, *type),
        "use a store of type \"local\"");
  }
  if (*type != "local") {
    return invalid_config(
        file, fmt::format("{}/type: unknown type \"{}\"", pointer, *type),
        "known types: local");
  }
  StoreConfig store;
  store.name = name;
  SOTTO_ASSIGN_OR_RETURN(store.path, reader.path("path"));
  SOTTO_ASSIGN_OR_RETURN(store.key_file, reader.path("key_file"));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  if (store.path.empty()) {
    return invalid_config(file, fmt::format("{}: \"path\" is missing", pointer),
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
    return invalid_config(file,
                          fmt::format("/scope: {}", scope.error().message),
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
  return invalid_config(file, fmt::format("/mode: unknown mode \"{}\"", *mode),
                        "known modes: production, development");
}

Result<Config> read_config(const std::filesystem::path& file,
                           std::string_view text) {
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue json, parse_config_json(file, text));
  if (json.kind != Kind::kObject) {
    return invalid_config(
        file, fmt::format("expected an object, not {}", type_name(json)));
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
  SOTTO_ASSIGN_OR_RETURN(config.lint, parse_lint_table(file, reader));
  SOTTO_ASSIGN_OR_RETURN(config.groups, parse_group_schemas(file, reader));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());

  if (default_store) {
    if (config.find_store(*default_store) == nullptr) {
      return invalid_config(file,
                            fmt::format("/default_store: there is no store "
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
