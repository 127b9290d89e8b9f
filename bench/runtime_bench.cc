// SPDX-License-Identifier: Apache-2.0
//
// The command beside programs in other languages doing the same work: whole
// processes, and where a peer can tell, the work alone inside of it. Those
// that only replace text get values that are escaped already: with plain ones
// they would make invalid JSON.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/oracle.h"
#include "bench/project.h"
#include "bench/values.h"

namespace sotto::bench {
namespace {

// The documents and values of one workload, as each peer wants to have them.
struct Inputs {
  std::string native;  // << SECRETS.group.KEY >>
  std::string braces;  // {{ SECRETS.group.KEY }}
  std::string calls;   // {{ env "group.KEY" }}
  std::string values;  // {"group.KEY": "value"}
  std::string nested;  // {"SECRETS": {"group": {"KEY": "escaped value"}}}
  std::string table;   // group.KEY, a tab, the escaped value
  std::vector<std::string> environment;  // group.KEY=escaped value
  std::string output;  // Where those write that do not to standard output.
};

struct Peer {
  std::string name;
  std::vector<std::string> words;        // The program and its first arguments.
  std::vector<std::string> arguments{};  // Document, values.
  bool replaces_text = false;            // Else it writes the same tree anew.
  bool repeats = false;      // Knows --repeat: prints the best time in ns.
  bool in_quick = false;     // Is in a goal.
  bool to_file = false;      // Writes Inputs::output.
  bool environment = false;  // Takes its values from there.
};

// Each expression spelled in another way.
std::string respell(const Workload& workload,
                    const std::function<std::string(std::string_view)>& spell) {
  ValueTable spellings = plain_values(workload.secrets);
  for (auto& [name, spelling] : spellings) spelling = spell(name);
  return replace_expressions(workload.document().text, spellings);
}

Inputs write_inputs(const Project& project, const Workload& workload) {
  const ValueTable escaped = escaped_values(workload.secrets);
  nlohmann::ordered_json nested;
  std::string table;
  Inputs inputs;
  for (const Secret& secret : workload.secrets) {
    const std::string name = to_string(secret.ref);
    const std::string& value = escaped.at(name);
    nested["SECRETS"][secret.ref.group][secret.ref.key] = value;
    table += name + "\t" + value + "\n";
    inputs.environment.push_back(name + "=" + value);
  }
  inputs.native = project.write("flow.json", workload.document().text);
  inputs.braces =
      project.write("braces.json", respell(workload, [](std::string_view name) {
                      return fmt::format("{{{{ SECRETS.{} }}}}", name);
                    }));
  inputs.calls =
      project.write("calls.json", respell(workload, [](std::string_view name) {
                      return fmt::format("{{{{ env \"{}\" }}}}", name);
                    }));
  inputs.values = project.write("values.json", to_json(workload.secrets));
  inputs.nested = project.write("nested.json", nested.dump());
  inputs.table = project.write("escaped.tsv", table);
  inputs.output = project.folder() / "peer.out";
  return inputs;
}

std::vector<Peer> make_peers(const Programs& programs, const Inputs& in) {
  const auto script = [&](const char* name) {
    return programs.scripts + "/" + name;
  };
  const auto installed = [&](const char* name) {
    return programs.peers + "/" + name;
  };
  const std::string node_script = installed("node/render_template.mjs");
  const auto template_engine = [&](const char* name) {
    return Peer{.name = name,
                .words = {"node", node_script, name},
                .arguments = {in.braces, in.nested},
                .replaces_text = true,
                .repeats = true};
  };
  return {
      {.name = "perl s///ge",
       .words = {"perl", script("render.pl")},
       .arguments = {in.native, in.table},
       .replaces_text = true,
       .repeats = true,
       .in_quick = true},
      {.name = "node JSON",
       .words = {"node", script("render_json.mjs")},
       .arguments = {in.native, in.values},
       .repeats = true,
       .in_quick = true},
      {.name = "node replace",
       .words = {"node", script("render_text.mjs")},
       .arguments = {in.native, in.table},
       .replaces_text = true,
       .repeats = true},
      {.name = "python json+re",
       .words = {"python3", "-B", script("render_json.py")},
       .arguments = {in.native, in.values},
       .repeats = true,
       .in_quick = true},
      {.name = "jq gsub",
       .words = {"jq", "--compact-output", "--slurpfile", "values", in.values,
                 "--from-file", script("render.jq")},
       .arguments = {in.native},
       .in_quick = true},
      template_engine("handlebars"),
      template_engine("nunjucks"),
      template_engine("liquidjs"),
      {.name = "jinja2",
       .words = {installed("python/bin/python3"), "-B",
                 script("render_jinja2.py")},
       .arguments = {in.braces, in.nested},
       .replaces_text = true,
       .repeats = true},
      {.name = "fasttemplate",
       .words = {installed("bin/fasttemplate")},
       .arguments = {in.braces, in.table},
       .replaces_text = true,
       .repeats = true},
      {.name = "minijinja-cli",
       .words = {installed("bin/minijinja-cli"), "--autoescape", "none"},
       .arguments = {in.braces, in.nested},
       .replaces_text = true},
      {.name = "consul-template",
       .words = {installed("bin/consul-template"), "-once", "-log-level=err",
                 "-template", in.calls + ":" + in.output},
       .replaces_text = true,
       .to_file = true,
       .environment = true},
  };
}

Command command_of(const Peer& peer, const Inputs& inputs,
                   const std::vector<std::string>& options = {}) {
  Command command;
  command.words = peer.words;
  command.words.insert(command.words.end(), options.begin(), options.end());
  command.words.insert(command.words.end(), peer.arguments.begin(),
                       peer.arguments.end());
  if (peer.environment) command.environment = inputs.environment;
  return command;
}

bool is_right(const Peer& peer, const Inputs& inputs,
              const Document& document) {
  std::string made = output_of(command_of(peer, inputs));
  if (peer.to_file) made = read_file(inputs.output);
  return peer.replaces_text ? made == document.rendered
                            : same_json(made, document.rendered);
}

// Slow programs are run less often, none less than `at_least` times.
std::vector<double> time_runs(Session& session, const Command& command,
                              std::size_t at_least) {
  constexpr double kBudget = 6e9;
  std::vector<double> samples;
  const auto began = Clock::now();
  while (samples.size() < at_least ||
         (elapsed(began) < kBudget && samples.size() < 11)) {
    session.probe.wait_until_quiet(Clock::now() +
                                   std::chrono::milliseconds(100));
    const auto taken = time_command(command);
    if (!taken) return samples;
    samples.push_back(*taken);
    if (session.quick && samples.size() >= at_least) break;
  }
  return samples;
}

class Race {
 public:
  Race(Session& session, std::string size, const Document& document)
      : session_(session), size_(std::move(size)), document_(document) {}

