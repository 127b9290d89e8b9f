// SPDX-License-Identifier: Apache-2.0
//
// sotto refs, sotto explain: what a document asks for.

#include <fmt/format.h>

#include <algorithm>

#include "service/json_report.h"
#include "service/reference_list.h"
#include "tool/session.h"
#include "tool/verb.h"

namespace sotto::tool {
namespace {

std::string row_text(const ReferenceRow& row) {
  return fmt::format("{}:{}:{}: {}{}{}\n", row.file, row.location.line,
                     row.location.column, to_string(row.ref),
                     row.pointer.empty() ? "" : "  ", row.pointer);
}

std::string plan_text(const std::string& file, const Plan& plan) {
  std::string text =
      fmt::format("{}: {}, {}\n", file, counted(plan.refs.size(), "secret"),
                  counted(plan.batches.size(), "call"));
  for (const StoreBatch& batch : plan.batches) {
    text += fmt::format("{}: 1 call, {}\n", batch.store,
                        counted(batch.refs.size(), "secret"));
    for (const std::size_t index : batch.refs) {
      const PlannedRef& planned = plan.refs[index];
      text += fmt::format("  {}", to_string(planned.ref));
      if (planned.entry) {
        text += fmt::format("  {}  version {}", to_string(planned.entry->scope),
                            planned.entry->version);
      }
      text += '\n';
    }
  }
  const auto is_unavailable = [](const PlannedRef& planned) {
    return planned.error.has_value();
  };
  if (std::any_of(plan.refs.begin(), plan.refs.end(), is_unavailable)) {
    text += "not available:\n";
  }
  for (const PlannedRef& planned : plan.refs) {
    if (!planned.error) continue;
    text += fmt::format("  {}  {}\n", to_string(planned.ref),
                        planned.error->message);
  }
  return text;
}

// 1 if the document names what is not there; an alternative may still stand in
// for it, which is why no error is printed.
int status_of(const Plan& plan) {
  int status = 0;
  for (const PlannedRef& planned : plan.refs) {
    if (!planned.error) continue;
    status = std::max(status, error_info(planned.error->code).exit_status);
  }
  return status;
}

}  // namespace

Result<int> run_refs(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  std::vector<ReferenceRow> rows;
  int status = 0;
  for (const std::string& operand : call.options.operands) {
    SOTTO_ASSIGN_OR_RETURN(const InputFile input, read_document(call, operand));
    const Template parsed = parse_template(input.bytes, parse);
    const Source source(input.name, input.bytes);
    for (ReferenceRow& row : list_references(source, parsed)) {
      rows.push_back(std::move(row));
    }
    report(call, source, parsed.diagnostics());
    if (!parsed.ok()) status = 1;
  }
  std::string text;
  if (call.options.json) {
    text = references_json(rows);
  } else {
    for (const ReferenceRow& row : rows) text += row_text(row);
  }
  SOTTO_RETURN_IF_ERROR(call.terminal.write(text));
  return status;
}

Result<int> run_explain(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                         read_document(call, call.options.operands.front()));
  const Template parsed = parse_template(input.bytes, parse);
  report(call, Source(input.name, input.bytes), parsed.diagnostics());
  if (!parsed.ok()) return 1;
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Plan plan, engine.plan(parsed));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(call.options.json
                                                ? plan_json(input.name, plan)
                                                : plan_text(input.name, plan)));
  return status_of(plan);
}

}  // namespace sotto::tool
