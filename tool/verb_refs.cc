// SPDX-License-Identifier: Apache-2.0
//
// sotto refs: what documents name.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "base/visible_text.h"
#include "service/json_report.h"
#include "service/parallel.h"
#include "service/reference_list.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// What one operand came to.
struct Listed {
  std::vector<ReferenceRow> rows;
  std::optional<Document> document;  // If there is something to say of it.
  std::optional<Error> error;        // It could not be read.

  int status() const {
    if (error) return error_info(error->code).exit_status;
    return document && !document->parsed.ok() ? 1 : 0;
  }
};

Listed list(const Call& call, const std::string& operand,
            const ParseOptions& parse) {
  Listed listed;
  auto document = parse_document(call, operand, parse);
  if (!document) {
    listed.error = std::move(document.error());
    return listed;
  }
  listed.rows = list_references(document->source(), document->parsed);
  if (!document->parsed.diagnostics().empty()) {
    listed.document = *std::move(document);
  }
  return listed;
}

// Side by side, but for standard input: who names it twice finds nothing the
// second time.
Result<std::vector<Listed>> list_all(const Call& call,
                                     const ParseOptions& parse) {
  const std::vector<std::string>& operands = call.options.operands;
  std::vector<Listed> all(operands.size());
  std::atomic<std::size_t> done = 0;
  const auto list_one = [&](std::size_t i) {
    all[i] = list(call, operands[i], parse);
    call.count("read", ++done);
  };
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] == "-") {
      list_one(i);
    } else {
      files.push_back(i);
    }
  }
  SOTTO_RETURN_IF_ERROR(
      parallel_for(files.size(), [&](std::size_t i) -> Result<void> {
        list_one(files[i]);
        return {};
      }));
  return all;
}

void report_all(const Call& call, const std::vector<Listed>& all) {
  std::vector<Findings> findings;
  for (const Listed& listed : all) {
    if (!listed.document) continue;
    findings.push_back(
        {listed.document->source(), listed.document->parsed.diagnostics()});
  }
  report(call, findings);
}

std::string row_text(const ReferenceRow& row) {
  return fmt::format("{}:{}:{}: {}{}{}\n", visible_line(row.file),
                     row.location.line, row.location.column, to_string(row.ref),
                     row.pointer.empty() ? "" : "  ",
                     visible_line(row.pointer));
}

std::string rows_text(const Call& call, std::vector<Listed>& all) {
  std::string text;
  std::vector<ReferenceRow> rows;
  for (Listed& listed : all) {
    for (ReferenceRow& row : listed.rows) {
      if (call.options.json) {
        rows.push_back(std::move(row));
      } else {
        text += row_text(row);
      }
    }
  }
  return call.options.json ? references_json(rows) : text;
}

}  // namespace

// What could not be read takes nothing away from what could.
Result<int> run_refs(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  SOTTO_ASSIGN_OR_RETURN(std::vector<Listed> all, list_all(call, parse));
  report_all(call, all);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(rows_text(call, all)));
  int status = 0;
  for (const Listed& listed : all) {
    if (listed.error) call.terminal.error(*listed.error);
    status = std::max(status, listed.status());
  }
  return status;
}

}  // namespace sotto::tool
