// SPDX-License-Identifier: Apache-2.0
//
// The same work for many things, side by side.

#ifndef SOTTO_SERVICE_PARALLEL_H_
#define SOTTO_SERVICE_PARALLEL_H_

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace sotto {

// How many processors this process may use; at least 1.
std::size_t processor_count() noexcept;

// Calls work(i) for each i below `count`, on as many threads as `threads` says
// but no more than `count`, this one among them: with one there is no other.
// They begin with the lowest i and take the next as they come.
//
// After a failure no other call begins. Returns once all that began have
// ended, with the failure of the lowest i: the same whatever the threads did.
// std::bad_alloc in a call is its failure, kNoMemory; nothing else may be
// thrown. Where no thread can be had, fewer do the work.
//
// The other threads hold back every signal: those are this thread's affair.
Result<void> parallel_for(std::size_t count,
                          const std::function<Result<void>(std::size_t)>& work,
                          std::size_t threads = processor_count());

// Calls `here` on this thread, and `there` at the same time on another, which
// holds back every signal; afterwards, and only if `here` succeeded, where no
// thread can be had. Returns once both have ended, with the failure of `here`
// before that of `there`. std::bad_alloc is as in parallel_for().
Result<void> side_by_side(const std::function<Result<void>()>& here,
                          const std::function<Result<void>()>& there);

}  // namespace sotto

#endif  // SOTTO_SERVICE_PARALLEL_H_
