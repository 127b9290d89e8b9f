// SPDX-License-Identifier: Apache-2.0
//
// What each verb does: one function each, in verb_*.cc.

#ifndef SOTTO_TOOL_VERB_FUNCTIONS_H_
#define SOTTO_TOOL_VERB_FUNCTIONS_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_string.h"
#include "tool/options.h"
#include "tool/progress.h"
#include "tool/terminal.h"

namespace sotto::tool {

// What was taken out of the environment, by variable; null: nothing.
using Credentials =
    std::shared_ptr<const std::map<std::string, SecretString, std::less<>>>;

// What a verb is given.
struct Call {
  const Options& options;
  Terminal& terminal;
  Progress* progress = nullptr;  // None where nothing takes long.
  Credentials credentials = nullptr;

  // How far many files are.
  void count(std::string_view step, std::size_t done) const {
    if (progress != nullptr) progress->count(step, done);
  }
};

// Each returns the exit status; a failure becomes a message and the exit
// status of its code.
Result<int> run_init(const Call& call);
Result<int> run_render(const Call& call);
Result<int> run_render_files(const Call& call);  // With --out-dir.
Result<int> run_refs(const Call& call);
Result<int> run_lint(const Call& call);
Result<int> run_validate(const Call& call);
Result<int> run_explain(const Call& call);
Result<int> run_secret_set(const Call& call);
Result<int> run_secret_get(const Call& call);
Result<int> run_secret_list(const Call& call);
Result<int> run_secret_history(const Call& call);
Result<int> run_secret_delete(const Call& call);
Result<int> run_secret_restore(const Call& call);
Result<int> run_secret_import(const Call& call);
Result<int> run_secret_bind(const Call& call);
Result<int> run_catalog_index(const Call& call);
Result<int> run_catalog_sync(const Call& call);
Result<int> run_catalog_list(const Call& call);
Result<int> run_catalog_snapshot(const Call& call);
Result<int> run_catalog_verify(const Call& call);
Result<int> run_health(const Call& call);
Result<int> run_policy_vault(const Call& call);
Result<int> run_policy_azure(const Call& call);
Result<int> run_trust(const Call& call);
Result<int> run_lsp(const Call& call);
Result<int> run_version(const Call& call);
Result<int> run_completion(const Call& call);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_VERB_FUNCTIONS_H_
