// SPDX-License-Identifier: Apache-2.0
//
// What happens when the world fails: one error vocabulary, and Result<T>.
//
// Wrong text in a user's document is not an Error but a Diagnostic
// (base/diagnostic.h). A bug of ours is an assert.

#ifndef SOTTO_BASE_RESULT_H_
#define SOTTO_BASE_RESULT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sotto {

// Every way in which something can go wrong. docs/errors.md has a section for
// each, with its cause and its cure; error_info() has the one table.
enum class ErrorCode : std::uint8_t {
  kUsage,           // The call itself makes no sense: a flag, a name.
  kInvalidConfig,   // sotto.json or an environment variable is wrong.
  kUntrusted,       // A found configuration asks for what needs trust.
  kMissing,         // Proven absent: the store never had it.
  kDeleted,         // Deleted, and can be restored. Not proven absent.
  kDisabled,        // Exists, and is switched off.
  kForbidden,       // The store refuses this caller.
  kUnreachable,     // No answer from the store in time.
  kMalformed,       // The store's answer is not what was promised.
  kLimit,           // Larger, deeper or more than a limit allows.
  kConflict,        // Changed by somebody else since it was read (CAS).
  kBusy,            // Locked by another process for longer than the wait.
  kCorrupt,         // Altered, truncated, swapped or rolled back.
  kWrongKey,        // The key does not open this store.
  kUnsafeFile,      // A file of the wrong mode, owner or kind.
  kNewerVersion,    // Written by a newer Sotto.
  kChanged,         // The input changed while it was being read.
  kNoMemory,        // No memory, or none that can be locked.
  kNoSpace,         // The disk or the quota is full.
  kIo,              // Any other trouble of the operating system.
  kOutcomeUnknown,  // A write that may or may not have happened.
  kCancelled,       // Stopped by the caller.
};

// How a lookup ended, for those who must not confuse them.
enum class Outcome : std::uint8_t {
  kOk,
  kMissing,
  kForbidden,
  kUnreachable,
  kMalformed,
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  // "missing": stable, for machines.
  Outcome outcome;        // What it means for a lookup.
  bool retryable;         // The same call may succeed later.
  int http_status;        // What the service answers.
  int exit_status;        // What the command returns: 1, 2 or 3.
};

// The row of `code` in the one table. Never fails.
const ErrorInfo& error_info(ErrorCode code) noexcept;

// A failure, told in words that are safe to print anywhere: names, codes,
// paths and counts, never a value, a token or another library's text.
// `message` is lower case without a full stop; `hint`, if any, is the next
// step in the same form.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kIo;
  std::string message;
  std::string hint;

  friend bool operator==(const Error&, const Error&) = default;
};

// "MESSAGE" or "MESSAGE\nhint: HINT".
std::string to_string(const Error& error);

// A T, or the reason why there is none.
template <typename T>
using Result = tl::expected<T, Error>;

// return fail(ErrorCode::kBusy, "the catalog is locked", "try again");
inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                  std::string hint = {}) {
  return tl::unexpected<Error>(
      Error{code, std::move(message), std::move(hint)});
}

}  // namespace sotto

// RETURN_IF_ERROR(store.check());
#define SOTTO_RETURN_IF_ERROR(expression)                \
  do {                                                   \
    if (auto sotto_result = (expression); !sotto_result) \
      return ::tl::unexpected<::sotto::Error>(           \
          std::move(sotto_result).error());              \
  } while (false)

// SOTTO_ASSIGN_OR_RETURN(const auto entries, catalog.find(refs, scopes));
#define SOTTO_ASSIGN_OR_RETURN(declaration, expression)                        \
  SOTTO_ASSIGN_OR_RETURN_(SOTTO_CONCAT_(sotto_result_, __LINE__), declaration, \
                          expression)
#define SOTTO_ASSIGN_OR_RETURN_(result, declaration, expression)        \
  auto result = (expression);                                           \
  if (!result)                                                          \
    return ::tl::unexpected<::sotto::Error>(std::move(result).error()); \
  declaration = std::move(*result)
#define SOTTO_CONCAT_(a, b) SOTTO_CONCAT_IMPL_(a, b)
#define SOTTO_CONCAT_IMPL_(a, b) a##b

#endif  // SOTTO_BASE_RESULT_H_
