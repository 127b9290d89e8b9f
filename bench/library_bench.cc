// SPDX-License-Identifier: Apache-2.0
//
// Sotto beside other C and C++ libraries in the same process.

#include <memory>
#include <string>
#include <utility>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/oracle.h"
#include "bench/peers/peers.h"
#include "bench/sotto_renderer.h"

namespace sotto::bench {
namespace {

void add_peer(Contest& contest, const RenderPeer& peer,
              const Document& document) {
  const auto out = std::make_shared<std::string>();
  const auto run = [render = peer.render, out, &document] {
    out->clear();
    render(document.text, *out);
  };
  contest.add(peer.name, run, [&] {
    return peer.replaces_text ? *out == document.rendered
                              : same_json(*out, document.rendered);
  });
}

void measure(Session& session, const std::string& name,
             const WorkloadOptions& options) {
  if (!session.wants(name)) return;
  const Workload workload = generate(options);
  const Document& document = workload.document();
  SottoRenderer sotto(workload.secrets);
  Contest contest(session, name, static_cast<double>(document.text.size()),
                  static_cast<double>(document.expressions));
  contest.add(
      "parse+render", [&] { sotto.render(document.text); },
      [&] { return sotto.output() == document.rendered; });
  for (const RenderPeer& peer : render_peers(workload.secrets)) {
    add_peer(contest, peer, document);
  }
  contest.run();
}

}  // namespace

void measure_libraries(Session& session) {
  session.measurements.leave_out("inja", "no package has it");
  for (const std::string& name : absent_peers()) {
    session.measurements.leave_out(name, "not there when this was configured");
  }
  WorkloadOptions options{.bytes = 64u << 10};
  measure(session, "libraries 64k typical", options);
  options.bytes = 10u << 20;
  options.secrets = 1'000;
  measure(session, "libraries 10m typical", options);
  if (session.quick) return;
  options.density = Density::kDense;
  measure(session, "libraries 10m dense", options);
}

}  // namespace sotto::bench
