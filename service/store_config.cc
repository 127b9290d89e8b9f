// SPDX-License-Identifier: Apache-2.0

#include "service/store_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/edit_distance.h"
#include "store/http/client.h"

namespace sotto {
namespace {

using Kind = ConfigValue::Kind;

constexpr std::uint64_t kMostCalls = 1024;
constexpr std::uint64_t kMostCacheBytes = 1u << 30;

// "{pointer}: {what}"
tl::unexpected<Error> wrong(const ObjectReader& reader,
                            std::string_view pointer, std::string_view what,
                            std::string hint = {}) {
  return invalid_config(reader.file(), fmt::format("{}: {}", pointer, what),
                        std::move(hint));
}

// A member that is a secret, and where that belongs instead.
struct Credential {
  std::string_view member;
  std::string_view place;
};

constexpr std::array kCredentials{
    Credential{"token",
               "put it into a file of mode 0600 and name that as "
               "\"token_file\", or set VAULT_TOKEN"},
    Credential{"secret_id",
               "put it into a file of mode 0600 and name that as "
               "\"secret_id_file\""},
    Credential{"password",
               "leave it out to be asked, or put it into a file "
               "of mode 0600 and name that as \"password_file\""},
    Credential{"jwt", "put it into a file and name that as \"jwt_file\""},
};

Result<void> refuse_credentials(ObjectReader& reader) {
  for (const Credential& each : kCredentials) {
    if (!reader.has(each.member)) continue;
    return wrong(reader, reader.pointer_to(each.member),
                 "a credential does not belong in a configuration",
                 std::string(each.place));
  }
  return {};
}

struct Method {
  std::string_view name;
  VaultMethod method;
  std::string_view role;  // The member that says who; empty: none does.
  std::string_view file;  // The one that says where the credential is.
};

constexpr std::array kMethods{
    Method{"token", VaultMethod::kToken, "", "token_file"},
    Method{"approle", VaultMethod::kAppRole, "role_id", "secret_id_file"},
    Method{"jwt", VaultMethod::kJwt, "role", "jwt_file"},
    Method{"kubernetes", VaultMethod::kKubernetes, "role", "jwt_file"},
    Method{"userpass", VaultMethod::kUserpass, "username", "password_file"},
};

Result<const Method*> parse_method(ObjectReader& reader) {
  SOTTO_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                         reader.string("method"));
  const std::string_view wanted = name ? std::string_view(*name) : "token";
  const auto* const found = std::ranges::find(kMethods, wanted, &Method::name);
  if (found != kMethods.end()) return found;
  std::vector<std::string> known;
  for (const Method& method : kMethods) known.emplace_back(method.name);
  return wrong(reader, reader.pointer_to("method"),
               fmt::format("unknown method \"{}\"", wanted),
               fmt::format("known methods: {}", fmt::join(known, ", ")));
}

Result<VaultAuth> parse_auth(ObjectReader& store) {
  VaultAuth auth;
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, store.object("auth"));
  if (json == nullptr) return auth;
  ObjectReader reader(store.file(), *json, store.pointer_to("auth"));
  SOTTO_RETURN_IF_ERROR(refuse_credentials(reader));
  SOTTO_ASSIGN_OR_RETURN(const Method* const method, parse_method(reader));
  auth.method = method->method;
  SOTTO_ASSIGN_OR_RETURN(const auto mount, reader.string("mount"));
  auth.mount = mount.value_or("");
  SOTTO_ASSIGN_OR_RETURN(auth.file, reader.path(method->file));
  if (!method->role.empty()) {
    SOTTO_ASSIGN_OR_RETURN(const auto role, reader.string(method->role));
    if (!role || role->empty()) {
      return wrong(reader, reader.pointer(),
                   fmt::format("\"{}\" is missing", method->role),
                   fmt::format("the method \"{}\" needs it", method->name));
    }
    (method->role == "username" ? auth.user : auth.role) = *role;
  }
  if (auth.method == VaultMethod::kAppRole) {
    SOTTO_ASSIGN_OR_RETURN(const auto wrapped, reader.boolean("wrapped"));
    auth.wrapped = wrapped.value_or(false);
  }
  if (auth.method == VaultMethod::kJwt && auth.file.empty()) {
    return wrong(reader, reader.pointer(), "\"jwt_file\" is missing",
                 "name the file that holds the JWT");
  }
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  return auth;
}

