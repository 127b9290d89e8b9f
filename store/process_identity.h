// SPDX-License-Identifier: Apache-2.0
//
// Who began a write, in a form that outlives the process: an intent of a
// process that still runs is no crash.

#ifndef SOTTO_STORE_PROCESS_IDENTITY_H_
#define SOTTO_STORE_PROCESS_IDENTITY_H_

#include <string>
#include <string_view>

namespace sotto {

// "PID:START" of this process; START tells it from a later one of the same
// PID. Correct after fork().
std::string process_identity();

// Does the process of this identity still run, as far as this one can see? A
// text that is no identity is nobody's.
bool is_alive(std::string_view identity);

}  // namespace sotto

#endif  // SOTTO_STORE_PROCESS_IDENTITY_H_
