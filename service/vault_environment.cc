// SPDX-License-Identifier: Apache-2.0

#include "service/vault_environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "service/normal_path.h"
#include "store/http/client.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

// One that is set to nothing counts as not set.
std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::vector<VaultOptions*> vaults_of(Config& config) {
  std::vector<VaultOptions*> vaults;
  for (StoreConfig& store : config.stores) {
    if (store.vault) vaults.push_back(&store.vault->options);
  }
  return vaults;
}

Result<std::string> address_in(std::string_view name, std::string_view text) {
  auto origin = normal_origin(text);
  if (origin) return origin;
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("{}: {}", name, origin.error().message),
              origin.error().hint);
}

// A variable of ours, which means one store; none if it is not set.
Result<std::optional<std::string>> own_variable(const char* name,
                                                std::size_t vaults) {
  auto value = variable(name);
  if (value && vaults > 1) {
    return fail(
        ErrorCode::kInvalidConfig,
        fmt::format("{}: there are {} stores of type \"vault\"", name, vaults),
        "say it in sotto.json, where each has its own");
  }
  return value;
}

Result<void> apply_own(VaultOptions& vault, std::size_t vaults) {
  SOTTO_ASSIGN_OR_RETURN(const auto address,
                         own_variable("SOTTO_VAULT_ADDR", vaults));
  if (address) {
    SOTTO_ASSIGN_OR_RETURN(vault.address,
                           address_in("SOTTO_VAULT_ADDR", *address));
  }
  SOTTO_ASSIGN_OR_RETURN(auto name_space,
                         own_variable("SOTTO_VAULT_NAMESPACE", vaults));
  if (name_space) vault.name_space = *std::move(name_space);
  SOTTO_ASSIGN_OR_RETURN(const auto ca_file,
                         own_variable("SOTTO_VAULT_CACERT", vaults));
  if (ca_file) vault.ca_file = fs::absolute(*ca_file);
  return {};
}

// What Vault's own users have set already.
Result<void> apply_defaults(VaultOptions& vault) {
  const auto address = variable("VAULT_ADDR");
  if (vault.address.empty() && address) {
    SOTTO_ASSIGN_OR_RETURN(vault.address, address_in("VAULT_ADDR", *address));
  }
  if (vault.name_space.empty()) {
    vault.name_space = variable("VAULT_NAMESPACE").value_or("");
  }
  const auto ca_file = variable("VAULT_CACERT");
  if (vault.ca_file.empty() && ca_file) vault.ca_file = fs::absolute(*ca_file);
  const auto cert = variable("VAULT_CLIENT_CERT");
  const auto key = variable("VAULT_CLIENT_KEY");
  if (vault.client_cert.empty() && cert && key) {
    vault.client_cert = fs::absolute(*cert);
    vault.client_key = fs::absolute(*key);
  }
  return {};
}

// As Go's strconv.ParseBool has it, which Vault's own client uses.
bool is_true(std::string_view text) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  return std::ranges::find(kTrue, text) != std::end(kTrue);
}

Result<void> refuse_unverified() {
  if (!is_true(variable("VAULT_SKIP_VERIFY").value_or(""))) return {};
  return fail(ErrorCode::kInvalidConfig,
              "VAULT_SKIP_VERIFY is set, and certificates are always verified",
              "unset it, and name the certificate of your own authority in "
              "VAULT_CACERT or \"ca_file\"");
}

// A credential from the environment; of an embedder's too, which has not taken
// it out.
std::optional<Result<SecretString>> find_credential(
    const Credentials& credentials, const char* name) {
  const auto taken = credentials.find(name);
  if (taken != credentials.end()) {
    if (taken->second.empty()) return std::nullopt;
    return taken->second.clone();
  }
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return SecretString::copy_of(value);
}

// Asks the environment each time, so that a value lives where it is needed.
bool takes_from(const Credentials& credentials, const char* name,
                VaultAuth& auth) {
  if (!find_credential(credentials, name)) return false;
  auth.file.clear();
  auth.ask = [&credentials, name]() -> Result<SecretString> {
    return *find_credential(credentials, name);
  };
  return true;
}

