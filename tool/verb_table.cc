// SPDX-License-Identifier: Apache-2.0

#include "tool/verb_table.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace sotto::tool {
namespace {

// The flags of all `rows`, in that order.
template <std::size_t... kSizes>
constexpr auto joined(const std::array<const Flag*, kSizes>&... rows) {
  std::array<const Flag*, (kSizes + ...)> all{};
  auto end = all.begin();
  ((end = std::copy(rows.begin(), rows.end(), end)), ...);
  return all;
}

// clang-format off
constexpr Flag kConfig{"config", 0, "FILE", "the configuration, instead of the sotto.json found upwards from here", &Options::config};
constexpr Flag kScope{"scope", 0, "SCOPE", "whose secrets: platform or org/NAME", &Options::scope};
constexpr Flag kStore{"store", 0, "NAME", "the store for a new secret", &Options::store};
constexpr Flag kStoreType{"store", 0, "TYPE", "where new secrets go: local (unless said) or vault", &Options::store_type, "local vault"};
constexpr Flag kWhichStore{"store", 0, "NAME", "which store, where there are several", &Options::store};
constexpr Flag kAnalyze{"analyze", 0, "", "resolve for real and tell what that took; shows no value", &Options::analyze};
constexpr Flag kPolicyWrite{"write", 0, "", "also what it takes to change them", &Options::write};
constexpr Flag kPolicySync{"sync", 0, "", "also what \"sotto catalog sync\" takes", &Options::sync};
constexpr Flag kKeyVault{"vault", 0, "NAME", "the Key Vault", &Options::vault};
constexpr Flag kAccessPolicy{"access-policy", 0, "", "for a Key Vault with access policies, and not roles", &Options::access_policy};
constexpr Flag kJson{"json", 0, "", "answer in JSON", &Options::json};
constexpr Flag kJsonFindings{"json", 0, "", "say what is wrong in JSON", &Options::json};
constexpr Flag kStrictMemory{"strict-memory", 0, "", "fail if the memory for values cannot be locked", &Options::strict_memory};
constexpr Flag kOutput{"output", 'o', "FILE", "write there, mode 0600, and not to standard output", &Options::output};
constexpr Flag kOutDir{"out-dir", 0, "DIR", "write each document below DIR, under its own path; all or nothing", &Options::out_dir};
constexpr Flag kFormat{"format", 0, "FORMAT", "what the document is: json (unless said), lines or text", &Options::format, "json lines text"};
constexpr Flag kLines{"lines", 0, "", "JSON Lines: short for --format lines", &Options::lines};
constexpr Flag kRevealRender{"reveal", 0, "", "allow the output to go to a terminal", &Options::reveal};
constexpr Flag kRevealGet{"reveal", 0, "", "print the value, and nothing else", &Options::reveal};
constexpr Flag kStrict{"strict", 0, "", "treat warnings as errors", &Options::strict};
constexpr Flag kDev{"dev", 0, "", "development mode: local overrides come first", &Options::dev};
constexpr Flag kFile{"file", 0, "FILE", "read the value from this file", &Options::file};
constexpr Flag kFd{"fd", 0, "N", "read the value from this descriptor", &Options::fd};
constexpr Flag kTrim{"trim", 0, "", "drop one line break at the end of the value", &Options::trim};
constexpr Flag kIfVersion{"if-version", 0, "N", "only if its group is at this version; 0: not there yet", &Options::if_version};
constexpr Flag kAtVersion{"version", 0, "N", "the value it had in this version of its group", &Options::version};
constexpr Flag kGroup{"group", 0, "GROUP", "FILE is in .env form; its names are keys of this group", &Options::group};
constexpr Flag kForce{"force", 0, "", "also if indexed documents refer to it", &Options::force};
constexpr Flag kOf{"of", 0, "NAME", "which indexed documents refer to a group, or to GROUP.KEY", &Options::of};
constexpr Flag kHost{"host", 0, "HOST", "its values may be sent there; as often as you like", &Options::hosts};
constexpr Flag kUnbind{"remove", 0, "HOST", "not there any more; as often as you like", &Options::unbind};
constexpr Flag kAll{"all", 0, "", "those of every scope", &Options::all};
constexpr Flag kDeleted{"deleted", 0, "", "deleted ones as well", &Options::deleted};
constexpr Flag kPassphrase{"passphrase", 0, "", "protect the store with a passphrase instead of a key file", &Options::passphrase};
constexpr Flag kStdio{"stdio", 0, "", "as it is anyway; many editors add it", &Options::stdio};
constexpr Flag kRemove{"remove", 0, "", "trust it no more; it need not be there any longer", &Options::remove};
constexpr Flag kRule{"rule", 0, "RULE=LEVEL", "a rule is off, a warning or an error; as often as you like", &Options::rules};
constexpr Flag kInclude{"include", 0, "GLOB", "which files of a folder, instead of *.json and *.jsonl; as often as you like", &Options::include};
constexpr Flag kForm{"format", 0, "FORMAT", "how findings are told: text (unless said), short, json, github or sarif", &Options::format, "text short json github sarif"};
constexpr Flag kJsonForm{"json", 0, "", "short for --format json", &Options::json};
constexpr Flag kAllLines{"lines", 0, "", "every document is JSON Lines", &Options::lines};
constexpr Flag kAllText{"text", 0, "", "every document is plain text", &Options::text};
constexpr Flag kFix{"fix", 0, "", "mend what can be mended without asking", &Options::fix};
constexpr Flag kDiff{"diff", 0, "", "show what --fix would change, and change nothing", &Options::diff};
constexpr Flag kCatalog{"catalog", 0, "FILE", "a secrets.lock, instead of the catalog", &Options::catalog};
constexpr Flag kBaseline{"baseline", 0, "FILE", "the findings in this file do not count", &Options::baseline};
constexpr Flag kUpdateBaseline{"update-baseline", 0, "", "write what is found now to the baseline", &Options::update_baseline};
constexpr Flag kNoCache{"no-cache", 0, "", "lint every document again, and remember nothing", &Options::no_cache};
constexpr Flag kMaxCalls{"max-calls", 0, "N", "no document may take more calls of stores to render", &Options::max_calls};
constexpr Flag kLock{"lock", 0, "FILE", "tell what has changed since this secrets.lock was taken", &Options::lock};

// What many verbs have, behind or between flags of their own.
constexpr std::array kDocument{&kFormat, &kLines};
constexpr std::array kProject{&kScope, &kConfig};
constexpr std::array kValues{&kScope, &kConfig, &kStrictMemory};
constexpr std::array kWholeStores{&kJson, &kConfig, &kStrictMemory};
constexpr std::array kJsonAlone{&kJson};

constexpr std::array kInitFlags{&kStoreType, &kScope, &kPassphrase, &kJson, &kStrictMemory};
constexpr auto kRenderFlags = joined(std::array{&kOutput, &kOutDir}, kDocument, std::array{&kRevealRender, &kStrict, &kDev, &kJsonFindings}, kValues);
constexpr auto kRefsFlags = joined(std::array{&kOf}, kDocument, std::array{&kJson, &kConfig});
constexpr auto kIndexFlags = joined(std::array{&kInclude}, kDocument, std::array{&kJson, &kConfig});
constexpr auto kLintFlags = joined(std::array{&kRule, &kForm, &kJsonForm, &kStrict, &kFix, &kDiff, &kBaseline, &kUpdateBaseline, &kCatalog, &kInclude, &kAllLines, &kAllText, &kNoCache}, kProject);
constexpr auto kValidateFlags = joined(std::array{&kMaxCalls, &kLock, &kRule, &kForm, &kJsonForm, &kStrict, &kBaseline, &kUpdateBaseline, &kInclude, &kAllLines, &kAllText}, kValues);
constexpr auto kExplainFlags = joined(std::array{&kAnalyze, &kInclude}, kDocument, kJsonAlone, kValues);
constexpr std::array kHealthFlags{&kJson, &kConfig};
constexpr auto kPolicyFlags = joined(std::array{&kPolicyWrite, &kPolicySync, &kWhichStore, &kInclude}, kDocument, kProject);
constexpr auto kAzurePolicyFlags = joined(std::array{&kKeyVault, &kPolicyWrite, &kAccessPolicy, &kInclude}, kDocument, kProject);
constexpr auto kSetFlags = joined(std::array{&kFile, &kFd, &kTrim, &kIfVersion, &kStore, &kJson}, kValues);
constexpr auto kGetFlags = joined(std::array{&kRevealGet, &kJson}, kValues);
constexpr auto kListFlags = joined(std::array{&kAll, &kDeleted, &kJson}, kProject);
constexpr auto kHistoryFlags = joined(kJsonAlone, kValues);
constexpr auto kDeleteFlags = joined(std::array{&kForce, &kIfVersion, &kJson}, kValues);
constexpr auto kBindFlags = joined(std::array{&kHost, &kUnbind, &kStore, &kJson}, kValues);
constexpr auto kRestoreFlags = joined(std::array{&kAtVersion, &kIfVersion, &kJson}, kValues);
constexpr auto kImportFlags = joined(std::array{&kGroup, &kStore, &kJson}, kValues);
constexpr std::array kCatalogListFlags{&kJson, &kConfig};
constexpr std::array kConfigAlone{&kConfig};
constexpr auto kLspFlags = joined(std::array{&kStdio}, kProject);
constexpr std::array kTrustFlags{&kRemove, &kJson};
// clang-format on

constexpr std::string_view kValueDetails =
    "The value comes from standard input, --file or --fd, byte for byte; on a\n"
    "terminal it is asked for, twice, and not shown. It is never an argument,\n"
    "which other users could see and the shell would remember.";

constexpr std::array kVerbs{
    VerbInfo{
        Verb::kInit, "init", "", 0, 0,
        "make a project: sotto.json, a local store, a catalog, a key",
        "sotto init\n"
        "sotto init --scope org/acme --passphrase\n"
        "VAULT_ADDR=https://vault:8200 sotto init --store vault",
        "Nothing that is there already is overwritten. With --store vault\n"
        "there is no local store and no key: values are in the Vault that\n"
        "VAULT_ADDR names, and the new sotto.json is trusted.",
        kInitFlags},
    VerbInfo{Verb::kRender, "render", "FILE|-...", 1, kAnyNumber,
             "put the values where the expressions are",
             "sotto render flow.json -o flow.rendered.json\n"
             "sotto render flow.json | curl --json @- https://example.com/\n"
             "sotto render --format text .env.template -o .env\n"
             "sotto render --lines - <flows.jsonl >rendered.jsonl\n"
             "sotto render --out-dir rendered flows/*.json",
             "All or nothing: if one reference fails, nothing is written and\n"
             "every failure is listed. Several files need --out-dir. With "
             "--json they are listed as\n"
             "{\"diagnostics\": [...]} on standard error, for standard output\n"
             "belongs to the document.",
             kRenderFlags},
    VerbInfo{
        Verb::kRefs, "refs", "FILE|-...", 1, kAnyNumber,
        "list every reference with its place",
        "sotto refs flow.json\n"
        "sotto refs --json flows/*.json\n"
        "sotto refs --of github.TOKEN",
        "Needs no configuration and no store. With --of and no FILE: what\n"
        "breaks if that goes, as \"sotto catalog index\" saw it last.",
        kRefsFlags},
    VerbInfo{Verb::kLint, "lint", "[FILE|DIR|GLOB|-...]", 0, kAnyNumber,
             "find what is wrong before it is rendered; reads no value",
             "sotto lint\n"
             "sotto lint flows/ 'more/**/*.json' --rule near-miss=error\n"
             "sotto lint --diff flows/\n"
             "sotto lint --format sarif >findings.sarif\n"
             "sotto lint --baseline lint.baseline --update-baseline",
             "Without an operand: the documents in this folder and below it.\n"
             "Findings go to standard output. Needs no store and no key, only\n"
             "the catalog or a secrets.lock; without these, it finds what can "
             "be told from the\n"
             "documents alone.",
             kLintFlags},
    VerbInfo{
        Verb::kValidate, "validate", "[FILE|DIR|GLOB|-...]", 0, kAnyNumber,
        "lint, and ask the stores whether all is there; reads no value",
        "sotto validate\n"
        "sotto validate --max-calls 5 flows/\n"
        "sotto validate --lock secrets.lock --strict flows/",
        "Without an operand: the documents in this folder and below it.\n"
        "Stores tell which names they have, and whether this identity may\n"
        "read them. What they refuse makes the exit status 3.",
        kValidateFlags},
    VerbInfo{
        Verb::kExplain, "explain", "FILE|DIR|GLOB|-...", 1, kAnyNumber,
        "show which store is asked for what; reads no value",
        "sotto explain flow.json\n"
        "sotto explain --scope org/acme --json flow.json\n"
        "sotto explain --analyze flow.json",
        "One plan for all documents, and why each value: every scope that\n"
        "is looked in. A call is what goes to a store: all of a batch for a "
        "local one,\n"
        "a group for a Vault. With --analyze the values are fetched, to\n"
        "tell what that took, and dropped.",
        kExplainFlags},
    VerbInfo{Verb::kSecretSet, "secret set", "GROUP.KEY", 1, 1,
             "create or change a secret",
             "printf %s \"$TOKEN\" | sotto secret set github.TOKEN\n"
             "sotto secret set tls.PRIVATE_KEY --file key.pem\n"
             "sotto secret set github.TOKEN --if-version 3 --fd 3 3<token",
             kValueDetails, kSetFlags},
    VerbInfo{Verb::kSecretGet, "secret get", "GROUP.KEY", 1, 1,
             "show what is known about a secret",
             "sotto secret get github.TOKEN\n"
             "sotto secret get github.TOKEN --reveal",
             "", kGetFlags},
    VerbInfo{Verb::kSecretList, "secret list", "", 0, 0,
             "list the secrets of a scope",
             "sotto secret list\n"
             "sotto secret list --all --json",
             "", kListFlags},
    VerbInfo{Verb::kSecretHistory, "secret history", "GROUP[.KEY]", 1, 1,
             "list the versions of a group, or those that changed a key",
             "sotto secret history github\n"
             "sotto secret history github.TOKEN",
             "", kHistoryFlags},
    VerbInfo{Verb::kSecretDelete, "secret delete", "GROUP.KEY", 1, 1,
             "delete a secret; it can be restored",
             "sotto secret delete github.TOKEN",
             "Asks first if documents refer to it (\"sotto catalog index\"); "
             "where\n"
             "there is nobody to ask, --force is needed.",
             kDeleteFlags},
    VerbInfo{Verb::kSecretRestore, "secret restore", "GROUP.KEY", 1, 1,
             "bring a deleted or an earlier value back",
             "sotto secret restore github.TOKEN\n"
             "sotto secret restore github.TOKEN --version 2",
             "Without --version: the last value that a deleted one had.",
             kRestoreFlags},
    VerbInfo{
        Verb::kSecretImport, "secret import", "FILE|-", 1, 1,
        "set many secrets at once, all or nothing",
        "sotto secret import secrets.json\n"
        "sotto secret import --group github .env",
        "JSON: {\"group\": {\"KEY\": \"value\"}} or\n"
        "{\"group.KEY\": \"value\"}; .env with --group. One write a group.",
        kImportFlags},
    VerbInfo{Verb::kSecretBind, "secret bind", "GROUP", 1, 1,
             "say to which hosts the values of a group may be sent",
             "sotto secret bind github --host api.github.com\n"
             "sotto secret bind github --host '*.github.com' --remove "
             "api.github.com\n"
             "sotto secret bind github",
             "Without a flag: tells them. What is sent elsewhere, lint finds: "
             "its\n"
             "rule foreign-host. Of a group that is not bound it finds "
             "nothing.",
             kBindFlags},
    VerbInfo{Verb::kCatalogSync, "catalog sync", "", 0, 0,
             "rebuild the catalog from the stores", "sotto catalog sync", "",
             kWholeStores},
    VerbInfo{Verb::kCatalogIndex, "catalog index", "FILE|DIR|GLOB...", 1,
             kAnyNumber, "note which documents refer to which secrets",
             "sotto catalog index flows/\n"
             "sotto catalog index flows/ 'more/**/*.json'",
             "For \"sotto refs --of\" and \"sotto secret delete\". A document\n"
             "that is indexed again is noted anew; one that is gone is "
             "forgotten.",
             kIndexFlags},
    VerbInfo{Verb::kCatalogList, "catalog list", "", 0, 0,
             "list all that the catalog holds, deleted secrets included",
             "sotto catalog list\n"
             "sotto catalog list --json",
             "", kCatalogListFlags},
    VerbInfo{Verb::kCatalogSnapshot, "catalog snapshot", "", 0, 0,
             "print what the catalog knows as a secrets.lock; no values",
             "sotto catalog snapshot > secrets.lock",
             "To be committed: with it workflows are linted where there is no\n"
             "store, no key and no network.",
             kConfigAlone},
    VerbInfo{Verb::kCatalogVerify, "catalog verify", "", 0, 0,
             "check the catalog and the stores; reads no value",
             "sotto catalog verify", "", kWholeStores},
    VerbInfo{
        Verb::kHealth, "health", "", 0, 0,
        "tell how each store is; reads no value",
        "sotto health\n"
        "sotto health --json",
        "All stores are asked side by side and have 2 seconds. Exit status\n"
        "3 if one of them cannot be used.",
        kHealthFlags},
    VerbInfo{
        Verb::kPolicyVault, "policy vault", "FILE|DIR|GLOB|-...", 1, kAnyNumber,
        "print the least that a Vault must allow for these documents",
        "sotto policy vault flow.json | vault policy write flow -\n"
        "sotto policy vault --write --sync --scope org/acme workflows/",
        "For the groups that the documents refer to, where the catalog says\n"
        "that they are, or where they would be looked for.",
        kPolicyFlags},
    VerbInfo{
        Verb::kPolicyAzure, "policy azure", "FILE|DIR|GLOB|-...", 1, kAnyNumber,
        "print the least that a Key Vault must allow for these documents",
        "sotto policy azure --vault flows workflows/\n"
        "sotto policy azure --vault flows --write --access-policy flow.json",
        "Commands for the tool \"az\", which give the rights to $PRINCIPAL,\n"
        "the object id of a user, an application or a managed identity.",
        kAzurePolicyFlags},
    VerbInfo{Verb::kTrust, "trust", "[FILE]", 0, 1,
             "let a configuration that was merely found count",
             "sotto trust\n"
             "sotto trust ../flows/sotto.json\n"
             "sotto trust --remove ../flows/sotto.json",
             "Records its path and digest in your own configuration. A change\n"
             "of the file ends the trust.",
             kTrustFlags},
    VerbInfo{Verb::kLsp, "lsp", "", 0, 0,
             "serve an editor: what lint finds, as you type",
             "sotto lsp\n"
             "sotto lsp --scope org/acme",
             "A language server over standard input and output: completion of\n"
             "names, what is known of them, quick fixes. Opens no store.",
             kLspFlags},
    VerbInfo{Verb::kVersion, "version", "", 0, 0, "print the version",
             "sotto version", "", kJsonAlone},
    VerbInfo{Verb::kCompletion,
             "completion",
             "bash|zsh|fish",
             1,
             1,
             "print the completion script of a shell",
             "sotto completion bash >/etc/bash_completion.d/sotto\n"
             "sotto completion zsh >\"${fpath[1]}/_sotto\"\n"
             "sotto completion fish >~/.config/fish/completions/sotto.fish",
             "",
             {}},
};

}  // namespace

std::span<const VerbInfo> verbs() { return kVerbs; }

const VerbInfo& verb_info(Verb verb) {
  const VerbInfo& info = kVerbs[static_cast<std::size_t>(verb)];
  assert(info.verb == verb);
  return info;
}

}  // namespace sotto::tool
