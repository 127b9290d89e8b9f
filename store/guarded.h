// SPDX-License-Identifier: Apache-2.0
//
// The doors that no exception passes.

#ifndef SOTTO_STORE_GUARDED_H_
#define SOTTO_STORE_GUARDED_H_

#include <cstddef>
#include <new>
#include <vector>

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

// The answer to a batch of `count` items that failed as a whole.
template <typename T>
std::vector<Result<T>> failed_batch(std::size_t count, const Error& error) {
  std::vector<Result<T>> answers;
  answers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    answers.push_back(tl::unexpected(error));
  }
  return answers;
}

}  // namespace sotto

#endif  // SOTTO_STORE_GUARDED_H_
