// SPDX-License-Identifier: Apache-2.0
//
// Door 3: everything, from the sotto.json that is found here or above.
//   door3_engine < flow.json

#include <sotto/service/engine.h>
#include <sotto/service/harden_process.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

static int fail(const sotto::Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return error_info(error.code).exit_status;
}

int main() {
  const auto hardened = sotto::harden_process();
  if (!hardened) return fail(hardened.error());
  const auto config = sotto::load_config({});
  if (!config) return fail(config.error());
  auto engine = sotto::Engine::open(*config);
  if (!engine) return fail(engine.error());

  const sotto::Template parsed = sotto::parse_owned_template(
      std::string(std::istreambuf_iterator<char>(std::cin), {}));
  sotto::WipedBuffer out;
  const auto rendered = engine->render(parsed, out);
  if (!rendered) return fail(rendered.error());

  const sotto::Source source("-", parsed.bytes());
  for (const auto& each : rendered->report.diagnostics(parsed)) {
    std::fputs(format_diagnostic(source, each).c_str(), stderr);
  }
  if (!rendered->report.ok()) return 1;
  std::fwrite(out.expose().data(), 1, out.size(), stdout);
}
