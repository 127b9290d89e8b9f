// SPDX-License-Identifier: Apache-2.0
//
// What this processor can do, on x86-64. The C library knows since the program
// began: to ask the processor itself takes as long as a small document where a
// virtual machine stands between, and GCC's own way (__builtin_cpu_supports)
// asks a dozen times before main().

#ifndef SOTTO_GRAMMAR_PROCESSOR_H_
#define SOTTO_GRAMMAR_PROCESSOR_H_

#if __has_include(<sys/platform/x86.h>)  // glibc 2.33

#if defined(__clang__)
#define _Bool bool  // The header is C, and only g++ takes that in C++.
#endif
#include <sys/platform/x86.h>
#if defined(__clang__)
#undef _Bool
#endif

namespace sotto {

inline bool has_avx2() {
  return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1);
}

inline bool has_avx512() {
  return CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512DQ) &&
         CPU_FEATURE_ACTIVE(AVX512_VBMI) && CPU_FEATURE_ACTIVE(GFNI) &&
         CPU_FEATURE_ACTIVE(BMI1);
}

}  // namespace sotto

#else

namespace sotto {

inline bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

inline bool has_avx512() {
  return __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("gfni") && __builtin_cpu_supports("bmi");
}

}  // namespace sotto

#endif

#endif  // SOTTO_GRAMMAR_PROCESSOR_H_
