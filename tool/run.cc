// SPDX-License-Identifier: Apache-2.0

#include "tool/run.h"

#include <fmt/format.h>

#include <new>
#include <utility>
#include <vector>

#include "base/secret_memory.h"
#include "base/visible_text.h"
#include "tool/command_line.h"
#include "tool/help.h"
#include "tool/progress.h"
#include "tool/verb_functions.h"
#include "tool/verb_table.h"

namespace sotto::tool {
namespace {

Result<int> run_verb(const Call& call) {
  switch (call.options.verb) {
    case Verb::kInit:
      return run_init(call);
    case Verb::kRender:
      return run_render(call);
    case Verb::kRefs:
      return run_refs(call);
    case Verb::kLint:
      return run_lint(call);
    case Verb::kValidate:
      return run_validate(call);
    case Verb::kExplain:
      return run_explain(call);
    case Verb::kSecretSet:
      return run_secret_set(call);
    case Verb::kSecretGet:
      return run_secret_get(call);
    case Verb::kSecretList:
      return run_secret_list(call);
    case Verb::kSecretHistory:
      return run_secret_history(call);
    case Verb::kSecretDelete:
      return run_secret_delete(call);
    case Verb::kSecretRestore:
      return run_secret_restore(call);
    case Verb::kSecretImport:
      return run_secret_import(call);
    case Verb::kSecretBind:
      return run_secret_bind(call);
    case Verb::kCatalogIndex:
      return run_catalog_index(call);
    case Verb::kCatalogSync:
      return run_catalog_sync(call);
    case Verb::kCatalogList:
      return run_catalog_list(call);
    case Verb::kCatalogSnapshot:
      return run_catalog_snapshot(call);
    case Verb::kCatalogVerify:
      return run_catalog_verify(call);
    case Verb::kHealth:
      return run_health(call);
    case Verb::kPolicyVault:
      return run_policy_vault(call);
    case Verb::kPolicyAzure:
      return run_policy_azure(call);
    case Verb::kTrust:
      return run_trust(call);
    case Verb::kLsp:
      return run_lsp(call);
    case Verb::kVersion:
      return run_version(call);
    case Verb::kCompletion:
      return run_completion(call);
  }
  return 2;
}

Result<int> run_with_progress(const Call& call) {
  // How far a server is, nobody can tell.
  if (call.options.verb == Verb::kLsp) return run_verb(call);
  std::string what(verb_info(call.options.verb).name);
  const auto& operands = call.options.operands;
  if (operands.size() == 1) {
    what += ' ' + visible_line(operands.front());
  } else if (!operands.empty()) {
    what += fmt::format(" {} files", operands.size());
  }
  Progress progress(call.terminal, std::move(what));
  return run_verb({call.options, call.terminal, &progress, call.credentials});
}

bool asks_for_help(const std::string& arg) {
  return arg == "--help" || arg == "-h" || arg == "help";
}

// "help VERB" in the form that the parser knows; empty for the help of
// everything.
std::vector<std::string> without_help_word(std::span<const std::string> args) {
  std::vector<std::string> words(args.begin(), args.end());
  if (asks_for_help(words.front())) {
    words.erase(words.begin());
    if (!words.empty()) words.emplace_back("--help");
  }
  return words;
}

Result<int> run_line(std::span<const std::string> args, Terminal& terminal,
                     Credentials credentials) {
  const std::vector<std::string> words = without_help_word(args);
  if (words.empty()) {
    SOTTO_RETURN_IF_ERROR(terminal.write(help()));
    return 0;
  }
  if (words.size() == 2 && asks_for_help(words[1])) {
    const std::string text = help_of_noun(words[0]);
    if (!text.empty()) {
      SOTTO_RETURN_IF_ERROR(terminal.write(text));
      return 0;
    }
  }
  if (words.front() == "--version") {
    const Options options;
    return run_version({options, terminal});
  }
  SOTTO_ASSIGN_OR_RETURN(const Options options, parse_command_line(words));
  if (options.help) {
    SOTTO_RETURN_IF_ERROR(terminal.write(help(verb_info(options.verb))));
    return 0;
  }
  auto status =
      run_with_progress({options, terminal, nullptr, std::move(credentials)});
  if (secret_memory_status().ever_unlocked) {
    terminal.warn(
        "the memory for values could not be locked: they may be "
        "written to swap",
        "raise the limit (ulimit -l), or refuse with "
        "--strict-memory");
  }
  return status;
}

}  // namespace

int run(std::span<const std::string> args, const Streams& streams,
        Credentials credentials) try {
  Terminal terminal(streams);
  if (args.empty()) {
    terminal.say(help());
    return 2;
  }
  const Result<int> status = run_line(args, terminal, std::move(credentials));
  if (status) return *status;
  terminal.error(status.error());
  return error_info(status.error().code).exit_status;
} catch (const std::bad_alloc&) {
  Terminal(streams).error({ErrorCode::kNoMemory, "out of memory", ""});
  return error_info(ErrorCode::kNoMemory).exit_status;
}

}  // namespace sotto::tool
