// SPDX-License-Identifier: Apache-2.0
//
// The values of secrets in the tests of the command. Each is a canary: 40
// letters and digits that stand nowhere else, so that whoever watches what the
// command does (tests/safety/leak_oracle.py) recognizes every trace of one.

#ifndef SOTTO_TESTS_CLI_TESTING_CANARY_H_
#define SOTTO_TESTS_CLI_TESTING_CANARY_H_

#include <string>
#include <string_view>

namespace sotto::testing {

// The canary of that name: always the same one. Written to the file that
// SOTTO_TEST_CANARIES names, if it does, as a line "NAME VALUE".
std::string canary(std::string_view name);

// `text` with canary("TOKEN") in the place of each "$CANARY_TOKEN", and so on.
std::string with_canaries(std::string_view text);

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_CLI_TESTING_CANARY_H_
