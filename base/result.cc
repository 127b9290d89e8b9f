// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"

#include <array>
#include <cassert>
#include <cstddef>

namespace sotto {
namespace {

using enum ErrorCode;

// clang-format off
constexpr std::array kTable{
    //        code             name               outcome                retry  http exit
    ErrorInfo{kUsage,          "usage",           Outcome::kMalformed,   false, 400, 2},
    ErrorInfo{kInvalidConfig,  "invalid-config",  Outcome::kMalformed,   false, 500, 2},
    ErrorInfo{kUntrusted,      "untrusted",       Outcome::kForbidden,   false, 500, 3},
    ErrorInfo{kMissing,        "missing",         Outcome::kMissing,     false, 404, 1},
    ErrorInfo{kDeleted,        "deleted",         Outcome::kMissing,     false, 404, 1},
    ErrorInfo{kDisabled,       "disabled",        Outcome::kForbidden,   false, 403, 3},
    ErrorInfo{kForbidden,      "forbidden",       Outcome::kForbidden,   false, 403, 3},
    ErrorInfo{kUnreachable,    "unreachable",     Outcome::kUnreachable, true,  503, 3},
    ErrorInfo{kMalformed,      "malformed",       Outcome::kMalformed,   false, 502, 1},
    ErrorInfo{kLimit,          "limit",           Outcome::kMalformed,   false, 413, 1},
    ErrorInfo{kConflict,       "conflict",        Outcome::kMalformed,   false, 409, 3},
    ErrorInfo{kBusy,           "busy",            Outcome::kUnreachable, true,  503, 3},
    ErrorInfo{kCorrupt,        "corrupt",         Outcome::kMalformed,   false, 500, 3},
    ErrorInfo{kWrongKey,       "wrong-key",       Outcome::kForbidden,   false, 500, 3},
    ErrorInfo{kUnsafeFile,     "unsafe-file",     Outcome::kForbidden,   false, 500, 3},
    ErrorInfo{kNewerVersion,   "newer-version",   Outcome::kMalformed,   false, 500, 3},
    ErrorInfo{kChanged,        "changed",         Outcome::kMalformed,   true,  409, 3},
    ErrorInfo{kNoMemory,       "no-memory",       Outcome::kUnreachable, true,  503, 3},
    ErrorInfo{kNoSpace,        "no-space",        Outcome::kUnreachable, false, 507, 3},
    ErrorInfo{kIo,             "io",              Outcome::kUnreachable, false, 500, 3},
    ErrorInfo{kOutcomeUnknown, "outcome-unknown", Outcome::kUnreachable, false, 504, 3},
    ErrorInfo{kCancelled,      "cancelled",       Outcome::kUnreachable, false, 503, 3},
};
// clang-format on

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
  const auto row = static_cast<std::size_t>(code);
  assert(row < kTable.size() && kTable[row].code == code);
  return kTable[row];
}

std::string to_string(const Error& error) {
  if (error.hint.empty()) return error.message;
  return error.message + "\nhint: " + error.hint;
}

}  // namespace sotto