// May the token that `whose` names go to the store? It is the server's that
// VAULT_ADDR names; without that variable, the only one's that is configured.
Result<void> check_addressee(const Config& config, const VaultOptions& vault,
                             std::string_view whose) {
  constexpr std::string_view kHint =
      "set SOTTO_VAULT_TOKEN, or name a file in \"token_file\"";
  if (const auto text = variable("VAULT_ADDR")) {
    SOTTO_ASSIGN_OR_RETURN(const std::string address,
                           address_in("VAULT_ADDR", *text));
    if (address == vault.address) return {};
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{} is for the server that VAULT_ADDR names, and "
                            "store \"{}\" is another",
                            whose, vault.name),
                std::string(kHint));
  }
  for (const StoreConfig& store : config.stores) {
    if (!store.vault || store.vault->options.address == vault.address) continue;
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{} may be for another server than that of store "
                            "\"{}\"",
                            whose, vault.name),
                "give each store a \"token_file\" of its own, or set "
                "VAULT_ADDR");
  }
  return {};
}

std::optional<fs::path> token_helper_file() {
  const auto home = variable("HOME");
  if (!home || home->front() != '/') return std::nullopt;
  fs::path file = path_in(*home, ".vault-token");
  if (::access(file.c_str(), F_OK) != 0) return std::nullopt;
  return file;
}

std::function<Result<SecretString>()> nothing_to_give(const VaultOptions& vault,
                                                      std::string_view what,
                                                      std::string_view hint) {
  return [name = vault.name, what, hint]() -> Result<SecretString> {
    return fail(
        ErrorCode::kForbidden,
        fmt::format("store \"{}\" needs {}, and there is none", name, what),
        std::string(hint));
  };
}

Result<void> choose_token(const Config& config, const Credentials& credentials,
                          VaultOptions& vault) {
  VaultAuth& auth = vault.auth;
  if (takes_from(credentials, "SOTTO_VAULT_TOKEN", auth)) return {};
  if (!auth.file.empty()) {
    auth.method = VaultMethod::kTokenFile;
    return {};
  }
  if (takes_from(credentials, "VAULT_TOKEN", auth)) {
    return check_addressee(config, vault, "VAULT_TOKEN");
  }
  if (const auto file = token_helper_file()) {
    auth.method = VaultMethod::kTokenFile;
    auth.file = *file;
    return check_addressee(config, vault,
                           fmt::format("\"{}\"", file->native()));
  }
  auth.ask = nothing_to_give(
      vault, "a token",
      "set VAULT_TOKEN, run \"vault login\", or name another method in "
      "\"auth\"");
  return {};
}

Result<void> choose_credential(const Config& config,
                               const Credentials& credentials,
                               const AskPassword& ask, VaultOptions& vault) {
  VaultAuth& auth = vault.auth;
  switch (auth.method) {
    case VaultMethod::kToken:
    case VaultMethod::kTokenFile:
      return choose_token(config, credentials, vault);
    case VaultMethod::kAppRole:
      if (takes_from(credentials, "SOTTO_VAULT_SECRET_ID", auth)) return {};
      if (!auth.file.empty()) return {};
      auth.ask = nothing_to_give(
          vault, "a secret id",
          "name a file in \"secret_id_file\", or set SOTTO_VAULT_SECRET_ID");
      return {};
    case VaultMethod::kUserpass:
      if (takes_from(credentials, "SOTTO_VAULT_PASSWORD", auth)) return {};
      if (!auth.file.empty()) return {};
      if (!ask) {
        auth.ask = nothing_to_give(vault, "a password",
                                   "name a file in \"password_file\"");
        return {};
      }
      auth.ask = [&ask, name = vault.name, user = auth.user] {
        return ask(name, user);
      };
      return {};
    case VaultMethod::kJwt:
    case VaultMethod::kKubernetes:
      return {};  // A file, always.
  }
  return {};
}

}  // namespace

Result<void> apply_vault_environment(Config& config) {
  const std::vector<VaultOptions*> vaults = vaults_of(config);
  for (VaultOptions* const vault : vaults) {
    SOTTO_RETURN_IF_ERROR(apply_own(*vault, vaults.size()));
    SOTTO_RETURN_IF_ERROR(apply_defaults(*vault));
  }
  return {};
}

Result<VaultOptions> vault_options(const Config& config,
                                   const StoreConfig& store,
                                   const Credentials& credentials,
                                   const AskPassword& ask) {
  SOTTO_RETURN_IF_ERROR(refuse_unverified());
  VaultOptions options = store.vault->options;
  if (options.address.empty()) {
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("store \"{}\" has no address", store.name),
                "add \"address\" to it, or set VAULT_ADDR");
  }
  SOTTO_RETURN_IF_ERROR(choose_credential(config, credentials, ask, options));
  return options;
}

}  // namespace sotto
