// SPDX-License-Identifier: Apache-2.0
//
// What keeps a secret type out of streams and test reports.

#ifndef SOTTO_BASE_UNPRINTABLE_H_
#define SOTTO_BASE_UNPRINTABLE_H_

#include <iosfwd>

namespace sotto {

// A private base of every type that holds values. Streaming one is an error of
// compilation; GoogleTest, which prints the bytes of what it does not know,
// prints "[secret]". (`Stream` is a parameter so that neither needs <ostream>
// until somebody uses it.)
template <typename T, typename Stream = std::ostream>
class Unprintable {
  friend Stream& operator<<(Stream&, const T&) = delete;
  friend void PrintTo(const T&, Stream* out) { *out << "[secret]"; }
};

}  // namespace sotto

#endif  // SOTTO_BASE_UNPRINTABLE_H_
