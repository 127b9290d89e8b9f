// SPDX-License-Identifier: Apache-2.0
//
// A key press in a large document, through `sotto lsp` and its pipes: from the
// change that an editor sends to the diagnostics that it shows.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/conversation.h"
#include "bench/project.h"

namespace sotto::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kWorkload[] = "lsp 1 MiB";

Json notification(const char* method, Json params) {
  return {
      {"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

class Editor {
 public:
  explicit Editor(const Command& server) : server_(server) {}

  bool open(const std::string& uri, const std::string& text) {
    uri_ = uri;
    server_.say(Json{{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "initialize"},
                     {"params", {{"capabilities", Json::object()}}}}
                    .dump());
    server_.say(notification("initialized", Json::object()).dump());
    server_.say(notification("textDocument/didOpen", {{"textDocument",
                                                       {{"uri", uri},
                                                        {"languageId", "json"},
                                                        {"version", version_},
                                                        {"text", text}}}})
                    .dump());
    return wait_for_diagnostics().has_value();
  }

  // Types a letter, or takes it back; the nanoseconds until the diagnostics of
  // that text are there. Their count must not have changed.
  std::optional<double> press(std::size_t line, std::size_t column,
                              bool insert) {
    const Json begin{{"line", line}, {"character", column}};
    const Json end{{"line", line}, {"character", column + (insert ? 0 : 1)}};
    ++version_;
    const std::string change =
        notification(
            "textDocument/didChange",
            {{"textDocument", {{"uri", uri_}, {"version", version_}}},
             {"contentChanges",
              Json::array({{{"range", {{"start", begin}, {"end", end}}},
                            {"text", insert ? "x" : ""}}})}})
            .dump();
    const auto began = Clock::now();
    server_.say(change);
    const auto arrived = wait_for_diagnostics();
    if (!arrived) return std::nullopt;
    return std::chrono::duration<double, std::nano>(*arrived - began).count();
  }

  std::size_t diagnostics() const { return diagnostics_; }

 private:
  // When they were there; reading them is not the server's time.
  std::optional<Clock::time_point> wait_for_diagnostics() {
    while (const auto body = server_.hear()) {
      const auto arrived = Clock::now();
      const Json heard = Json::parse(*body, nullptr, false);
      if (heard.value("method", "") != "textDocument/publishDiagnostics") {
        continue;
      }
      if (heard["params"].value("version", 0) != version_) continue;
      diagnostics_ = heard["params"]["diagnostics"].size();
      return arrived;
    }
    return std::nullopt;
  }

  Conversation server_;
  std::string uri_;
  int version_ = 1;
  std::size_t diagnostics_ = 0;
};

// Places in descriptions, spread over the document: line and column of a
// letter.
std::vector<std::pair<std::size_t, std::size_t>> places_in(
    const std::string& text) {
  constexpr std::string_view kBefore = "\"description\": \"";
  std::vector<std::pair<std::size_t, std::size_t>> places;
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t at =
        std::string_view(text).substr(begin, end - begin).find(kBefore);
    if (at != std::string::npos) places.emplace_back(line, at + kBefore.size());
    begin = end + 1;
  }
  return places;
}

double percentile(std::vector<double>& samples, std::size_t percent) {
  std::sort(samples.begin(), samples.end());
  return samples[(samples.size() - 1) * percent / 100];
}

// Each letter is typed and taken back, at another place.
std::vector<double> type(Session& session, Editor& editor,
                         const std::string& text) {
  const auto places = places_in(text);
  const std::size_t found = editor.diagnostics();
  std::vector<double> samples;
  const std::size_t count = session.quick ? 100 : 500;
  for (std::size_t i = 0; samples.size() < 2 * count; ++i) {
    const auto [line, column] = places[i * 37 % places.size()];
    for (const bool insert : {true, false}) {
      const auto taken = editor.press(line, column, insert);
      if (!taken || editor.diagnostics() != found) return {};
      samples.push_back(*taken);
    }
  }
  return samples;
}

}  // namespace

void measure_lsp(Session& session, const Programs& programs) {
  if (!session.wants(kWorkload)) return;
  const Workload made =
      generate({.bytes = 1u << 20, .secrets = 10'000, .unwise = false});
  const Project project(programs.sotto, made.secrets);
  const std::string& text = made.document().text;
  const std::string file = project.write("flow.json", text);
  Editor editor(project.command({"lsp"}));
  std::vector<double> samples;
  if (project.ok() && editor.open("file://" + file, text) &&
      editor.diagnostics() > 0) {
    samples = type(session, editor, text);
  }
  if (samples.empty()) {
    session.measurements.fail("sotto lsp", kWorkload,
                              "it does not answer as it must");
    return;
  }
  const auto add = [&](const char* what, std::size_t percent) {
    const double value = percentile(samples, percent);
    session.measurements.add({.what = what,
                              .workload = kWorkload,
                              .median = value,
                              .best = samples.front(),
                              .bytes = static_cast<double>(text.size())});
  };
  add("key press p50", 50);
  add("key press p99", 99);
}

}  // namespace sotto::bench