// {"org/acme": {"github": "legacy/github"}}
Result<void> parse_paths(ObjectReader& store, VaultOptions& options) {
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, store.object("paths"));
  if (json == nullptr) return {};
  for (const ConfigValue& groups : json->members) {
    const std::string pointer = below(store.pointer_to("paths"), groups.name);
    auto scope = Scope::parse(groups.name);
    if (!scope) {
      return wrong(store, store.pointer_to("paths"), scope.error().message,
                   scope.error().hint);
    }
    if (groups.kind != Kind::kObject) {
      return wrong(
          store, pointer,
          fmt::format("expected an object, not {}", type_name(groups)));
    }
    for (const ConfigValue& path : groups.members) {
      if (!is_name(path.name)) {
        return wrong(
            store, pointer,
            fmt::format("\"{}\" is not the name of a group", path.name),
            std::string(kNameRule));
      }
      if (path.kind != Kind::kString) {
        return wrong(store, below(pointer, path.name),
                     fmt::format("expected a string, not {}", type_name(path)));
      }
      options.paths.emplace(std::pair(*scope, path.name), path.text);
    }
  }
  return {};
}

Result<CacheLimits> parse_cache(ObjectReader& store) {
  CacheLimits limits;
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json, store.object("cache"));
  if (json == nullptr) return limits;
  ObjectReader reader(store.file(), *json, store.pointer_to("cache"));
  SOTTO_ASSIGN_OR_RETURN(const auto soft, reader.duration("soft"));
  SOTTO_ASSIGN_OR_RETURN(const auto hard, reader.duration("hard"));
  SOTTO_ASSIGN_OR_RETURN(const auto bytes,
                         reader.number("bytes", 0, kMostCacheBytes));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  limits.hard =
      hard.value_or(std::max(limits.hard, soft.value_or(limits.soft)));
  limits.soft = soft.value_or(std::min(limits.soft, limits.hard));
  limits.bytes = bytes.value_or(limits.bytes);
  if (limits.soft > limits.hard) {
    return wrong(reader, reader.pointer(), "\"soft\" is longer than \"hard\"",
                 "after the one a value is asked for anew, after the other it "
                 "is not answered any more");
  }
  return limits;
}

// As it is to be written; empty for one that is not there.
Result<std::string> parse_address(ObjectReader& reader) {
  SOTTO_ASSIGN_OR_RETURN(const auto text, reader.string("address"));
  if (!text) return std::string();
  auto origin = normal_origin(*text);
  if (origin) return origin;
  return wrong(reader, reader.pointer_to("address"), origin.error().message,
               origin.error().hint);
}

Result<std::vector<std::string>> parse_addresses(ObjectReader& reader) {
  std::vector<std::string> addresses;
  SOTTO_ASSIGN_OR_RETURN(const auto texts, reader.strings("addresses"));
  if (!texts) return addresses;
  for (const std::string& text : *texts) {
    auto origin = normal_origin(text);
    if (!origin) {
      return wrong(reader,
                   fmt::format("{}/{}", reader.pointer_to("addresses"),
                               addresses.size()),
                   origin.error().message, origin.error().hint);
    }
    addresses.push_back(*std::move(origin));
  }
  return addresses;
}

