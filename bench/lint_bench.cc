// SPDX-License-Identifier: Apache-2.0
//
// sotto lint as whole processes: a thousand workflows, the same ones again, one
// small file, beside many names; and actionlint on as many bytes of what it
// lints.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/actions.h"
#include "bench/benchmarks.h"
#include "bench/project.h"
#include "store/catalog.h"

namespace sotto::bench {
namespace {

constexpr std::size_t kDocuments = 1000;
constexpr std::size_t kBytes = 50u << 20;  // Of all documents.
constexpr std::size_t kSecrets = 10'000;
constexpr std::size_t kManyNames = 1'000'000;
// Of a kind, that lint tells of one document.
constexpr std::size_t kMostTold = 50;
// What changed just now is not taken for unchanged by its time alone.
constexpr std::chrono::milliseconds kUntilOld{2200};

struct Run {
  std::string what;
  Command command;
  std::vector<double> samples{};
};

void time_in_turns(Session& session, const std::string& workload, double bytes,
                   int rounds, std::vector<Run> runs) {
  for (; rounds > 0; --rounds) {
    for (Run& run : runs) {
      session.probe.wait_until_quiet(Clock::now() +
                                     std::chrono::milliseconds(100));
      const auto taken = time_command(run.command);
      if (taken) run.samples.push_back(*taken);
    }
  }
  for (Run& run : runs) {
    if (run.samples.empty()) {
      session.measurements.fail(run.what, workload, "it did not exit with 0");
      continue;
    }
    session.measurements.add(
        {.what = run.what, .workload = workload, .bytes = bytes},
        std::move(run.samples));
  }
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++found) {
    at += part.size();
  }
  return found;
}

// What lint has to find in what the generator writes: two of its scripts have
// something that is nearly an expression.
std::size_t near_misses(const Document& document) {
  return std::min(kMostTold, count(document.text, "<< SECRET.not_an") +
                                 count(document.text, "<< SECRETS >>"));
}

std::string write_documents(const Project& project,
                            const std::vector<Document>& documents) {
  const auto folder = project.folder() / "flows";
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    write_file(folder / fmt::format("{:04}.json", i), documents[i].text);
  }
  return folder;
}

bool finds_what_it_must(const Project& project, const std::string& folder,
                        const std::vector<Document>& documents) {
  std::size_t wanted = 0;
  for (const Document& each : documents) wanted += near_misses(each);
  const Command lint =
      project.command({"lint", "--no-cache", "--format", "short", folder});
  const std::string found = output_of(lint);
  return wanted > 0 && count(found, "\n") == wanted &&
         count(found, "[near-miss]\n") == wanted;
}

// On files of its own kind, as many and as large; its helpers are off.
void add_actionlint(const Programs& programs, const Project& project,
                    Session& session, double bytes) {
  const std::string program = programs.peers + "/bin/actionlint";
  if (!in_path(program)) {
    session.measurements.leave_out("actionlint", "not installed");
    return;
  }
  const auto folder = project.folder() / ".github/workflows";
  std::filesystem::create_directories(folder);
  Command lint = project.command({});
  lint.words = {program, "-no-color", "-shellcheck=", "-pyflakes="};
  const auto texts = generate_actions(kDocuments, kBytes / kDocuments);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto file = folder / fmt::format("{:04}.yml", i);
    write_file(file, texts[i]);
    lint.words.push_back(file);
  }
  time_in_turns(session, "lint 1000 workflows", bytes, session.quick ? 1 : 3,
                {{"actionlint", lint}});
}

void measure_folder(Session& session, const Programs& programs) {
  const std::string workload = "lint 1000 workflows";
  if (!session.wants(workload)) return;
  const Workload made = generate({.bytes = kBytes / kDocuments,
                                  .secrets = kSecrets,
                                  .unwise = false,
                                  .documents = kDocuments});
  const Project project(programs.sotto, made.secrets);
  const std::string folder = write_documents(project, made.documents);
  double bytes = 0;
  for (const Document& each : made.documents) {
    bytes += static_cast<double>(each.text.size());
  }
  const Command lint = project.command({"lint", "--no-cache", folder});
  Command again = project.command({"lint", folder});
  again.environment = {
      fmt::format("XDG_CACHE_HOME={}", (project.folder() / "cache").native())};
  std::this_thread::sleep_for(kUntilOld);
  if (!project.ok() || !finds_what_it_must(project, folder, made.documents) ||
      output_of(again) != output_of(lint) ||
      output_of(again) != output_of(lint)) {
    session.measurements.fail("sotto lint", workload,
                              "it does not find what is there");
    return;
  }
  time_in_turns(session, workload, bytes, session.quick ? 11 : 31,
                {{"sotto lint", lint}, {"sotto lint, again", again}});
  if (const auto most = peak_memory(lint)) {
    session.measurements.add({.what = "peak memory",
                              .workload = workload,
                              .median = *most,
                              .unit = Measurement::Unit::kBytes});
  }
  add_actionlint(programs, project, session, bytes);
}

// A catalog of so many names that the documents' own are among them.
bool fill_catalog(const Project& project, std::size_t names) {
  auto catalog =
      Catalog::open(project.folder() / ".sotto/catalog.db", {.create = true});
  if (!catalog) return false;
  std::vector<CatalogEntry> entries;
  for (SecretRef& ref : generate_names(names)) {
    CatalogEntry& entry = entries.emplace_back();
    entry.ref = std::move(ref);
    entry.store = "local";
    entry.version = 1;
  }
  std::ranges::sort(entries, {}, &CatalogEntry::ref);
  return catalog->replace("local", entries).has_value();
}

// One whose names are defined, one with a misspelt group, which is looked for
// among all groups.
std::vector<Run> lint_one(const Project& project, const Workload& made,
                          const std::string& names) {
  const std::string& text = made.document().text;
  const std::string right = project.write("right.json", text);
  const std::string ref = to_string(made.secrets[0].ref);
  const std::string wrong = project.write(
      "wrong.json",
      "[\"<< SECRETS.my_datadgo_secrte.API_KEY >>\", \"<< SECRETS." + ref +
          "X >>\"]");
  // A finding must not be a failure here.
  const auto lint = [&](const std::string& file) {
    return project.command({"lint", "--no-cache", "--rule",
                            "undefined-secret=warning", "--rule",
                            "undefined-group=warning", file});
  };
  return {{"sotto lint 4 KiB, " + names, lint(right)},
          {"sotto lint undefined names, " + names, lint(wrong)}};
}

void measure_one_file(Session& session, const Programs& programs) {
  const std::string workload = "lint one file";
  if (!session.wants(workload)) return;
  const Workload made =
      generate({.bytes = 4u << 10, .secrets = 10, .unwise = false});
  const Project few(programs.sotto, made.secrets);
  const Project many(programs.sotto, made.secrets);
  if (!few.ok() || !many.ok() || !fill_catalog(few, kSecrets) ||
      !fill_catalog(many, kManyNames)) {
    session.measurements.fail("sotto lint", workload, "no catalog");
    return;
  }
  Command hello;
  hello.words = {programs.hello};
  std::vector<Run> runs{{"hello", hello}};
  for (Run& run : lint_one(few, made, "10000 names")) runs.push_back(run);
  for (Run& run : lint_one(many, made, "1000000 names")) runs.push_back(run);
  time_in_turns(session, workload, 0, session.quick ? 31 : 101,
                std::move(runs));
}

}  // namespace

void measure_lint(Session& session, const Programs& programs) {
  measure_folder(session, programs);
  measure_one_file(session, programs);
}

}  // namespace sotto::bench
