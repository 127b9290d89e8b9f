// SPDX-License-Identifier: Apache-2.0

#include "tool/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace sotto::tool {
namespace {

constexpr std::string_view kExamples =
    R"(sotto: renders << SECRETS.group.KEY >> in workflow JSON

    $ sotto init
    $ printf %s "$TOKEN" | sotto secret set github.TOKEN
    $ sotto refs flow.json
    flow.json:3:31: github.TOKEN  /headers/Authorization
    $ sotto render flow.json -o flow.rendered.json

)";

constexpr std::string_view kEnd =
    R"(
"sotto COMMAND --help" tells more about one. A file "-" is standard input.
Exit status: 0 fine, 1 something is wrong in the document, 2 in how the
command was called, 3 it could not do its job.
)";

std::string indented(std::string_view text, std::string_view by) {
  std::string result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    result += fmt::format("{}{}\n", by, line);
  }
  return result;
}

std::string flag_lines(std::span<const Flag* const> flags) {
  std::string result;
  const auto add = [&](std::string_view spelled, std::string_view summary) {
    result += fmt::format("  {:<22}{}\n", spelled, summary);
  };
  for (const Flag* const flag : flags) {
    const std::string letter =
        flag->letter == 0 ? "    " : fmt::format("-{}, ", flag->letter);
    add(fmt::format("{}--{}{}{}", letter, flag->name,
                    flag->value.empty() ? "" : " ", flag->value),
        flag->summary);
  }
  add("-h, --help", "print this");
  return result;
}

// A line for each command whose name begins so.
std::string verb_lines(std::string_view prefix) {
  std::string result;
  for (const VerbInfo& verb : verbs()) {
    if (!verb.name.starts_with(prefix)) continue;
    result += fmt::format("  {:<18}{}\n", verb.name, verb.summary);
  }
  return result;
}

}  // namespace

std::string help() {
  return fmt::format("{}Commands:\n{}{}", kExamples, verb_lines(""), kEnd);
}

std::string help_of_noun(std::string_view noun) {
  const std::string lines = verb_lines(fmt::format("{} ", noun));
  if (lines.empty()) return {};
  return fmt::format(
      "Commands:\n{}\n\"sotto {} COMMAND --help\" tells more about one.\n",
      lines, noun);
}

std::string help(const VerbInfo& verb) {
  std::string result = fmt::format("sotto {}: {}\n\n", verb.name, verb.summary);
  result += indented(verb.examples, "    $ ");
  result += fmt::format("\nUsage: sotto {}{}{}{}\n", verb.name,
                        verb.flags.empty() ? "" : " [FLAG...]",
                        verb.operands.empty() ? "" : " ", verb.operands);
  if (!verb.details.empty()) result += fmt::format("\n{}\n", verb.details);
  result += fmt::format("\nFlags:\n{}", flag_lines(verb.flags));
  return result;
}

}  // namespace sotto::tool
