// SPDX-License-Identifier: Apache-2.0
//
// What several verbs need: the configuration, an engine, a document.

#ifndef SOTTO_TOOL_SESSION_H_
#define SOTTO_TOOL_SESSION_H_

#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/secret_string.h"
#include "base/source.h"
#include "grammar/template.h"
#include "service/config.h"
#include "service/document.h"
#include "service/engine.h"
#include "service/input_file.h"
#include "service/report/json_report.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

// The configuration as file, environment and flags have it.
ConfigOptions config_options(const Options& options);
Result<Config> load_config(const Call& call);

// An engine on it, which asks for a passphrase or password on the terminal.
Result<Engine> open_engine(const Call& call);

// Its writer. Warns of what a crash left and cannot be finished yet.
Result<SecretManager*> open_manager(const Call& call, Engine& engine);

// The document that an operand names; "-" is standard input.
Result<InputFile> read_document(const Call& call, const std::string& operand);

// The same, parsed.
Result<Document> parse_document(const Call& call, const std::string& operand,
                                const ParseOptions& options);

// What --format and --lines say. Fails with kUsage if they disagree.
Result<ParseOptions> parse_options(const Options& options);

// Tells what was found: as text, or with --json as one object (see
// diagnostics_json()), on standard error either way.
void report(const Call& call, const Source& source,
            std::span<const Diagnostic> diagnostics,
            std::span<const std::string> notes = {});
// The same for several documents, which are one object with --json.
void report(const Call& call, std::span<const Findings> documents,
            std::span<const std::string> notes = {});

// "github" or "github.TOKEN"; then the key is not empty. Fails with kUsage.
Result<SecretRef> parse_group_or_secret(const std::string& text);
Result<void> check_group(const std::string& name);

// Where a new secret goes. Fails with kUsage if that is not said.
Result<WriteTarget> write_target(const Config& config);

// The folder that the index counts from: that of the configuration, absolute.
Result<std::string> project_folder(const Config& config);

// A new passphrase: from SOTTO_PASSPHRASE_FILE, or asked for twice.
Result<SecretString> new_passphrase(const Call& call);

// Asks twice, until both are the same; three times at most.
Result<SecretString> ask_twice(Terminal& terminal, const std::string& what);

// "1 secret", "2 secrets".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_SESSION_H_
