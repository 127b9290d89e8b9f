// SPDX-License-Identifier: Apache-2.0
//
// How a fuzz target says that a property does not hold.

#ifndef SOTTO_FUZZ_REQUIRE_H_
#define SOTTO_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace sotto {

// `finding` says what is wrong, or is empty.
inline void require_none(const std::string& finding) {
  if (finding.empty()) return;
  std::fprintf(stderr, "finding: %s\n", finding.c_str());
  std::abort();
}

inline void require(bool holds, const char* property) {
  if (!holds) require_none(property);
}

}  // namespace sotto

#endif  // SOTTO_FUZZ_REQUIRE_H_
