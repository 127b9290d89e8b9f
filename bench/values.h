// SPDX-License-Identifier: Apache-2.0
//
// Values by name, as those keep them that Sotto is compared with.

#ifndef SOTTO_BENCH_VALUES_H_
#define SOTTO_BENCH_VALUES_H_

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/generate.h"

namespace sotto::bench {

// What a regular expression looks for; its first group is "group.KEY".
inline constexpr char kExpressionPattern[] =
    R"(<<[ \t]*SECRETS\.([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)[ \t]*>>)";

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using ValueTable =
    std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

// "group.KEY" -> value.
ValueTable plain_values(const std::vector<Secret>& secrets);
// The same as content of a JSON string: for text replacement, which would
// make invalid JSON of a value with a quote in it.
ValueTable escaped_values(const std::vector<Secret>& secrets);

// The text of a string with its expressions replaced, the plain way.
std::string replace_expressions(std::string_view text,
                                const ValueTable& values);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_VALUES_H_
