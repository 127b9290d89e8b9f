// SPDX-License-Identifier: Apache-2.0
//
// Memory that runs out where a test says so: operator new and SQLite's own
// allocator of this program, which fail the n-th allocation, for every n.
//
//   for_each_failure([] {
//     Catalog catalog = Catalog::in_memory().value();      // never fails
//     const auto found = failing([&] { return catalog.find(refs, scopes); });
//     if (!found) {
//       EXPECT_EQ(found.error().code, ErrorCode::kNoMemory);
//       return;
//     }
//     EXPECT_EQ(...);                                      // never half right
//   });

#ifndef SOTTO_TESTS_ALLOCATION_FAILING_ALLOCATION_H_
#define SOTTO_TESTS_ALLOCATION_FAILING_ALLOCATION_H_

#include <functional>
#include <utility>

namespace sotto::testing_allocation {

// Runs `attempt` with the n-th allocation failing, n = 1, 2, ... until nothing
// failed in it any more; once so that only the n-th fails, once so that all
// after it do, too. What `attempt` does outside failing() does not count.
// Fails the test if an exception comes out, if nothing could ever be failed
// (the test would prove nothing), and, in a build with AddressSanitizer, if
// something leaks. Returns how many failures there were.
int for_each_failure(const std::function<void()>& attempt);

// While one lives, allocations are counted, and fail, in every thread.
class Window {
 public:
  Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window();
};

// What `body` returns, if memory runs out in it.
template <typename Body>
auto failing(Body&& body) -> decltype(body()) {
  const Window window;
  return std::forward<Body>(body)();
}

// Did an allocation fail in this attempt?
bool has_failed();

}  // namespace sotto::testing_allocation

#endif  // SOTTO_TESTS_ALLOCATION_FAILING_ALLOCATION_H_
