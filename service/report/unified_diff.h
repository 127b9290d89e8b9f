// SPDX-License-Identifier: Apache-2.0
//
// What `diff -u` prints, and `patch -p1` and `git apply` take.

#ifndef SOTTO_SERVICE_REPORT_UNIFIED_DIFF_H_
#define SOTTO_SERVICE_REPORT_UNIFIED_DIFF_H_

#include <string>
#include <string_view>

namespace sotto {

// From `before` to `after`, two texts of a file of this name; empty if they are
// the same. Made for a few changes within lines: where there are as many lines
// as before, each is held against the one at its place; else what differs
// between a common beginning and a common end is one change.
std::string unified_diff(std::string_view name, std::string_view before,
                         std::string_view after);

}  // namespace sotto

#endif  // SOTTO_SERVICE_REPORT_UNIFIED_DIFF_H_
