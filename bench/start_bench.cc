// SPDX-License-Identifier: Apache-2.0
//
// From exec to exit: the command beside a static program that says hello. And
// is libcurl left alone, where nothing remote is asked for?

#include <fmt/format.h>

#include <string>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/project.h"

namespace sotto::bench {
namespace {

constexpr char kWorkload[] = "cold start";

struct Start {
  std::string what;
  Command command;
  std::vector<double> samples{};
};

void time_in_turns(Session& session, std::vector<Start>& starts) {
  for (int round = session.quick ? 31 : 101; round > 0; --round) {
    for (Start& start : starts) {
      session.probe.wait_until_quiet(Clock::now() +
                                     std::chrono::milliseconds(100));
      const auto taken = time_command(start.command);
      if (taken) start.samples.push_back(*taken);
    }
  }
}

void look_for_libcurl(Session& session, const Project& project) {
  // The same secrets in a document that is larger than a pipe.
  const Workload large = generate({.bytes = 1u << 20, .secrets = 10});
  const Command render = project.command(
      {"render", project.write("1m.json", large.document().text)});
  const auto mapped = maps_library(render, "curl");
  if (!mapped) {
    session.measurements.leave_out("libcurl mapped",
                                   "only root may look into the command");
    return;
  }
  session.measurements.add({.what = "libcurl mapped",
                            .workload = kWorkload,
                            .median = *mapped ? 1.0 : 0.0,
                            .unit = Measurement::Unit::kBytes});
}

}  // namespace

void measure_start(Session& session, const Programs& programs) {
  if (!session.wants(kWorkload)) return;
  const Workload workload = generate({.bytes = 1u << 10, .secrets = 10});
  const Project project(programs.sotto, workload.secrets);
  const std::string file = project.write("flow.json", workload.document().text);
  const Command render = project.command({"render", file});
  if (!project.ok() || output_of(render) != workload.document().rendered) {
    session.measurements.fail("sotto render", kWorkload,
                              "the result differs from the expected one");
    return;
  }
  std::vector<Start> starts;
  Command hello;
  hello.words = {programs.hello};
  starts.push_back({"hello", hello});
  starts.push_back({"sotto version", project.command({"version"})});
  starts.push_back({"sotto refs 1 KiB", project.command({"refs", file})});
  starts.push_back({"sotto render 1 KiB", render});
  time_in_turns(session, starts);
  for (Start& start : starts) {
    if (start.samples.empty()) {
      session.measurements.fail(start.what, kWorkload,
                                "it did not exit with 0");
      continue;
    }
    session.measurements.add({.what = start.what, .workload = kWorkload},
                             std::move(start.samples));
  }
  look_for_libcurl(session, project);
}

}  // namespace sotto::bench