Result<void> parse_place(ObjectReader& reader, VaultOptions& options) {
  SOTTO_ASSIGN_OR_RETURN(options.address, parse_address(reader));
  SOTTO_ASSIGN_OR_RETURN(options.other_addresses, parse_addresses(reader));
  SOTTO_ASSIGN_OR_RETURN(const auto name_space, reader.string("namespace"));
  options.name_space = name_space.value_or("");
  SOTTO_ASSIGN_OR_RETURN(const auto mount, reader.string("mount"));
  options.mount = mount.value_or(options.mount);
  SOTTO_ASSIGN_OR_RETURN(const auto prefix, reader.string("prefix"));
  options.prefix = prefix.value_or(options.prefix);
  return parse_paths(reader, options);
}

Result<VaultConfig> parse_vault(const std::string& name, ObjectReader& reader) {
  VaultConfig vault;
  VaultOptions& options = vault.options;
  options.name = name;
  SOTTO_RETURN_IF_ERROR(refuse_credentials(reader));
  SOTTO_RETURN_IF_ERROR(parse_place(reader, options));
  SOTTO_ASSIGN_OR_RETURN(options.auth, parse_auth(reader));
  SOTTO_ASSIGN_OR_RETURN(options.ca_file, reader.path("ca_file"));
  SOTTO_ASSIGN_OR_RETURN(options.client_cert, reader.path("client_cert"));
  SOTTO_ASSIGN_OR_RETURN(options.client_key, reader.path("client_key"));
  if (options.client_cert.empty() != options.client_key.empty()) {
    return wrong(reader, reader.pointer(),
                 "expected \"client_cert\" and \"client_key\", or neither");
  }
  SOTTO_ASSIGN_OR_RETURN(const auto calls,
                         reader.number("max_calls", 1, kMostCalls));
  options.max_calls = calls.value_or(options.max_calls);
  SOTTO_ASSIGN_OR_RETURN(vault.cache, parse_cache(reader));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  return vault;
}

Result<StoreConfig> parse_local(ObjectReader& reader) {
  StoreConfig store;
  SOTTO_ASSIGN_OR_RETURN(store.path, reader.path("path"));
  SOTTO_ASSIGN_OR_RETURN(store.key_file, reader.path("key_file"));
  SOTTO_RETURN_IF_ERROR(reader.refuse_others());
  if (store.path.empty()) {
    return wrong(reader, reader.pointer(), "\"path\" is missing",
                 "add \"path\": \".sotto/store.db\"");
  }
  return store;
}

Result<StoreConfig> parse_typed(const std::string& name,
                                const std::string& type, ObjectReader& reader) {
  if (type == "local") return parse_local(reader);
  if (type == "vault") {
    StoreConfig store;
    SOTTO_ASSIGN_OR_RETURN(store.vault, parse_vault(name, reader));
    return store;
  }
  const std::string pointer = reader.pointer_to("type");
  // To come; a configuration that names it is well-formed.
  if (type == "azure") {
    return wrong(reader, pointer,
                 "stores of type \"azure\" are not supported by this version",
                 "use a store of type \"local\" or \"vault\"");
  }
  return wrong(reader, pointer, fmt::format("unknown type \"{}\"", type),
               "known types: local, vault");
}

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
    return wrong(reader, pointer, "\"type\" is missing",
                 "add \"type\": \"local\"");
  }
  SOTTO_ASSIGN_OR_RETURN(StoreConfig store, parse_typed(name, *type, reader));
  store.name = name;
  return store;
}

}  // namespace

Result<std::vector<StoreConfig>> parse_stores(const std::filesystem::path& file,
                                              ObjectReader& reader) {
  std::vector<StoreConfig> stores;
  SOTTO_ASSIGN_OR_RETURN(const ConfigValue* const json,
                         reader.object("stores"));
  if (json == nullptr) return stores;
  for (const ConfigValue& member : json->members) {
    SOTTO_ASSIGN_OR_RETURN(StoreConfig store, parse_store(file, member));
    stores.push_back(std::move(store));
  }
  return stores;
}

}  // namespace sotto
