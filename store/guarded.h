// SPDX-License-Identifier: Apache-2.0
//
// What stores answer when no exception may pass.

#ifndef SOTTO_STORE_GUARDED_H_
#define SOTTO_STORE_GUARDED_H_

#include <cstddef>
#include <new>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace sotto {

// The answer to a batch of `count` items that failed as a whole; none where
// there is no memory even for that.
template <typename T>
std::vector<Result<T>> failed_batch(std::size_t count,
                                    const Error& error) noexcept {
  try {
    std::vector<Result<T>> answers;
    answers.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      answers.push_back(tl::unexpected(error));
    }
    return answers;
  } catch (const std::bad_alloc&) {
    return {};
  }
}

}  // namespace sotto

#endif  // SOTTO_STORE_GUARDED_H_
