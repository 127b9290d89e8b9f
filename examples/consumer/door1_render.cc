// SPDX-License-Identifier: Apache-2.0
//
// Door 1: a document, values of your own, rendered bytes. No file is read and
// nothing is asked.

#include <sotto/grammar/template.h>
#include <sotto/render/render.h>

#include <cstdio>
#include <utility>

int main() {
  const sotto::Template parsed = sotto::parse_template(
      R"({"auth": "Bearer << SECRETS.github.TOKEN >>", "shift": "1 << 2"})");
  for (const sotto::SecretRef& ref : parsed.references()) {
    std::fprintf(stderr, "needs %s\n", to_string(ref).c_str());
  }

  auto token = sotto::SecretString::copy_of("an \"example\"");
  if (!token) return 3;
  sotto::Bindings bindings;
  bindings.bind({"github", "TOKEN"}, std::move(*token));

  sotto::WipedBuffer out;
  const sotto::RenderReport report = render(parsed, bindings, out);
  if (!report.ok()) return 1;
  std::fwrite(out.expose().data(), 1, out.size(), stdout);
}
