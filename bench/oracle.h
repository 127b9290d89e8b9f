// SPDX-License-Identifier: Apache-2.0
//
// The slow and simple way to render: nlohmann-json's tree, strings replaced
// one by one, written out again. Reference for time and for truth.

#ifndef SOTTO_BENCH_ORACLE_H_
#define SOTTO_BENCH_ORACLE_H_

#include <map>
#include <string>
#include <string_view>

#include "bench/generate.h"

namespace sotto::bench {

using Values = std::map<std::string, std::string, std::less<>>;

// "group.KEY" -> value.
Values values_of(const Workload& workload);

// Knows << SECRETS.group.KEY >> and nothing else.
std::string render_with_nlohmann(std::string_view document,
                                 const Values& values);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_ORACLE_H_
