// SPDX-License-Identifier: Apache-2.0
//
// sotto policy vault|azure

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "resolver/store_notes.h"
#include "store/azure/names.h"
#include "store/azure/policy.h"
#include "store/vault/policy.h"
#include "tool/project_documents.h"
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

// All documents of a call. `status` is 0 if each can be rendered; else it was
// said what is wrong, and there is no policy: it would lack something.
struct Documents {
  std::vector<ReadDocument> all;
  int status = 0;
};

Result<Documents> read_all(const Call& call, const Config& config) {
  SOTTO_ASSIGN_OR_RETURN(const HowToParse how, how_to_parse(call.options));
  SOTTO_ASSIGN_OR_RETURN(const FoundDocuments found,
                         find_project_documents(call, config));
  Documents documents;
  SOTTO_ASSIGN_OR_RETURN(
      documents.all,
      read_documents(call, found.names, how, [](std::size_t, auto&) {}));
  documents.status = report_documents(call, documents.all, found.errors);
  return documents;
}

// Where the references of a plan are in that store, or may be; `with_notes`:
// also what is kept there of the hosts of groups.
std::vector<VaultGrant> grants_of(const Plan& plan, const StoreConfig& vault,
                                  bool with_notes) {
  std::set<VaultGrant> grants;
  for (const PlannedRef& planned : plan.refs) {
    for (const Place& place : planned.places) {
      if (place.store != vault.name) continue;
      grants.insert({place.scope, planned.ref.group, place.path});
      if (with_notes) {
        grants.insert({place.scope, std::string(kNotesGroup), {}});
      }
    }
  }
  return {grants.begin(), grants.end()};
}

// The names under which a Key Vault would be asked for the references of some
// documents.
Result<std::vector<std::string>> azure_names_of(
    const std::vector<const Template*>& templates, const Scope& scope) {
  std::set<std::string> names;
  for (const Template* const parsed : templates) {
    for (const SecretRef& ref : parsed->references()) {
      for (const Scope& each : scope.lookup_order()) {
        SOTTO_ASSIGN_OR_RETURN(std::string name, azure_secret_name(each, ref));
        names.insert(std::move(name));
      }
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace

Result<int> run_policy_vault(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const StoreConfig* const vault,
                         vault_of(engine.config(), call.options));
  SOTTO_ASSIGN_OR_RETURN(const Documents documents,
                         read_all(call, engine.config()));
  if (documents.status != 0) return documents.status;
  const SoundDocuments sound = sound_documents(documents.all);
  SOTTO_ASSIGN_OR_RETURN(const Plan plan, engine.plan(sound.templates));
  SOTTO_ASSIGN_OR_RETURN(
      const std::string policy,
      vault_policy(
          vault->vault->options,
          grants_of(plan, *vault, call.options.write || call.options.sync),
          {.write = call.options.write, .list = call.options.sync}));
  if (policy.empty()) {
    call.terminal.warn(fmt::format(
        "nothing in these documents is in the store \"{}\"", vault->name));
  }
  SOTTO_RETURN_IF_ERROR(call.terminal.write(policy));
  return 0;
}

Result<int> run_policy_azure(const Call& call) {
  if (!call.options.vault) {
    return fail(ErrorCode::kUsage, "no Key Vault is named",
                "name it with --vault NAME");
  }
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(call));
  SOTTO_ASSIGN_OR_RETURN(const Documents documents, read_all(call, config));
  if (documents.status != 0) return documents.status;
  const SoundDocuments sound = sound_documents(documents.all);
  SOTTO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         azure_names_of(sound.templates, config.scope));
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
