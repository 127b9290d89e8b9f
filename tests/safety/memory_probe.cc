// SPDX-License-Identifier: Apache-2.0
//
// A small user of the library that others look into (memory_test.py): reads
// values from standard input, one a line, does what its argument says with
// them, gives everything back, prints "ready" and waits for the end of its
// input.
//
//   sotto_memory_probe SCENARIO < values
//
// Scenarios: render, text, failed-render, functions, clone, cut-json; hold
// (keeps the values in secret memory); plant-string, plant-stream,
// plant-stack (leave copies behind, to prove that the search finds them); die
// (SIGSEGV while the values and the rendered text are held).

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bindings.h"
#include "base/json_tokenizer.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render.h"

namespace {

using sotto::Bindings;
using sotto::SecretBuilder;
using sotto::SecretString;
using sotto::WipedBuffer;

// Straight into secret memory: a stream would keep a copy in its buffer.
std::vector<SecretString> read_values() {
  std::vector<SecretString> values;
  SecretBuilder line;
  while (char* const room = line.prepare(1)) {
    if (::read(STDIN_FILENO, room, 1) != 1) break;
    if (*room == '\n') {
      if (line.size() == 0) break;  // An empty line ends the list.
      values.push_back(line.take().value());
    } else {
      line.commit(1);
    }
  }
  return values;
}

std::string document(std::size_t values, std::string_view expression) {
  std::string text = "{";
  for (std::size_t i = 0; i < values; ++i) {
    std::string one(expression);
    for (std::size_t at = 0; (at = one.find('#')) != std::string::npos;) {
      one.replace(at, 1, std::to_string(i));
    }
    text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"Bearer " + one +
            "\"";
  }
  return text + "}";
}

Bindings bind(std::vector<SecretString> values) {
  Bindings bindings;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bindings.bind({"group", "KEY" + std::to_string(i)}, std::move(values[i]));
  }
  return bindings;
}

// The rendered text; empty where rendering failed. What it says about it goes
// to nobody but is made, as a caller would make it.
WipedBuffer render(const std::string& text, const Bindings& bindings,
                   sotto::Format format = sotto::Format::kJson) {
  const sotto::Template parsed =
      sotto::parse_template(text, {.format = format, .limits = {}});
  WipedBuffer out;
  const sotto::RenderReport report = sotto::render(parsed, bindings, out);
  const sotto::Source source("flow.json", text);
  for (const sotto::Diagnostic& diagnostic : report.diagnostics(parsed)) {
    (void)format_diagnostic(source, diagnostic);
  }
  return out;
}

bool render_many(std::vector<SecretString> values) {
  const std::string text = document(
      values.size(), "<< SECRETS.group.KEY# >> << SECRETS.group.KEY# >>");
  const Bindings bindings = bind(std::move(values));
  // Far beyond the first capacity, so that the buffer grows several times.
  WipedBuffer grown;
  for (int i = 0; i < 200; ++i) {
    const WipedBuffer once = render(text, bindings);
    if (once.empty() || !grown.append(once.expose())) return false;
  }
  WipedBuffer reused;
  for (int i = 0; i < 3; ++i) {
    reused.clear();
    if (!reused.append(grown.expose())) return false;
  }
  return true;
}

bool render_text(std::vector<SecretString> values) {
  const std::string text =
      document(values.size(), "KEY=<< SECRETS.group.KEY# >>");
  return !render(text, bind(std::move(values)), sotto::Format::kText).empty();
}

// The last reference is missing: everything before it was already looked up.
bool fail_to_render(std::vector<SecretString> values) {
  std::string text =
      document(values.size() + 1, "<< SECRETS.group.KEY# + ' ' >>");
  const Bindings bindings = bind(std::move(values));
  if (!render(text, bindings).empty()) return false;
  // And one whose value does not fit: FN.json of what is not JSON.
  text = R"({"a": "<< FN.json(SECRETS.group.KEY0) >>"})";
  return render(text, bindings).empty();
}

