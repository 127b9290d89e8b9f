// SPDX-License-Identifier: Apache-2.0
//
// The groups of benchmarks that main() runs. Each compares what it is about to
// time with the expected result; a difference is a failure and has no number.

#ifndef SOTTO_BENCH_BENCHMARKS_H_
#define SOTTO_BENCH_BENCHMARKS_H_

#include <string>

#include "bench/contest.h"

namespace sotto::bench {

// In this process, one thread.
void measure_documents(Session& session);  // All sizes, densities, spellings.
void measure_rotating(Session& session);   // Thousands of small documents.
void measure_kernels(Session& session);    // The scanner's, each.
void measure_growth(Session& session);     // More bytes, more references.
void measure_hostile(Session& session);    // Shapes made to be slow.
void measure_libraries(Session& session);  // Peers that are C or C++.

// In this process, with the threads that it takes.
void measure_http(Session& session);  // A call, above its socket.

// Registers its benchmarks with Google Benchmark.
void add_catalog_benchmarks();

// Whole processes.
struct Programs {
  std::string sotto;    // The command; empty: not built.
  std::string hello;    // A static program that says hello.
  std::string scripts;  // The folder bench/peers.
  std::string peers;    // Where bench/peers/install put what it installed.
};
void measure_start(Session& session, const Programs& programs);
void measure_large_files(Session& session, const Programs& programs);
void measure_runtimes(Session& session, const Programs& programs);
void measure_lint(Session& session, const Programs& programs);
void measure_lsp(Session& session, const Programs& programs);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_BENCHMARKS_H_
