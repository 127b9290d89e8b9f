// SPDX-License-Identifier: Apache-2.0
//
// sotto explain: what a document would ask for.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/visible_text.h"
#include "resolver/planned_use.h"
#include "service/plan_cost.h"
#include "service/report/json_report.h"
#include "tool/project_documents.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// A plan, what it means for each reference, and, where that was asked for, what
// came of it.
struct Explanation {
  PlanReport report;
  std::optional<PlanAnalysis> analysis = std::nullopt;

  std::size_t count(PlannedUse use) const {
    return static_cast<std::size_t>(
        std::count(report.uses.begin(), report.uses.end(), use));
  }
};

std::string look_text(const ScopeLook& look, const PlannedRef& planned) {
  std::string text = fmt::format("    {}  ", to_string(look.scope));
  if (!look.entry) {
    return text + (look.asked.empty()
                       ? "not defined\n"
                       : fmt::format("not in the catalog: {} asked\n",
                                     fmt::join(look.asked, ", ")));
  }
  text += fmt::format("{}, version {}, in {}", to_string(look.entry->state),
                      look.entry->version, look.entry->store);
  if (!look.in_order) return text + ": not looked in\n";
  if (!look.decides) return text + ": not needed\n";
  return text + (planned.error || planned.otherwise
                     ? ": no other takes its place\n"
                     : ": taken\n");
}

// One line; and one for each scope where there is more than one to tell of.
std::string ref_text(const PlanReport& report, std::size_t index) {
  const PlannedRef& planned = report.plan.refs[index];
  std::string text = fmt::format("  {}", to_string(planned.ref));
  if (planned.error) {
    text += fmt::format("  {}", visible_line(planned.error->message));
  } else if (planned.entry) {
    text += fmt::format("  {}  version {}", to_string(planned.entry->scope),
                        planned.entry->version);
  }
  text += '\n';
  const std::vector<ScopeLook>& looks = report.scopes[index];
  if (looks.size() == 1) return text;
  for (const ScopeLook& look : looks) text += look_text(look, planned);
  return text;
}

// The references of one use below a title; nothing if there are none.
std::string section_text(std::string_view title, PlannedUse use,
                         const Explanation& explanation) {
  const PlanReport& report = explanation.report;
  if (explanation.count(use) == 0) return "";
  std::string text = fmt::format("{}:\n", title);
  for (std::size_t i = 0; i < report.uses.size(); ++i) {
    if (report.uses[i] == use) text += ref_text(report, i);
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

std::string title_of(const std::vector<std::string>& files) {
  return files.size() == 1 ? visible_line(files.front())
                           : counted(files.size(), "document");
}

std::string plan_text(const Explanation& explanation) {
  const PlanReport& report = explanation.report;
  std::string text = fmt::format(
      "{}: {}, {}, {}\n", title_of(report.files),
      counted(report.uses.size() - explanation.count(PlannedUse::kAlternative),
              "secret"),
      counted(report.cost.all_calls, "call"),
      counted(report.cost.rounds, "round"));
  for (std::size_t i = 0; i < report.plan.batches.size(); ++i) {
    const StoreBatch& batch = report.plan.batches[i];
    text += fmt::format("{}: {}, {}\n", batch.store,
                        counted(report.cost.calls[i], "call"),
                        counted(batch.refs.size(), "secret"));
    for (const std::size_t index : batch.refs) text += ref_text(report, index);
  }
  text += section_text("alternative, not asked for at first",
                       PlannedUse::kAlternative, explanation);
  text += section_text("not available", PlannedUse::kUnavailable, explanation);
  if (explanation.analysis) text += analysis_text(*explanation.analysis);
  return text;
}

// As a render would end: 1 if a document needs what is not there.
int status_of(const Explanation& explanation) {
  const PlanReport& report = explanation.report;
  int status = 0;
  for (std::size_t i = 0; i < report.uses.size(); ++i) {
    if (report.uses[i] != PlannedUse::kUnavailable) continue;
    const ErrorCode code = report.plan.refs[i].error->code;
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

std::vector<SecretRef> failed_in(const SoundDocuments& sound,
                                 const Bindings& bindings) {
  std::set<SecretRef> failed;
  for (const Template* const parsed : sound.templates) {
    for (SecretRef& ref : failed_references(*parsed, bindings)) {
      failed.insert(std::move(ref));
    }
  }
  return {failed.begin(), failed.end()};
}

Result<int> explain(const Call& call, const SoundDocuments& sound) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Plan plan, engine.plan(sound.templates));
  SOTTO_ASSIGN_OR_RETURN(const auto scopes, engine.scopes_of(plan));
  const std::vector<PlannedUse> uses = planned_uses(sound.templates, plan);
  const PlanCost cost = plan_cost(plan, engine.config());
  Explanation explanation{{sound.names, plan, uses, scopes, cost}};
  Resolution resolution;
  if (call.options.analyze) {
    std::vector<std::string> notes;
    SOTTO_ASSIGN_OR_RETURN(resolution, engine.resolve(sound.templates, notes));
    explanation.analysis.emplace(
        PlanAnalysis{resolution, failed_in(sound, resolution.bindings)});
  }
  const PlanAnalysis* const analysis =
      explanation.analysis ? &*explanation.analysis : nullptr;
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? plan_json(explanation.report, analysis)
                        : plan_text(explanation)));
  return status_of(explanation);
}

}  // namespace

// What is wrong with one document takes nothing away from the others.
Result<int> run_explain(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const HowToParse how, how_to_parse(call.options));
  SOTTO_ASSIGN_OR_RETURN(const Config config, load_config(call));
  SOTTO_ASSIGN_OR_RETURN(const FoundDocuments found,
                         find_project_documents(call, config));
  SOTTO_ASSIGN_OR_RETURN(
      const std::vector<ReadDocument> all,
      read_documents(call, found.names, how, [](std::size_t, auto&) {}));
  const int status = report_documents(call, all, found.errors);
  const SoundDocuments sound = sound_documents(all);
  if (sound.templates.empty()) return status;
  SOTTO_ASSIGN_OR_RETURN(const int explained, explain(call, sound));
  return std::max(status, explained);
}

}  // namespace sotto::tool
