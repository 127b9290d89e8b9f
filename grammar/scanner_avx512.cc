// SPDX-License-Identifier: Apache-2.0
//
// The scanner for x86-64 processors with AVX-512 with VBMI and GFNI.

#include "grammar/scanner_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "grammar/processor.h"

// All from here on is compiled for that processor, whatever the flags say.
#if defined(__clang__)
#pragma clang attribute push(                                                          \
    __attribute__((target(                                                             \
        "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,gfni,bmi,bmi2,lzcnt,popcnt"))), \
    apply_to = function)
#else
// g++ 12's own header trips over these two (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target( \
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,gfni,bmi,bmi2,lzcnt,popcnt")
#endif

// clang-format off
#include "grammar/block_avx512.h"
#include "grammar/scan_algorithm.h"
#include "grammar/scan_landmarks.h"
// clang-format on

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace sotto {

const ScannerKernel kAvx512Kernel = {"avx512", has_avx512, scan,
                                     find_landmarks};

}  // namespace sotto

#endif  // __x86_64__
