// SPDX-License-Identifier: Apache-2.0
//
// sotto_bench [--large] [Google Benchmark's own flags]

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/report.h"

int main(int argc, char** argv) {
  const auto is_large = [](const char* word) {
    return std::strcmp(word, "--large") == 0;
  };
  char** const end = std::remove_if(argv + 1, argv + argc, is_large);
  const bool large = end != argv + argc;

  // What is compared is measured in turns, so that a change of the machine's
  // speed meets all alike.
  std::vector<std::string> words{argv[0], "--benchmark_repetitions=5",
                                 "--benchmark_min_time=0.05",
                                 "--benchmark_enable_random_interleaving=true"};
  words.insert(words.end(), argv + 1, end);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  sotto::bench::add_document_benchmarks(large);
  sotto::bench::add_catalog_benchmarks();
  sotto::bench::add_start_benchmarks();
  sotto::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed() ? 1 : 0;
}
