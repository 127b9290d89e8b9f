// SPDX-License-Identifier: Apache-2.0
//
// What is being typed: which part of an expression stands around a place. Read
// from the text alone, for an expression that is being typed is not one yet.
// Internal to service/.

#ifndef SOTTO_SERVICE_LSP_CURSOR_H_
#define SOTTO_SERVICE_LSP_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/span.h"

namespace sotto {

struct LspCursor {
  enum class Kind : std::uint8_t {
    kNothing,   // Not in an expression, or not where a name stands.
    kTerm,      // Where SECRETS or FN may begin.
    kGroup,     // Behind "SECRETS.".
    kKey,       // Behind "SECRETS.group.".
    kFunction,  // Behind "FN.".
  };

  Kind kind = Kind::kNothing;
  Span word;          // The name around the place; may be empty.
  std::string group;  // Of kKey.
};

// Looks back kMaxLookBack bytes for the "<<" of the expression, which may be
// spelled \u003c\u003c.
inline constexpr std::size_t kMaxLookBack = 4096;
LspCursor lsp_cursor(std::string_view text, std::size_t offset);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_CURSOR_H_
