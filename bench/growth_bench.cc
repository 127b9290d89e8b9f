// SPDX-License-Identifier: Apache-2.0
//
// Does the cost grow with the input, and not faster?

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/sotto_renderer.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kItems = 100'000;

void measure(Session& session, const std::string& name,
             const std::vector<Secret>& secrets, const Document& document) {
  SottoRenderer sotto(secrets);
  Contest contest(session, name, static_cast<double>(document.text.size()),
                  static_cast<double>(document.expressions));
  contest.add(
      "parse+render", [&] { sotto.render(document.text); },
      [&] { return sotto.output() == document.rendered; });
  contest.run();
}

void measure_sizes(Session& session) {
  for (const std::size_t kibibytes : {1u, 8u, 64u, 1'024u, 10'240u, 204'800u}) {
    const std::string name = fmt::format("growth {} KiB", kibibytes);
    if (!session.wants(name) || (session.quick && kibibytes > 20'000)) continue;
    const Workload workload =
        generate({.bytes = kibibytes << 10, .secrets = 100});
    measure(session, name, workload.secrets, workload.document());
  }
}

// A list of texts, so many of which have an expression; the others have as
// many bytes that are none. So only their number differs.
Document make_list(const std::vector<SecretRef>& names,
                   std::size_t expressions) {
  constexpr std::string_view kPadding =
      "alert incident triage enrich lookup severity host threshold";
  constexpr std::string_view kValue = "0123456789abcdef0123456789abcdef";
  Document made;
  const auto add = [&](std::string_view text) {
    made.text += text;
    made.rendered += text;
  };
  const std::size_t every = kItems / expressions;
  add("[");
  for (std::size_t i = 0; i < kItems; ++i) {
    const std::string name = to_string(names[i % names.size()]);
    add(i == 0 ? "\"" : ",\n\"");
    add(kPadding);
    if (i % every == 0) {
      made.text += "<< SECRETS." + name + " >>";
      made.rendered += kValue;
      ++made.expressions;
    } else {
      add("<- SECRETS." + name + " >>");
    }
    add("\"");
  }
  add("]\n");
  return made;
}

void measure_references(Session& session, const char* label,
                        std::size_t distinct) {
  const auto names = generate_names(distinct);
  std::vector<Secret> secrets;
  for (const SecretRef& ref : names) {
    secrets.push_back({ref, "0123456789abcdef0123456789abcdef"});
  }
  for (const std::size_t expressions : {1u, 100u, 1'000u, 10'000u, 100'000u}) {
    const std::string name = fmt::format("{} {}", label, expressions);
    if (!session.wants(name)) continue;
    measure(session, name, secrets, make_list(names, expressions));
  }
}

}  // namespace

void measure_growth(Session& session) {
  measure_sizes(session);
  measure_references(session, "references", 1'000);
  if (!session.quick) measure_references(session, "distinct names", kItems);
}

}  // namespace sotto::bench
