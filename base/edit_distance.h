// SPDX-License-Identifier: Apache-2.0
//
// "did you mean ...?"

#ifndef SOTTO_BASE_EDIT_DISTANCE_H_
#define SOTTO_BASE_EDIT_DISTANCE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sotto {

// How many insertions, deletions, replacements and swaps of neighbors turn `a`
// into `b`, or limit + 1 if more than `limit`. Case is looked past: names that
// differ in nothing else are one edit apart.
std::size_t edit_distance(std::string_view a, std::string_view b,
                          std::size_t limit);

// The candidate nearest to `name`, if one is near enough to be meant: at most
// a third of the name's length, and at least one edit. One that differs in case
// alone comes before all others; then the first of equals.
std::optional<std::string> nearest(std::string_view name,
                                   const std::vector<std::string>& candidates);

}  // namespace sotto

#endif  // SOTTO_BASE_EDIT_DISTANCE_H_
