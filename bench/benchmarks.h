// SPDX-License-Identifier: Apache-2.0
//
// The groups of benchmarks that main() registers. Each checks what it is about
// to measure, and ends the program if a result is wrong.

#ifndef SOTTO_BENCH_BENCHMARKS_H_
#define SOTTO_BENCH_BENCHMARKS_H_

namespace sotto::bench {

// `large`: documents of 200 MiB too.
void add_document_benchmarks(bool large);
void add_catalog_benchmarks();
void add_start_benchmarks();

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_BENCHMARKS_H_
