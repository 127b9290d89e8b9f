// SPDX-License-Identifier: Apache-2.0

#include "tool/project_documents.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "service/parallel.h"

namespace sotto::tool {

Result<FoundDocuments> find_project_documents(
    LintConfig& rules, const std::vector<std::string>& operands) {
  FindOptions find;
  find.enters = [&](const std::string& path) { return rules.enters(path); };
  find.takes = [&](const std::string& path) { return rules.takes(path); };
  SOTTO_ASSIGN_OR_RETURN(FoundDocuments found, find_documents(operands, find));
  std::vector<std::string> names;
  for (std::string& name : found.names) {
    SOTTO_ASSIGN_OR_RETURN(const std::string path, absolute_name(name));
    if (rules.is_document(path)) names.push_back(std::move(name));
  }
  found.names = std::move(names);
  return found;
}

Result<FoundDocuments> find_project_documents(const Call& call,
                                              const Config& config) {
  LintFlags flags;
  flags.include = call.options.include;
  SOTTO_ASSIGN_OR_RETURN(LintConfig rules,
                         LintConfig::make(config, std::move(flags)));
  SOTTO_ASSIGN_OR_RETURN(FoundDocuments found,
                         find_project_documents(rules, call.options.operands));
  found.errors.insert(found.errors.end(), rules.errors().begin(),
                      rules.errors().end());
  return found;
}

Result<HowToParse> how_to_parse(const Options& options) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions said, parse_options(options));
  const bool by_name = !options.format && !options.lines;
  return [said, by_name](const std::string& name) {
    ParseOptions parse = said;
    if (by_name) parse.format = format_by_name(name);
    return parse;
  };
}

Result<std::vector<ReadDocument>> read_documents(
    const Call& call, const std::vector<std::string>& names,
    const HowToParse& how,
    const std::function<void(std::size_t, ReadDocument&)>& look) {
  std::vector<ReadDocument> all(names.size());
  std::atomic<std::size_t> done = 0;
  const auto read_one = [&](std::size_t i) {
    ReadDocument& one = all[i];
    one.name = names[i];
    auto document = parse_document(call, names[i], how(names[i]));
    if (document) {
      one.document = *std::move(document);
      look(i, one);
    } else {
      one.error = std::move(document.error());
    }
    call.count("read", ++done);
  };
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "-") {
      read_one(i);
    } else {
      files.push_back(i);
    }
  }
  SOTTO_RETURN_IF_ERROR(
      parallel_for(files.size(), [&](std::size_t i) -> Result<void> {
        read_one(files[i]);
        return {};
      }));
  return all;
}

SoundDocuments sound_documents(const std::vector<ReadDocument>& all) {
  SoundDocuments sound;
  for (const ReadDocument& one : all) {
    if (!one.document || !one.document->parsed.ok()) continue;
    sound.names.push_back(one.document->input.name);
    sound.templates.push_back(&one.document->parsed);
  }
  return sound;
}

int report_documents(const Call& call, const std::vector<ReadDocument>& all,
                     const std::vector<Error>& errors) {
  if (all.empty() && errors.empty()) {
    call.terminal.say("sotto: there is no document\n");
  }
  std::vector<Findings> findings;
  int status = 0;
  for (const ReadDocument& one : all) {
    status = std::max(status, one.status());
    if (!one.document) continue;
    findings.push_back(
        {one.document->source(), one.document->parsed.diagnostics()});
  }
  report(call, findings);
  for (const ReadDocument& one : all) {
    if (one.error) call.terminal.error(*one.error);
  }
  for (const Error& error : errors) {
    call.terminal.error(error);
    status = std::max(status, error_info(error.code).exit_status);
  }
  return status;
}

}  // namespace sotto::tool
