// SPDX-License-Identifier: Apache-2.0
//
// The scanner for every processor.

// clang-format off
#include "grammar/block_portable.h"
#include "grammar/scan_algorithm.h"
#include "grammar/scan_landmarks.h"
// clang-format on
#include "grammar/scanner_kernels.h"

namespace sotto {
namespace {

bool supported() { return true; }

}  // namespace

const ScannerKernel kPortableKernel = {"portable", supported, scan,
                                       find_landmarks};

}  // namespace sotto
