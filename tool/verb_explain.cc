// SPDX-License-Identifier: Apache-2.0
//
// sotto explain: what a document would ask for.

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/visible_text.h"
#include "resolver/planned_use.h"
#include "service/json_report.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// A document's plan, and what it means for each reference.
struct Explanation {
  const Plan& plan;
  const std::vector<PlannedUse>& uses;

  std::size_t count(PlannedUse use) const {
    return static_cast<std::size_t>(std::count(uses.begin(), uses.end(), use));
  }
};

std::string ref_text(const PlannedRef& planned) {
  std::string text = fmt::format("  {}", to_string(planned.ref));
  if (planned.error) {
    text += fmt::format("  {}", visible_line(planned.error->message));
  } else if (planned.entry) {
    text += fmt::format("  {}  version {}", to_string(planned.entry->scope),
                        planned.entry->version);
  }
  return text + '\n';
}

// The references of one use below a title; nothing if there are none.
std::string section_text(std::string_view title, PlannedUse use,
                         const Explanation& explanation) {
  if (explanation.count(use) == 0) return "";
  std::string text = fmt::format("{}:\n", title);
  for (std::size_t i = 0; i < explanation.uses.size(); ++i) {
    if (explanation.uses[i] == use) text += ref_text(explanation.plan.refs[i]);
  }
  return text;
}

std::string plan_text(const std::string& file, const Explanation& explanation) {
  const Plan& plan = explanation.plan;
  std::string text =
      fmt::format("{}: {}, {}\n", visible_line(file),
                  counted(explanation.uses.size() -
                              explanation.count(PlannedUse::kAlternative),
                          "secret"),
                  counted(plan.batches.size(), "call"));
  for (const StoreBatch& batch : plan.batches) {
    text += fmt::format("{}: 1 call, {}\n", batch.store,
                        counted(batch.refs.size(), "secret"));
    for (const std::size_t index : batch.refs) {
      text += ref_text(plan.refs[index]);
    }
  }
  text += section_text("alternative, not asked for at first",
                       PlannedUse::kAlternative, explanation);
  text += section_text("not available", PlannedUse::kUnavailable, explanation);
  return text;
}

// As a render would end: 1 if the document needs what is not there.
int status_of(const Explanation& explanation) {
  int status = 0;
  for (std::size_t i = 0; i < explanation.uses.size(); ++i) {
    if (explanation.uses[i] != PlannedUse::kUnavailable) continue;
    const ErrorCode code = explanation.plan.refs[i].error->code;
    status = std::max(status, error_info(code).exit_status);
  }
  return status;
}

}  // namespace

Result<int> run_explain(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const ParseOptions parse, parse_options(call.options));
  SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                         read_document(call, call.options.operands.front()));
  const Template parsed = parse_template(input.bytes, parse);
  report(call, Source(input.name, input.bytes), parsed.diagnostics());
  if (!parsed.ok()) return 1;
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Plan plan, engine.plan(parsed));
  const std::vector<PlannedUse> uses = planned_uses(parsed, plan);
  const Explanation explanation{plan, uses};
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? plan_json(input.name, plan, uses)
                        : plan_text(input.name, explanation)));
  return status_of(explanation);
}

}  // namespace sotto::tool
