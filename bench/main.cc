// SPDX-License-Identifier: Apache-2.0
//
// sotto_bench [--quick] [--markdown] [--only WORD] [--peers FOLDER]
//   --quick      a minute instead of five
//   --markdown   tables for docs/performance.md
//   --only WORD  only workloads that have the word in their name
//   --peers      where bench/peers/install installed
// Exits with 1 if a result was wrong.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/report.h"
#include "bench/reporter.h"

namespace sotto::bench {
namespace {

struct Options {
  bool quick = false;
  bool markdown = false;
  std::string only;
  std::string peers;
};

// False if a word is not known.
bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--quick") {
      options.quick = true;
    } else if (word == "--markdown") {
      options.markdown = true;
    } else if (word == "--only" && i + 1 < argc) {
      options.only = argv[++i];
    } else if (word == "--peers" && i + 1 < argc) {
      options.peers = argv[++i];
    } else {
      fmt::print(stderr, "unknown argument \"{}\"\n", word);
      return false;
    }
  }
  return true;
}

// Keeps this thread on one core, as long as it lives.
class Pinned {
 public:
  Pinned() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN) - 1), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_;
};

// Google Benchmark's own flags: what is registered is measured in turns, so
// that a change of the machine's speed meets all alike.
void initialize(char* program) {
  std::string words[] = {program, "--benchmark_repetitions=5",
                         "--benchmark_min_time=0.05",
                         "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(std::size(words));
  benchmark::Initialize(&count, pointers.data());
}

void measure_catalog(Session& session) {
  if (session.quick || !session.wants("catalog")) return;
  add_catalog_benchmarks();
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  for (const auto& [name, samples] : reporter.all()) {
    const std::size_t slash = name.find('/');
    if (!samples.error.empty()) {
      session.measurements.fail("catalog", name, samples.error);
      continue;
    }
    session.measurements.add({.what = name.substr(0, slash),
                              .workload = name.substr(slash + 1),
                              .items = samples.items},
                             samples.nanoseconds);
  }
}

void measure_in_process(Session& session) {
  const Pinned pinned;
  measure_documents(session);
  measure_rotating(session);
  measure_kernels(session);
  measure_growth(session);
  measure_hostile(session);
  measure_libraries(session);
  measure_catalog(session);
}

void measure_programs(Session& session, const Options& options) {
#ifdef SOTTO_BENCH_COMMAND
  const Programs programs{SOTTO_BENCH_COMMAND, SOTTO_BENCH_HELLO,
                          SOTTO_BENCH_SCRIPTS, options.peers};
  measure_start(session, programs);
  measure_large_files(session, programs);
  measure_runtimes(session, programs);
  measure_lint(session, programs);
  measure_lsp(session, programs);
#else
  static_cast<void>(options);
  session.measurements.leave_out("whole processes", "the command is not built");
#endif
}

int run(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) return 2;
  initialize(argv[0]);
  Session session;
  session.quick = options.quick;
  session.only = options.only;
  measure_in_process(session);
  measure_http(session);
  measure_programs(session, options);
  print_report(session, options.markdown);
  return session.measurements.failed() ? 1 : 0;
}

}  // namespace
}  // namespace sotto::bench

int main(int argc, char** argv) { return sotto::bench::run(argc, argv); }
