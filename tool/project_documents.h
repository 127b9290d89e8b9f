// SPDX-License-Identifier: Apache-2.0
//
// What verbs that read many documents share: which they are, read and parsed
// side by side.

#ifndef SOTTO_TOOL_PROJECT_DOCUMENTS_H_
#define SOTTO_TOOL_PROJECT_DOCUMENTS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "grammar/template.h"
#include "service/document.h"
#include "service/find_documents.h"
#include "service/lint_config.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

// The documents that operands name (find_documents()), as far as the
// configuration has them.
Result<FoundDocuments> find_project_documents(
    LintConfig& rules, const std::vector<std::string>& operands);
// The same of a call: what is wrong in a sotto.json below is among the errors.
Result<FoundDocuments> find_project_documents(const Call& call,
                                              const Config& config);

// What one document came to.
struct ReadDocument {
  std::string name;
  std::optional<Document> document;
  std::optional<Error> error;  // It could not be read.

  int status() const {
    if (error) return error_info(error->code).exit_status;
    return document && !document->parsed.ok() ? 1 : 0;
  }
};

// How a document of this name is to be parsed.
using HowToParse = std::function<ParseOptions(const std::string& name)>;

// As --format and --lines say, else by the name. Fails as parse_options().
Result<HowToParse> how_to_parse(const Options& options);

// Each of `names`, in that order, side by side, but for standard input: who
// names it twice finds nothing the second time. `look` is told of each that was
// read, from any thread, and may take of it what it needs.
Result<std::vector<ReadDocument>> read_documents(
    const Call& call, const std::vector<std::string>& names,
    const HowToParse& how,
    const std::function<void(std::size_t, ReadDocument&)>& look);

// Those of them that can be rendered.
struct SoundDocuments {
  std::vector<std::string> names;
  std::vector<const Template*> templates;  // Of what they were taken from.
};
SoundDocuments sound_documents(const std::vector<ReadDocument>& all);

// Tells what is wrong in them, of those that could not be read, and what else
// went wrong; answers with the exit status that it comes to.
int report_documents(const Call& call, const std::vector<ReadDocument>& all,
                     const std::vector<Error>& errors = {});

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_PROJECT_DOCUMENTS_H_
