// SPDX-License-Identifier: Apache-2.0

#include "grammar/scanner.h"

#include <cstdlib>

#include "grammar/scanner_kernels.h"

namespace sotto {
namespace {

const ScannerKernel& choose() {
  const char* const forced = std::getenv("SOTTO_KERNEL");
  for (const ScannerKernel& kernel : scanner_kernels()) {
    if (forced != nullptr && kernel.name != forced) continue;
    if (kernel.supported()) return kernel;
  }
  return kPortableKernel;
}

}  // namespace

std::span<const ScannerKernel> scanner_kernels() {
  static const ScannerKernel kKernels[] = {
#if defined(__x86_64__)
      kAvx512Kernel, kAvx2Kernel,
#endif
      kPortableKernel};
  return kKernels;
}

const ScannerKernel& scanner_kernel() {
  static const ScannerKernel& kChosen = choose();
  return kChosen;
}

}  // namespace sotto