  void run(const Peer& peer, const Inputs& inputs) {
    if (!in_path(peer.words.front()) ||
        (peer.words.size() > 1 && peer.words[1].ends_with(".mjs") &&
         !std::filesystem::exists(peer.words[1]))) {
      session_.measurements.leave_out(peer.name, "not installed");
      return;
    }
    if (!is_right(peer, inputs, document_)) {
      session_.measurements.fail(peer.name, "command " + size_,
                                 "the result differs from the expected one");
      return;
    }
    add(peer.name, "command " + size_,
        time_runs(session_, command_of(peer, inputs), 3));
    if (!peer.repeats) return;
    const std::string best =
        output_of(command_of(peer, inputs, {"--repeat", "5"}));
    const double nanoseconds = std::atof(best.c_str());
    if (nanoseconds > 0) {
      add(peer.name, "libraries " + size_, {nanoseconds});
    }
  }

  void add(const std::string& what, const std::string& workload,
           std::vector<double> samples) {
    if (samples.empty()) {
      session_.measurements.fail(what, workload, "it did not exit with 0");
      return;
    }
    session_.measurements.add(
        {.what = what,
         .workload = workload,
         .bytes = static_cast<double>(document_.text.size()),
         .items = static_cast<double>(document_.expressions)},
        std::move(samples));
  }

 private:
  Session& session_;
  std::string size_;
  const Document& document_;
};

void measure(Session& session, const Programs& programs,
             const std::string& size, const WorkloadOptions& options) {
  if (!session.wants("command " + size)) return;
  const Workload workload = generate(options);
  const Document& document = workload.document();
  const Project project(programs.sotto, workload.secrets);
  const Inputs inputs = write_inputs(project, workload);
  const Command render = project.command({"render", inputs.native});
  if (!project.ok() || output_of(render) != document.rendered) {
    session.measurements.fail("sotto render", "command " + size,
                              "the result differs from the expected one");
    return;
  }
  Race race(session, size, document);
  race.add("sotto render", "command " + size, time_runs(session, render, 11));
  Command cat;
  cat.words = {"cat", inputs.native};
  race.add("cat", "command " + size, time_runs(session, cat, 11));
  for (const Peer& peer : make_peers(programs, inputs)) {
    if (!session.quick || peer.in_quick) race.run(peer, inputs);
  }
}

}  // namespace

void measure_runtimes(Session& session, const Programs& programs) {
  session.measurements.leave_out(
      "vals", "not built: it brings the SDKs of every cloud along");
  if (!session.quick) {
    measure(session, programs, "64k typical", {.bytes = 64u << 10});
  }
  measure(session, programs, "10m typical",
          {.bytes = 10u << 20, .secrets = 1'000});
}

}  // namespace sotto::bench
