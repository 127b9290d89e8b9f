// SPDX-License-Identifier: Apache-2.0
//
// The kernels by name; grammar/scanner.cc chooses among them.

#ifndef SOTTO_GRAMMAR_SCANNER_KERNELS_H_
#define SOTTO_GRAMMAR_SCANNER_KERNELS_H_

#include "grammar/scanner.h"

namespace sotto {

#if defined(__x86_64__)
extern const ScannerKernel kAvx512Kernel;
extern const ScannerKernel kAvx2Kernel;
#endif
extern const ScannerKernel kPortableKernel;

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_SCANNER_KERNELS_H_
