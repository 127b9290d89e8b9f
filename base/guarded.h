// SPDX-License-Identifier: Apache-2.0
//
// The door that no exception passes.

#ifndef SOTTO_BASE_GUARDED_H_
#define SOTTO_BASE_GUARDED_H_

#include <new>

#include "base/result.h"

namespace sotto {

// What `body` returns, a Result; kNoMemory if memory runs out in it.
template <typename Body>
auto guarded(const Body& body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    // Short enough to need no memory itself.
    return fail(ErrorCode::kNoMemory, "no memory");
  }
}

}  // namespace sotto

#endif  // SOTTO_BASE_GUARDED_H_
