// SPDX-License-Identifier: Apache-2.0
//
// Is this built with AddressSanitizer? g++ and clang say so in different ways.

#ifndef SOTTO_TESTS_BASE_TESTING_SANITIZER_H_
#define SOTTO_TESTS_BASE_TESTING_SANITIZER_H_

#if defined(__SANITIZE_ADDRESS__)
#define SOTTO_TESTS_WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SOTTO_TESTS_WITH_ASAN 1
#endif
#endif
#ifndef SOTTO_TESTS_WITH_ASAN
#define SOTTO_TESTS_WITH_ASAN 0
#endif

#endif  // SOTTO_TESTS_BASE_TESTING_SANITIZER_H_
