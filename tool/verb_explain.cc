// SPDX-License-Identifier: Apache-2.0
//
// sotto explain: what a document would ask for.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/visible_text.h"
#include "resolver/planned_use.h"
#include "service/json_report.h"
#include "service/plan_cost.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// A document's plan, what it means for each reference, and, where that was
// asked for, what came of it.
struct Explanation {
  const Plan& plan;
  const std::vector<PlannedUse>& uses;
  const PlanCost& cost;
  std::optional<PlanAnalysis> analysis = std::nullopt;

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

// What carrying it out took, and what could not be had.
std::string analysis_text(const PlanAnalysis& analysis) {
  const auto& [rounds, batches, fetched, calls, elapsed] =
      analysis.resolution.cost;
  std::string text = fmt::format(
      "it took {} in {:.1f} ms: {} from memory\n"
      "  elsewhere: {}, {} of them again, {}, {} sent, {} received\n",
      counted(rounds, "round"), static_cast<double>(elapsed.count()) / 1000,
      counted(calls.cache_hits, "secret"), counted(calls.calls, "call"),
      calls.retries, counted(calls.logins, "login"),
      counted(calls.bytes_sent, "byte"), counted(calls.bytes_received, "byte"));
  for (const SecretRef& ref : analysis.failed) {
    const Error& error = *analysis.resolution.bindings.error(ref);
    text +=
        fmt::format("  {}  {}\n", to_string(ref), visible_line(error.message));
  }
  return text;
}

std::string plan_text(const std::string& file, const Explanation& explanation) {
  const Plan& plan = explanation.plan;
  const PlanCost& cost = explanation.cost;
  std::string text = fmt::format(
      "{}: {}, {}, {}\n", visible_line(file),
      counted(
          explanation.uses.size() - explanation.count(PlannedUse::kAlternative),
          "secret"),
      counted(cost.all_calls, "call"), counted(cost.rounds, "round"));
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    const StoreBatch& batch = plan.batches[i];
    text +=
        fmt::format("{}: {}, {}\n", batch.store, counted(cost.calls[i], "call"),
                    counted(batch.refs.size(), "secret"));
    for (const std::size_t index : batch.refs) {
      text += ref_text(plan.refs[index]);
    }
  }
  text += section_text("alternative, not asked for at first",
                       PlannedUse::kAlternative, explanation);
  text += section_text("not available", PlannedUse::kUnavailable, explanation);
  if (explanation.analysis) text += analysis_text(*explanation.analysis);
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
  if (!explanation.analysis) return status;
  const auto& [resolution, failed] = *explanation.analysis;
  for (const SecretRef& ref : failed) {
    const ErrorCode code = resolution.bindings.error(ref)->code;
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
  const PlanCost cost = plan_cost(plan, engine.config());
  Explanation explanation{plan, uses, cost};
  Resolution resolution;
  if (call.options.analyze) {
    SOTTO_ASSIGN_OR_RETURN(resolution, engine.resolve(parsed));
    explanation.analysis.emplace(PlanAnalysis{
        resolution, failed_references(parsed, resolution.bindings)});
  }
  const PlanAnalysis* const analysis =
      explanation.analysis ? &*explanation.analysis : nullptr;
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? plan_json(input.name, cost, plan, uses, analysis)
                        : plan_text(input.name, explanation)));
  return status_of(explanation);
}

}  // namespace sotto::tool
