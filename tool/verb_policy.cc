// SPDX-License-Identifier: Apache-2.0
//
// sotto policy vault|azure

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/azure/names.h"
#include "store/azure/policy.h"
#include "store/vault/policy.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// The store that a policy is for: --store, or the only one of its type.
Result<const StoreConfig*> vault_of(const Config& config,
                                    const Options& options) {
  std::vector<const StoreConfig*> vaults;
  for (const StoreConfig& store : config.stores) {
    if (store.vault) vaults.push_back(&store);
  }
  if (options.store) {
    const StoreConfig* const named = config.find_store(*options.store);
    if (named->vault) return named;
    return fail(
        ErrorCode::kUsage,
        fmt::format("the store \"{}\" is not of type \"vault\"", named->name));
  }
  if (vaults.size() == 1) return vaults.front();
  if (vaults.empty()) {
    return fail(ErrorCode::kInvalidConfig,
                "no store of type \"vault\" is configured",
                "add one to \"stores\", or run \"sotto init --store vault\"");
  }
  return fail(ErrorCode::kUsage, "there are several stores of type \"vault\"",
              "name one with --store");
}

// Where the references of a document are in that store, or may be. None if it
// cannot be rendered, which was said.
Result<std::optional<std::set<VaultGrant>>> grants_of(
    const Call& call, Engine& engine, const std::string& operand,
    const ParseOptions& parse, const StoreConfig& vault) {
  SOTTO_ASSIGN_OR_RETURN(const Document document,
                         parse_document(call, operand, parse));
  report(call, document.source(), document.parsed.diagnostics());
  if (!document.parsed.ok()) return std::nullopt;
  SOTTO_ASSIGN_OR_RETURN(const Plan plan, engine.plan(document.parsed));
  std::set<VaultGrant> grants;
  for (const PlannedRef& planned : plan.refs) {
    for (const Place& place : planned.places) {
      if (place.store != vault.name) continue;
      grants.insert({place.scope, planned.ref.group, place.path});
    }
  }
  return grants;
}

// The names under which a Key Vault would be asked for the references of a
// document. None if it cannot be rendered, which was said.
Result<std::optional<std::set<std::string>>> azure_names_of(
    const Call& call, const Scope& scope, const std::string& operand,
    const ParseOptions& parse) {
  SOTTO_ASSIGN_OR_RETURN(const Document document,
                         parse_document(call, operand, parse));
  report(call, document.source(), document.parsed.diagnostics());
  if (!document.parsed.ok()) return std::nullopt;
  std::set<std::string> names;
  for (const SecretRef& ref : document.parsed.references()) {
    for (const Scope& each : scope.lookup_order()) {
      SOTTO_ASSIGN_OR_RETURN(std::string name, azure_secret_name(each, ref));
      names.insert(std::move(name));
    }
  }
  return names;
}

}  // namespace

Result<int> run_policy_vault(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const StoreConfig* const vault,
                         vault_of(engine.config(), call.options));
  std::set<VaultGrant> grants;
  int status = 0;
  for (const std::string& operand : call.options.operands) {
    SOTTO_ASSIGN_OR_RETURN(auto found,
                           grants_of(call, engine, operand, parse, *vault));
    if (!found) status = 1;
    if (found) grants.merge(*found);
  }
  if (status != 0) return status;
  const std::vector<VaultGrant> groups(grants.begin(), grants.end());
  SOTTO_ASSIGN_OR_RETURN(
      const std::string policy,
      vault_policy(vault->vault->options, groups,
                   {.write = call.options.write, .list = call.options.sync}));
  if (policy.empty()) {
    call.terminal.warn(fmt::format(
        "nothing in these documents is in the store \"{}\"", vault->name));
  }
  SOTTO_RETURN_IF_ERROR(call.terminal.write(policy));
  return 0;
}

Result<int> run_policy_azure(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  if (!call.options.vault) {
    return fail(ErrorCode::kUsage, "no Key Vault is named",
                "name it with --vault NAME");
  }
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(call));
  std::set<std::string> all;
  int status = 0;
  for (const std::string& operand : call.options.operands) {
    SOTTO_ASSIGN_OR_RETURN(auto found,
                           azure_names_of(call, config.scope, operand, parse));
    if (!found) status = 1;
    if (found) all.merge(*found);
  }
  if (status != 0) return status;
  const std::vector<std::string> names(all.begin(), all.end());
  SOTTO_ASSIGN_OR_RETURN(
      const std::string policy,
      azure_policy(*call.options.vault, names,
                   {.write = call.options.write,
                    .whole_vault = call.options.access_policy}));
  if (policy.empty()) {
    call.terminal.warn("nothing in these documents is a reference");
  }
  SOTTO_RETURN_IF_ERROR(call.terminal.write(policy));
  return 0;
}

}  // namespace sotto::tool
