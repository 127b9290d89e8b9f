// SPDX-License-Identifier: Apache-2.0
//
// Documents made to be slow: 10 MiB of one thing.

#include <string>
#include <string_view>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "bench/sotto_renderer.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kBytes = 10u << 20;

struct Shape {
  const char* name;
  std::string_view repeated;
  bool in_string;  // Of a JSON document, which the shape alone is not.
  bool valid;
};

constexpr Shape kShapes[] = {
    {"<", "<", false, false},
    {"< in a string", "<", true, true},
    {"<< SECRETS.", "<< SECRETS.", false, false},
    {"<< SECRETS. in a string", "<< SECRETS.", true, false},
    {"<< SECRETS.a.B in a string", "<< SECRETS.a.B ", true, false},
    {"<< SECRETS.a.B || in a string", "<< SECRETS.a.B || ", true, false},
    {"\\u003c", "\\u003c", false, false},
    {"\\u003c in a string", "\\u003c", true, true},
    {"\"", "\"", false, false},
    {"\\\" in a string", "\\\"", true, true},
    {"\\\\ in a string", "\\\\", true, true},
    {"[", "[", false, false},
    {"{\"a\":", "{\"a\":", false, false},
    {"é in a string", "\u00e9", true, true},
    {"> in a string", ">", true, true},
};

std::string make(const Shape& shape) {
  std::string text = shape.in_string ? "\"" : "";
  while (text.size() < kBytes) text += shape.repeated;
  return shape.in_string ? text + "\"" : text;
}

}  // namespace

void measure_hostile(Session& session) {
  for (const Shape& shape : kShapes) {
    const std::string name = std::string("hostile ") + shape.name;
    if (!session.wants(name)) continue;
    const std::string document = make(shape);
    bool accepted = false;
    Contest contest(session, name, static_cast<double>(document.size()), 0);
    contest.add(
        "parse",
        [&] { accepted = parse_template(document, roomy_options()).ok(); },
        [&] { return accepted == shape.valid; });
    contest.run();
  }
}

}  // namespace sotto::bench
