// SPDX-License-Identifier: Apache-2.0
//
// The slow and simple way to render: nlohmann-json's tree, strings replaced
// one by one, written out again. Reference for time and for truth.

#ifndef SOTTO_BENCH_ORACLE_H_
#define SOTTO_BENCH_ORACLE_H_

#include <string>
#include <string_view>

#include "bench/values.h"

namespace sotto::bench {

// Knows << SECRETS.group.KEY >> and nothing else.
std::string render_with_nlohmann(std::string_view document,
                                 const ValueTable& values);

// Are both the same JSON, however it is spelled?
bool same_json(std::string_view left, std::string_view right);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_ORACLE_H_
