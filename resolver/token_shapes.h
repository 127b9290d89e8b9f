// SPDX-License-Identifier: Apache-2.0
//
// Tokens that can be told by how they look: by a prefix that their issuer gives
// them and, where they have one, by their check sum. Internal to resolver/.

#ifndef SOTTO_RESOLVER_TOKEN_SHAPES_H_
#define SOTTO_RESOLVER_TOKEN_SHAPES_H_

#include <string_view>
#include <vector>

#include "base/span.h"

namespace sotto {

struct FoundToken {
  Span span;              // Of the text that was searched.
  std::string_view what;  // "a GitHub personal access token"
};

// Every token in `text`, the raw content of a JSON string or a plain text; in
// order. Looks at a small part of most texts.
std::vector<FoundToken> find_tokens(std::string_view text);

// Does the value look as if it was made by chance and not written by a person:
// an API key, a generated password? A word, a path, a template of another
// language, a placeholder do not. Tells only of values that stand alone.
bool looks_generated(std::string_view value);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_TOKEN_SHAPES_H_
