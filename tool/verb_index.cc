// SPDX-License-Identifier: Apache-2.0
//
// sotto catalog index: who refers to what.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "service/reference_list.h"
#include "service/report/json_report.h"
#include "tool/project_documents.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// The path by which the index knows a document, wherever sotto is run.
Result<std::string> path_in_project(const std::string& folder,
                                    const std::string& name) {
  SOTTO_ASSIGN_OR_RETURN(const std::string path, absolute_name(name));
  return std::filesystem::path(path).lexically_relative(folder).native();
}

std::vector<SecretUse> uses_in(const Document& document) {
  std::vector<SecretUse> uses;
  for (ReferenceRow& row :
       list_references(document.source(), document.parsed)) {
    uses.push_back({std::move(row.ref), row.location, std::move(row.pointer)});
  }
  return uses;
}

bool is_gone(const std::filesystem::path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) != 0 &&
         (errno == ENOENT || errno == ENOTDIR);
}

// Of those that the index knows.
Result<std::vector<std::string>> gone_documents(const Catalog& catalog,
                                                const std::string& folder) {
  SOTTO_ASSIGN_OR_RETURN(std::vector<std::string> documents,
                         catalog.indexed_documents());
  std::erase_if(documents, [&](const std::string& document) {
    return !is_gone(std::filesystem::path(folder) / document);
  });
  return documents;
}

// What the documents that were found refer to.
struct Gathered {
  std::vector<ReadDocument> files;
  std::vector<DocumentUses> documents;  // Of each of them that could be read.
};

Result<Gathered> gather(const Call& call, const std::string& folder,
                        const std::vector<std::string>& names) {
  SOTTO_ASSIGN_OR_RETURN(const HowToParse how, how_to_parse(call.options));
  std::vector<DocumentUses> all(names.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SOTTO_ASSIGN_OR_RETURN(all[i].document, path_in_project(folder, names[i]));
  }
  const auto look = [&](std::size_t i, ReadDocument& one) {
    all[i].uses = uses_in(*one.document);
    if (one.document->parsed.diagnostics().empty()) one.document.reset();
  };
  Gathered gathered;
  SOTTO_ASSIGN_OR_RETURN(gathered.files,
                         read_documents(call, names, how, look));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (gathered.files[i].error) continue;
    gathered.documents.push_back(std::move(all[i]));
  }
  return gathered;
}

IndexReport report_of(const std::vector<DocumentUses>& documents,
                      const std::vector<std::string>& gone) {
  IndexReport report;
  report.documents = documents.size();
  report.gone = gone.size();
  for (const DocumentUses& document : documents) {
    report.references += document.uses.size();
    report.referring += document.uses.empty() ? 0 : 1;
  }
  return report;
}

std::string index_text(const IndexReport& report) {
  std::string text =
      fmt::format("{} in {} of {}\n", counted(report.references, "reference"),
                  report.referring, counted(report.documents, "document"));
  if (report.gone > 0) {
    text += fmt::format("{} not there any more\n",
                        counted(report.gone, "document"));
  }
  return text;
}

}  // namespace

// What cannot be read keeps the place that it has in the index.
Result<int> run_catalog_index(const Call& call) {
  if (std::ranges::count(call.options.operands, "-") > 0) {
    return fail(ErrorCode::kUsage,
                "standard input has no name by which it could be indexed",
                "name files, folders or globs");
  }
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const std::string folder,
                         project_folder(engine.config()));
  SOTTO_ASSIGN_OR_RETURN(const FoundDocuments found,
                         find_project_documents(call, engine.config()));
  SOTTO_ASSIGN_OR_RETURN(const Gathered gathered,
                         gather(call, folder, found.names));
  SOTTO_ASSIGN_OR_RETURN(const std::vector<std::string> gone,
                         gone_documents(*catalog, folder));
  SOTTO_RETURN_IF_ERROR(engine.index(gathered.documents, gone));
  const IndexReport indexed = report_of(gathered.documents, gone);
  const int status = report_documents(call, gathered.files, found.errors);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? index_json(indexed) : index_text(indexed)));
  return status;
}

}  // namespace sotto::tool
