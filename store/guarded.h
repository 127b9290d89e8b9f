// SPDX-License-Identifier: Apache-2.0
//
// What stores answer when no exception may pass.

#ifndef SOTTO_STORE_GUARDED_H_
#define SOTTO_STORE_GUARDED_H_

#include <cstddef>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace sotto {

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
