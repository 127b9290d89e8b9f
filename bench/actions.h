// SPDX-License-Identifier: Apache-2.0
//
// GitHub workflows as people write them, for a peer that lints those: jobs of
// steps with actions, scripts, conditions, matrices and secrets. The same size
// always gives the same bytes.

#ifndef SOTTO_BENCH_ACTIONS_H_
#define SOTTO_BENCH_ACTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace sotto::bench {

// `count` different documents of about so many bytes. Nothing is wrong in one.
std::vector<std::string> generate_actions(std::size_t count, std::size_t bytes);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_ACTIONS_H_
