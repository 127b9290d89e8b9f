// SPDX-License-Identifier: Apache-2.0
//
// The command and files of 200 MiB: how fast, beside cat, and in how much
// memory.

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/project.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kSecrets = 10'000;

struct Run {
  std::string what;
  Command command;
  std::vector<double> samples{};
};

// In turns; into a file that is new each time, or to /dev/null.
void time_runs(Session& session, const std::string& workload,
               const Document& document, std::vector<Run>& runs) {
  const auto bytes = static_cast<double>(document.text.size());
  for (int round = session.quick ? 3 : 7; round > 0; --round) {
    for (Run& run : runs) {
      session.probe.wait_until_quiet(Clock::now() +
                                     std::chrono::milliseconds(250));
      const auto taken = time_command(run.command);
      if (run.command.output != "/dev/null") {
        std::filesystem::remove(run.command.output);
      }
      if (taken) run.samples.push_back(*taken);
    }
  }
  for (Run& run : runs) {
    if (run.samples.empty()) {
      session.measurements.fail(run.what, workload, "it did not exit with 0");
      continue;
    }
    session.measurements.add(
        {.what = run.what,
         .workload = workload,
         .bytes = bytes,
         .items = static_cast<double>(document.expressions)},
        std::move(run.samples));
  }
}

void add_memory(Session& session, const std::string& what,
                const std::string& workload, const Command& command,
                const Document& document) {
  const auto most = peak_memory(command);
  if (!most) {
    session.measurements.fail(what, workload, "it did not exit with 0");
    return;
  }
  session.measurements.add({.what = what,
                            .workload = workload,
                            .median = *most,
                            .bytes = static_cast<double>(document.text.size()),
                            .items = static_cast<double>(document.expressions),
                            .unit = Measurement::Unit::kBytes});
}

// A document that names each secret once: what rendering it takes more than
// one with a single name is the secrets' own.
Document name_each(const std::vector<Secret>& secrets) {
  Document made;
  for (const Secret& secret : secrets) {
    made.text += made.text.empty() ? "[\"" : ",\n\"";
    made.text += "<< SECRETS." + to_string(secret.ref) + " >>\"";
    ++made.expressions;
  }
  made.text += "]\n";
  return made;
}

void measure(Session& session, const Project& project, const std::string& name,
             const Document& document) {
  const std::string file = project.write(name + ".json", document.text);
  const std::string out = project.folder() / "out";
  Command to_file = project.command({"render", file});
  to_file.output = out;
  if (!time_command(to_file) || read_file(out) != document.rendered) {
    session.measurements.fail("sotto render", name,
                              "the result differs from the expected one");
    return;
  }
  std::filesystem::remove(out);
  Command cat;
  cat.words = {"cat", file};
  Command cat_to_file = cat;
  cat_to_file.output = out;
  std::vector<Run> runs;
  runs.push_back({"cat > tmpfs", cat_to_file});
  runs.push_back({"sotto render > tmpfs", to_file});
  runs.push_back({"cat > /dev/null", cat});
  runs.push_back(
      {"sotto render > /dev/null", project.command({"render", file})});
  time_runs(session, name, document, runs);
  add_memory(session, "peak memory", name, project.command({"render", file}),
             document);
  std::filesystem::remove(file);
}

}  // namespace

void measure_large_files(Session& session, const Programs& programs) {
  if (!session.wants("200m")) return;
  WorkloadOptions options{.bytes = 200u << 20, .secrets = kSecrets};
  const Workload small = generate({.bytes = 1u << 10, .secrets = kSecrets});
  const Project project(programs.sotto, small.secrets);
  if (!project.ok()) {
    session.measurements.fail("sotto secret import", "200m",
                              "it did not exit with 0");
    return;
  }
  const auto add_baseline = [&](const char* name, const Document& document) {
    const std::string file =
        project.write(fmt::format("{}.json", name), document.text);
    add_memory(session, "peak memory", name, project.command({"render", file}),
               document);
  };
  const Document one{
      "[\"<< SECRETS." + to_string(small.secrets[0].ref) + " >>\"]", "", 1};
  add_baseline("one secret", one);
  add_baseline("every secret once", name_each(small.secrets));
  measure(session, project, "200m typical", generate(options).document());
  if (session.quick) return;
  options.density = Density::kSparse;
  measure(session, project, "200m sparse", generate(options).document());
  session.measurements.leave_out(
      "sotto render, 200m dense",
      "it has more expressions than the command's limit");
}

}  // namespace sotto::bench
