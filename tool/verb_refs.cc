// SPDX-License-Identifier: Apache-2.0
//
// sotto refs: what documents name, and, from the index, which documents name a
// secret.

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "base/visible_text.h"
#include "service/find_documents.h"
#include "service/reference_list.h"
#include "service/report/json_report.h"
#include "tool/project_documents.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

std::string row_text(const ReferenceRow& row) {
  return fmt::format("{}:{}:{}: {}{}{}\n", visible_line(row.file),
                     row.location.line, row.location.column, to_string(row.ref),
                     row.pointer.empty() ? "" : "  ",
                     visible_line(row.pointer));
}

Result<void> tell(const Call& call, const std::vector<ReferenceRow>& rows) {
  if (call.options.json) return call.terminal.write(references_json(rows));
  std::string text;
  for (const ReferenceRow& row : rows) text += row_text(row);
  return call.terminal.write(text);
}

// What could not be read takes nothing away from what could.
Result<int> refs_in_documents(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  const std::vector<std::string>& names = call.options.operands;
  std::vector<std::vector<ReferenceRow>> listed(names.size());
  const auto look = [&](std::size_t i, ReadDocument& one) {
    listed[i] = list_references(one.document->source(), one.document->parsed);
    if (one.document->parsed.diagnostics().empty()) one.document.reset();
  };
  SOTTO_ASSIGN_OR_RETURN(
      const std::vector<ReadDocument> all,
      read_documents(
          call, names, [&](const std::string&) { return parse; }, look));
  std::vector<ReferenceRow> rows;
  for (std::vector<ReferenceRow>& some : listed) {
    std::move(some.begin(), some.end(), std::back_inserter(rows));
  }
  const int status = report_documents(call, all);
  SOTTO_RETURN_IF_ERROR(tell(call, rows));
  return status;
}

// As the caller would name it: the index counts from the configuration.
Result<std::string> name_from_here(const std::filesystem::path& folder,
                                   const std::string& document) {
  SOTTO_ASSIGN_OR_RETURN(const std::string here, absolute_name("."));
  const std::filesystem::path file = (folder / document).lexically_normal();
  return file.lexically_relative(here).native();
}

// An index that is empty knows nothing; that is no "nobody".
Result<int> refs_of(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_group_or_secret(*call.options.of));
  std::optional<std::string> key;
  if (!ref.key.empty()) key = ref.key;
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto documents,
                         catalog->uses_of(ref.group, key));
  if (documents.empty()) {
    SOTTO_ASSIGN_OR_RETURN(const auto indexed, catalog->indexed_documents());
    if (indexed.empty()) {
      return fail(ErrorCode::kMissing, "no document is indexed",
                  "tell which there are with: sotto catalog index FOLDER");
    }
    call.terminal.say(fmt::format(
        "sotto: no indexed document refers to \"{}\"\n", *call.options.of));
  }
  SOTTO_ASSIGN_OR_RETURN(const std::string folder,
                         project_folder(engine.config()));
  std::vector<ReferenceRow> rows;
  for (const DocumentUses& document : documents) {
    SOTTO_ASSIGN_OR_RETURN(const std::string name,
                           name_from_here(folder, document.document));
    for (const SecretUse& use : document.uses) {
      rows.push_back({name, use.location, use.pointer, use.ref});
    }
  }
  SOTTO_RETURN_IF_ERROR(tell(call, rows));
  return 0;
}

}  // namespace

Result<int> run_refs(const Call& call) {
  return call.options.of ? refs_of(call) : refs_in_documents(call);
}

}  // namespace sotto::tool
