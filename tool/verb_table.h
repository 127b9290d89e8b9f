// SPDX-License-Identifier: Apache-2.0
//
// The one table of commands and flags. The parser, the help and the
// completions of the shells are made from it.

#ifndef SOTTO_TOOL_VERB_TABLE_H_
#define SOTTO_TOOL_VERB_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tool/options.h"

namespace sotto::tool {

struct Flag {
  using Switch = bool Options::*;
  using Text = std::optional<std::string> Options::*;
  using Number = std::optional<std::uint64_t> Options::*;
  using Texts = std::vector<std::string> Options::*;  // May come repeatedly.

  std::string_view name;   // "output"
  char letter = '\0';      // 'o', or none.
  std::string_view value;  // "FILE": what it takes; empty for a switch.
  std::string_view summary;
  std::variant<Switch, Text, Number, Texts> member;
  std::string_view choices = {};  // "json text lines": the only values.

  bool takes_file() const { return value == "FILE"; }
  bool takes_folder() const { return value == "DIR"; }
};

struct VerbInfo {
  Verb verb;
  std::string_view name;      // "secret set": one or two words.
  std::string_view operands;  // "GROUP.KEY", as in the usage line.
  std::size_t min_operands;
  std::size_t max_operands;
  std::string_view summary;   // One line.
  std::string_view examples;  // Lines that could be typed.
  std::string_view details;   // What the flags do not tell; may be empty.
  std::span<const Flag* const> flags;  // --help apart, which all have.
};

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

// In the order of the help.
std::span<const VerbInfo> verbs();
const VerbInfo& verb_info(Verb verb);

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_VERB_TABLE_H_
