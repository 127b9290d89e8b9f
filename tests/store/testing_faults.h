// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong between a client and a server, as scripts for the fault
// server, and how a call must end then.

#ifndef SOTTO_TESTS_STORE_TESTING_FAULTS_H_
#define SOTTO_TESTS_STORE_TESTING_FAULTS_H_

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/store/testing_fault_server.h"

namespace sotto::testing {

// Stands in the broken bodies, and must not stand anywhere else.
inline constexpr char kFaultCanary[] = "canary-in-a-broken-answer";

struct Fault {
  std::string name;
  Answer steps;
  std::string words;  // '#' stands for the server in quotes.
  ErrorCode code = ErrorCode::kUnreachable;
  bool may_repeat = true;
  // Does it end by its deadline only?
  bool takes_all_the_time = false;
};

void PrintTo(const Fault& fault, std::ostream* out);

// Below HTTP, and in its framing. None of them gives an answer.
std::vector<Fault> framing_faults();

// `words` with the server's name in it.
std::string words_of(const Fault& fault, const std::string& peer);

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_STORE_TESTING_FAULTS_H_