bool render_functions(std::vector<SecretString> values) {
  const std::string text = document(
      values.size(),
      "<< FN.base64(SECRETS.group.KEY#) >> << FN.base64url(SECRETS.group.KEY#) "
      ">> << FN.url(SECRETS.group.KEY#) >> << FN.basic('user', "
      "SECRETS.group.KEY#) >> << FN.trim(SECRETS.group.KEY#) >> << "
      "FN.json_string(SECRETS.group.KEY# + 'x') >>");
  return !render(text, bind(std::move(values))).empty();
}

bool clone_and_build(std::vector<SecretString> values) {
  SecretBuilder builder;
  for (const SecretString& value : values) {
    const SecretString second = value.clone().value();
    if (!equal_in_constant_time(value, second)) return false;
    // One byte at a time: as many moves from piece to piece as there can be.
    for (const char c : second.expose()) {
      if (!builder.append(c)) return false;
    }
  }
  SecretString whole = builder.take().value();
  whole = SecretString();
  return true;
}

// A store's answer that was cut off in the middle of the value (L01): what is
// wrong with it must be said without a byte of it.
bool read_cut_answer(std::vector<SecretString> values) {
  for (const SecretString& value : values) {
    SecretBuilder answer;
    const bool built =
        answer.append(R"({"data": {"KEY": ")") && answer.append(value.expose());
    if (!built) return false;
    sotto::JsonTokenizer tokens(answer.expose());
    while (tokens.next() != sotto::JsonToken::kEnd) {
    }
    if (tokens.ok()) return false;
    std::string said;
    for (const sotto::JsonError& error : tokens.errors()) {
      said += json_error_message(error.kind);
    }
    for (std::size_t i = 0; i + 8 <= value.size(); ++i) {
      if (said.find(value.expose().substr(i, 8)) != std::string::npos) {
        return false;
      }
    }
  }
  return true;
}

__attribute__((noinline)) bool plant_strings(std::vector<SecretString> values) {
  std::string all;
  for (const SecretString& value : values) all += value.expose();
  return !all.empty();
}

__attribute__((noinline)) bool plant_stream(std::vector<SecretString> values) {
  std::ostringstream all;
  for (const SecretString& value : values) all << value.expose();
  return !all.view().empty();
}

// Last of all, so that no later call overwrites the place.
__attribute__((noinline)) bool plant_on_stack(
    const std::vector<SecretString>& values) {
  char copy[64 * 64];
  std::size_t size = 0;
  for (const SecretString& value : values) {
    if (size + value.size() > sizeof copy) break;
    std::memcpy(copy + size, value.expose().data(), value.size());
    size += value.size();
  }
  asm volatile("" : : "r"(copy) : "memory");
  return size > 0;
}

bool die(std::vector<SecretString> values) {
  const std::string text = document(values.size(), "<< SECRETS.group.KEY# >>");
  const Bindings bindings = bind(std::move(values));
  WipedBuffer small = render(text, bindings);
  WipedBuffer large;
  for (int i = 0; i < 100; ++i) {
    if (!large.append(small.expose())) return false;
  }
  ::raise(SIGSEGV);
  return false;
}

bool run(std::string_view scenario, std::vector<SecretString>& values) {
  if (scenario == "render") return render_many(std::move(values));
  if (scenario == "text") return render_text(std::move(values));
  if (scenario == "failed-render") return fail_to_render(std::move(values));
  if (scenario == "functions") return render_functions(std::move(values));
  if (scenario == "clone") return clone_and_build(std::move(values));
  if (scenario == "cut-json") return read_cut_answer(std::move(values));
  if (scenario == "die") return die(std::move(values));
  if (scenario == "hold") return true;
  if (scenario == "plant-string") return plant_strings(std::move(values));
  if (scenario == "plant-stream") return plant_stream(std::move(values));
  if (scenario == "plant-stack") return plant_on_stack(values);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<SecretString> values = read_values();
  const bool done = run(argv[1], values);
  if (std::string_view(argv[1]) != "hold") values.clear();
  if (::write(STDOUT_FILENO, done ? "ready\n" : "wrong\n", 6) != 6) return 3;
  char end = 0;
  while (::read(STDIN_FILENO, &end, 1) > 0) {
  }
  return done ? 0 : 1;
}
