// SPDX-License-Identifier: Apache-2.0
//
// The text of sotto.json -> Config.

#include <fmt/format.h>

#include "base/guarded.h"
#include "service/config.h"
#include "service/config_json.h"
#include "service/config_reader.h"
#include "service/group_config.h"
#include "service/lint_table.h"
#include "service/normal_path.h"
#include "service/store_config.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;

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
  SOTTO_ASSIGN_OR_RETURN(const std::optional<bool> strict,
                         reader.boolean("strict_memory"));
  return strict.value_or(false);
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
  SOTTO_ASSIGN_OR_RETURN(config.groups,
                         parse_group_schemas(file, text, reader));
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

std::string vault_config_text(const Scope& scope, std::string_view address) {
  return fmt::format(
      R"({{
  "scope": "{}",
  "stores": {{
    "vault": {{"type": "vault", "address": "{}"}}
  }},
  "default_store": "vault",
  "catalog": ".sotto/catalog.db"
}}
)",
      to_string(scope), address);
}

}  // namespace sotto
