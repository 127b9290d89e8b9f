// SPDX-License-Identifier: Apache-2.0

#include "tool/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/visible_text.h"
#include "service/find_documents.h"
#include "service/passphrase.h"
#include "service/report/json_report.h"

namespace sotto::tool {

ConfigOptions config_options(const Options& options) {
  ConfigOptions result;
  result.file = options.config.value_or("");
  result.scope = options.scope;
  result.store = options.store;
  result.development = options.dev;
  result.strict_memory = options.strict_memory;
  return result;
}

Result<Config> load_config(const Call& call) {
  return sotto::load_config(config_options(call.options));
}

Result<Engine> open_engine(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Config config, load_config(call));
  EngineOptions options;
  options.passphrase = [&terminal = call.terminal](
                           std::string_view store) -> Result<SecretString> {
    auto answer = terminal.ask_secret(
        fmt::format("passphrase of the store \"{}\"", store));
    if (!answer && answer.error().code == ErrorCode::kUsage) {
      return fail(ErrorCode::kWrongKey,
                  fmt::format("the store \"{}\" needs a passphrase, and there "
                              "is no terminal to ask on",
                              store),
                  "name a file that holds it in SOTTO_PASSPHRASE_FILE");
    }
    return answer;
  };
  options.password = [&terminal = call.terminal](
                         std::string_view store,
                         std::string_view user) -> Result<SecretString> {
    auto answer = terminal.ask_secret(
        fmt::format("password of \"{}\" for the store \"{}\"", user, store));
    if (!answer && answer.error().code == ErrorCode::kUsage) {
      return fail(ErrorCode::kForbidden,
                  fmt::format("store \"{}\" needs a password, and there is no "
                              "terminal to ask on",
                              store),
                  "name a file that holds it in \"password_file\"");
    }
    return answer;
  };
  options.credentials = call.credentials;
  return Engine::open(std::move(config), std::move(options));
}

Result<SecretManager*> open_manager(const Call& call, Engine& engine) {
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager, engine.manager());
  for (const UnfinishedWrite& write : manager->unfinished()) {
    call.terminal.warn(write.error.message, write.error.hint);
  }
  return manager;
}

Result<InputFile> read_document(const Call& call, const std::string& operand) {
  if (operand == "-") return read_input_stream(call.terminal.in());
  return read_input_file(operand);
}

Result<Document> parse_document(const Call& call, const std::string& operand,
                                const ParseOptions& options) {
  if (operand == "-") return read_document_stream(call.terminal.in(), options);
  return read_document_file(operand, options);
}

Result<ParseOptions> parse_options(const Options& options) {
  ParseOptions parse;
  const std::string format =
      options.format.value_or(options.lines ? "lines" : "json");
  if (options.lines && format != "lines") {
    return fail(ErrorCode::kUsage,
                fmt::format("\"--lines\" and \"--format {}\" disagree", format),
                "keep one of them");
  }
  if (format == "lines") parse.format = Format::kLines;
  if (format == "text") parse.format = Format::kText;
  return parse;
}

namespace {

// A NUL near the beginning: so do others tell a binary file from text.
bool looks_binary(std::string_view bytes) {
  return bytes.substr(0, 8000).find('\0') != std::string_view::npos;
}

void say_findings(Terminal& terminal, const Findings& document) {
  const auto& [source, diagnostics] = document;
  const DiagnosticStyle style{.color = terminal.err_has_color()};
  for (const Diagnostic& diagnostic : diagnostics) {
    terminal.say_raw(format_diagnostic(source, diagnostic, style));
  }
  const bool broken = std::any_of(
      diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.rule == "syntax" &&
               diagnostic.severity == Severity::kError;
      });
  if (broken && looks_binary(source.bytes())) {
    terminal.say(fmt::format("sotto: hint: \"{}\" looks like a binary file\n",
                             visible_line(source.name())));
  }
}

}  // namespace

void report(const Call& call, const Source& source,
            std::span<const Diagnostic> diagnostics,
            std::span<const std::string> notes) {
  report(call, std::array{Findings{source, diagnostics}}, notes);
}

void report(const Call& call, std::span<const Findings> documents,
            std::span<const std::string> notes) {
  if (!call.options.json) {
    for (const std::string& note : notes) call.terminal.warn(note);
    for (const Findings& document : documents) {
      say_findings(call.terminal, document);
    }
    return;
  }
  const bool found = std::any_of(
      documents.begin(), documents.end(),
      [](const Findings& document) { return !document.diagnostics.empty(); });
  if (found || !notes.empty()) {
    call.terminal.say(diagnostics_json(documents, notes));
  }
}

Result<void> check_group(const std::string& name) {
  if (is_name(name)) return {};
  return fail(ErrorCode::kUsage, "this is not the name of a group",
              std::string(kNameRule));
}

Result<SecretRef> parse_group_or_secret(const std::string& text) {
  if (text.find('.') != std::string::npos) return parse_secret_ref(text);
  SOTTO_RETURN_IF_ERROR(check_group(text));
  return SecretRef{text, ""};
}

Result<WriteTarget> write_target(const Config& config) {
  if (config.default_store.empty() && !config.stores.empty()) {
    return fail(ErrorCode::kUsage, "there are several stores",
                "name one with --store, or a \"default_store\" in the "
                "configuration");
  }
  return WriteTarget{config.scope, config.default_store};
}

Result<std::string> project_folder(const Config& config) {
  const std::string folder = config.file.parent_path().native();
  return absolute_name(folder.empty() ? "." : folder);
}

Result<SecretString> new_passphrase(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(call));
  if (!config.passphrase_file.empty()) {
    return read_passphrase_file(config.passphrase_file);
  }
  auto answer = ask_twice(call.terminal, "new passphrase");
  if (answer && answer->empty()) {
    return fail(ErrorCode::kUsage, "the passphrase is empty");
  }
  if (!answer && answer.error().code == ErrorCode::kUsage) {
    return fail(ErrorCode::kUsage, answer.error().message,
                "name a file that holds the passphrase in "
                "SOTTO_PASSPHRASE_FILE");
  }
  return answer;
}

Result<SecretString> ask_twice(Terminal& terminal, const std::string& what) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    SOTTO_ASSIGN_OR_RETURN(SecretString first, terminal.ask_secret(what));
    SOTTO_ASSIGN_OR_RETURN(const SecretString second,
                           terminal.ask_secret("once more"));
    if (equal_in_constant_time(first, second)) return first;
    terminal.warn("the two were not the same");
  }
  return fail(ErrorCode::kCancelled, "the two were never the same");
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace sotto::tool
