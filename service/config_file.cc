// SPDX-License-Identifier: Apache-2.0
//
// The text of sotto.json -> Config.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "base/edit_distance.h"
#include "base/guarded.h"
#include "base/source.h"
#include "service/config.h"

namespace sotto {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxConfigDepth = 32;

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

// The words of nlohmann's own errors are never used: they quote the input.
Result<Json> parse_json(const std::filesystem::path& file,
                        std::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string duplicate;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (static_cast<std::size_t>(depth) > kMaxConfigDepth) too_deep = true;
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && duplicate.empty() &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      duplicate = parsed.get<std::string>();
    }
    return !too_deep;
  };
  const auto deep = [&] {
    return invalid(file, "nested deeper than 32 levels");
  };
  if (text.size() > kMaxConfigBytes) {
    return invalid(file, "a configuration is at most 1 MiB");
  }
  try {
    Json json = Json::parse(text.begin(), text.end(), watch,
                            /*allow_exceptions=*/true,
                            /*ignore_comments=*/true);
    if (too_deep) return deep();
    if (!duplicate.empty()) {
      return invalid(
          file, fmt::format("the key \"{}\" stands there twice", duplicate),
          "keep one of them");
    }
    return json;
  } catch (const Json::parse_error& error) {
    if (too_deep) return deep();
    const Source source(file.native(), text);
    const Location at = source.location(
        std::min(error.byte == 0 ? 0 : error.byte - 1, text.size()));
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{}:{}:{}: this is not valid JSON", file.native(),
                            at.line, at.column),
                "comments are allowed, trailing commas are not");
  } catch (const Json::exception&) {
    return invalid(file, "this is not valid JSON");
  }
}

// Reads the members of one object, each at most once, and then refuses those
// that nobody asked for.
class ObjectReader {
 public:
  ObjectReader(const std::filesystem::path& file, const Json& object,
               std::string pointer)
      : file_(file), object_(object), pointer_(std::move(pointer)) {}

  // The member of that name, or null.
  const Json* member(std::string_view key) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  Result<std::optional<std::string>> string(std::string_view key) {
    const Json* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return wrong_type(key, *value, "a string");
    return value->get<std::string>();
  }

  // A path, relative to the folder of the file.
  Result<std::filesystem::path> path(std::string_view key) {
    SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> text, string(key));
    if (!text) return std::filesystem::path();
    if (text->empty() || text->find('\0') != std::string::npos) {
      return invalid(file_, fmt::format("{}: expected the path of a file",
                                        below(pointer_, key)));
    }
    return (file_.parent_path() / *text).lexically_normal();
  }

  tl::unexpected<Error> wrong_type(std::string_view key, const Json& value,
                                   std::string_view expected) const {
    return invalid(file_,
                   fmt::format("{}: expected {}, not {}", below(pointer_, key),
                               expected, type_name(value)));
  }

  Result<void> refuse_others() const {
    for (const auto& [key, value] : object_.items()) {
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

  static std::string_view type_name(const Json& value) {
    if (value.is_string()) return "a string";
    if (value.is_number()) return "a number";
    if (value.is_boolean()) return "true or false";
    if (value.is_array()) return "an array";
    if (value.is_object()) return "an object";
    return "null";
  }

 private:
  const std::filesystem::path& file_;
  const Json& object_;
  std::string pointer_;
  std::vector<std::string> known_;
};

// The types of stores to come; a configuration that names one is well-formed.
constexpr std::array<std::string_view, 2> kLaterTypes{"vault", "azure"};

Result<StoreConfig> parse_store(const std::filesystem::path& file,
                                const std::string& name, const Json& json) {
  const std::string pointer = below("/stores", name);
  if (!is_name(name)) {
    return invalid(
        file, fmt::format("/stores: \"{}\" is not the name of a store", name),
        std::string(kNameRule));
  }
  if (!json.is_object()) {
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
  const Json* json = reader.member("stores");
  if (json == nullptr) return stores;
  if (!json->is_object()) {
    return reader.wrong_type("stores", *json, "an object");
  }
  for (const auto& [name, value] : json->items()) {
    SOTTO_ASSIGN_OR_RETURN(StoreConfig store, parse_store(file, name, value));
    stores.push_back(std::move(store));
  }
  std::sort(stores.begin(), stores.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
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
  const Json* const value = reader.member("strict_memory");
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
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
  SOTTO_ASSIGN_OR_RETURN(const Json json, parse_json(file, text));
  if (!json.is_object()) {
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
    config.catalog = file.parent_path() / ".sotto" / "catalog.db";
  }
  if (config.overrides.empty()) {
    config.overrides = file.parent_path() / ".sotto" / "overrides.env";
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
