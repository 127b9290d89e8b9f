// SPDX-License-Identifier: Apache-2.0
//
// Prints what a run measured: the goals, the documents, everything.

#ifndef SOTTO_BENCH_REPORT_H_
#define SOTTO_BENCH_REPORT_H_

#include "bench/contest.h"

namespace sotto::bench {

// As text for a terminal, or as Markdown for docs/performance.md.
void print_report(const Session& session, bool markdown);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_REPORT_H_
