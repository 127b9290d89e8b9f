// SPDX-License-Identifier: Apache-2.0

#include "tool/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <string_view>
#include <vector>

#include "base/edit_distance.h"
#include "tool/verb_table.h"

namespace sotto::tool {
namespace {

using Args = std::span<const std::string>;

// What somebody who means to give a value as an argument types.
constexpr std::array<std::string_view, 7> kValueFlags{
    "value", "secret", "token", "password", "key", "data", "from-literal"};

tl::unexpected<Error> usage(std::string message, std::string hint = {}) {
  return fail(ErrorCode::kUsage, std::move(message), std::move(hint));
}

constexpr std::string_view kValueHint =
    "a value is never an argument: give it on standard input, with --file or "
    "with --fd";

tl::unexpected<Error> usage_of(const VerbInfo& verb, std::string message) {
  return usage(
      std::move(message),
      fmt::format("\"sotto {} --help\" shows how it is used", verb.name));
}

bool is_flag(std::string_view arg) { return arg.size() > 1 && arg[0] == '-'; }

// "secret" of "secret set", or empty.
std::string_view noun_of(std::string_view name) {
  const std::size_t blank = name.find(' ');
  return blank == std::string_view::npos ? "" : name.substr(0, blank);
}

// "secret get" for "get"; empty if there is none.
std::string verb_of_a_noun(std::string_view word) {
  for (const VerbInfo& verb : verbs()) {
    const std::string_view noun = noun_of(verb.name);
    if (!noun.empty() && verb.name.substr(noun.size() + 1) == word) {
      return std::string(verb.name);
    }
  }
  return {};
}

tl::unexpected<Error> unknown_verb(const std::string& name,
                                   std::string_view noun) {
  std::vector<std::string> known;
  for (const VerbInfo& verb : verbs()) {
    const std::string_view its_noun = noun_of(verb.name);
    if (noun.empty()) {
      known.emplace_back(its_noun.empty() ? verb.name : its_noun);
    } else if (its_noun == noun) {
      known.emplace_back(verb.name.substr(noun.size() + 1));
    }
  }
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const std::string prefix = noun.empty() ? "" : fmt::format("{} ", noun);
  if (name.empty()) {
    return usage(fmt::format("\"sotto {}\" needs to know what to do", noun),
                 fmt::format("one of: {}", fmt::join(known, ", ")));
  }
  const std::string under_noun = noun.empty() ? verb_of_a_noun(name) : "";
  if (!under_noun.empty()) {
    return usage(fmt::format("unknown command \"{}\"", name),
                 fmt::format("did you mean \"{}\"?", under_noun));
  }
  const auto meant = nearest(name, known);
  return usage(fmt::format("unknown command \"{}{}\"", prefix, name),
               meant ? fmt::format("did you mean \"{}{}\"?", prefix, *meant)
                     : fmt::format("one of: {}", fmt::join(known, ", ")));
}

// Finds the verb and takes its words off the front of `args`.
Result<const VerbInfo*> take_verb(Args& args) {
  const std::string& first = args.front();
  if (is_flag(first)) {
    return usage(fmt::format("expected a command before \"{}\"", first),
                 "flags follow the command: sotto render --json flow.json");
  }
  bool is_noun = false;
  for (const VerbInfo& verb : verbs()) {
    const std::string_view noun = noun_of(verb.name);
    if (noun.empty() && verb.name == first) {
      args = args.subspan(1);
      return &verb;
    }
    if (noun != first) continue;
    is_noun = true;
    if (args.size() > 1 && verb.name.substr(noun.size() + 1) == args[1]) {
      args = args.subspan(2);
      return &verb;
    }
  }
  if (!is_noun) return unknown_verb(first, "");
  const bool has_word = args.size() > 1 && !is_flag(args[1]);
  return unknown_verb(has_word ? args[1] : "", first);
}

std::string spelled(const Flag& flag) { return fmt::format("--{}", flag.name); }

// CLI11 would take what follows, whatever it is, or say something of its own.
Result<void> check_values_are_there(const VerbInfo& verb, Args args) {
  for (std::size_t i = 0; i < args.size() && args[i] != "--"; ++i) {
    for (const Flag* const flag : verb.flags) {
      const bool named =
          args[i] == spelled(*flag) ||
          (flag->letter != 0 && args[i] == std::string{'-', flag->letter});
      if (!named || flag->value.empty()) continue;
      if (i + 1 == args.size() || is_flag(args[i + 1])) {
        return usage_of(verb, fmt::format("\"{}\" needs a value: {}",
                                          spelled(*flag), flag->value));
      }
      ++i;
    }
  }
  return {};
}

tl::unexpected<Error> unknown_flag(const VerbInfo& verb,
                                   const std::string& arg) {
  const std::string name = arg.substr(0, arg.find('='));
  std::string bare = name;
  bare.erase(0, bare.find_first_not_of('-'));
  const std::string message =
      fmt::format("\"sotto {}\" has no flag \"{}\"", verb.name, name);
  if (std::find(kValueFlags.begin(), kValueFlags.end(), bare) !=
      kValueFlags.end()) {
    return usage(message, std::string(kValueHint));
  }
  std::vector<std::string> known{"--help"};
  for (const Flag* const flag : verb.flags) known.push_back(spelled(*flag));
  if (const auto meant = nearest(name, known)) {
    return usage(message, fmt::format("did you mean \"{}\"?", *meant));
  }
  return usage_of(verb, message);
}

// What CLI11 found for one flag.
struct Found {
  const Flag* flag;
  CLI::Option* option;
  std::vector<std::string> values;
};

Result<void> take_text(Found& found, Flag::Text member, Options& options) {
  const std::string& value = found.values.front();
  const std::string_view choices = found.flag->choices;
  const std::string padded = fmt::format(" {} ", choices);
  if (!choices.empty() &&
      padded.find(fmt::format(" {} ", value)) == std::string::npos) {
    return usage(
        fmt::format("\"{}\" cannot be \"{}\"", spelled(*found.flag), value),
        fmt::format("one of: {}", choices));
  }
  if (value.empty()) {
    return usage(fmt::format("\"{}\" needs a value: {}", spelled(*found.flag),
                             found.flag->value));
  }
  options.*member = value;
  return {};
}

Result<void> take_number(Found& found, Flag::Number member, Options& options) {
  const std::string& value = found.values.front();
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return usage(fmt::format("\"{}\" needs a number", spelled(*found.flag)));
  }
  options.*member = number;
  return {};
}

Result<void> take_texts(Found& found, Flag::Texts member, Options& options) {
  for (std::string& value : found.values) {
    if (value.empty()) {
      return usage(fmt::format("\"{}\" needs a value: {}", spelled(*found.flag),
                               found.flag->value));
    }
    (options.*member).push_back(std::move(value));
  }
  return {};
}

Result<void> take_flag(Found& found, Options& options) {
  if (found.option->count() == 0) return {};
  if (const auto* const member =
          std::get_if<Flag::Switch>(&found.flag->member)) {
    options.*(*member) = true;
    return {};
  }
  if (const auto* const member =
          std::get_if<Flag::Texts>(&found.flag->member)) {
    return take_texts(found, *member, options);
  }
  if (found.values.size() > 1) {
    return usage(fmt::format("\"{}\" is given twice", spelled(*found.flag)));
  }
  if (const auto* const member = std::get_if<Flag::Text>(&found.flag->member)) {
    return take_text(found, *member, options);
  }
  return take_number(found, std::get<Flag::Number>(found.flag->member),
                     options);
}

Result<void> check_operands(const VerbInfo& verb, const Options& options) {
  const std::size_t count = options.operands.size();
  if (options.of) {
    if (count == 0) return {};
    return usage_of(verb, "\"--of\" asks the index, and no document");
  }
  if (count < verb.min_operands) {
    return usage_of(
        verb, fmt::format("\"sotto {}\" needs {}", verb.name, verb.operands));
  }
  const bool has_value =
      count > 1 ||
      (count == 1 && options.operands.front().find('=') != std::string::npos);
  if (verb.verb == Verb::kSecretSet && has_value) {
    // Not to be repeated: it is most likely the value.
    return usage("\"sotto secret set\" takes GROUP.KEY alone",
                 std::string(kValueHint));
  }
  if (count > verb.max_operands) {
    return usage_of(
        verb, fmt::format("\"sotto {}\" takes {}, and \"{}\" is one too many",
                          verb.name,
                          verb.operands.empty() ? "no operand" : verb.operands,
                          options.operands[verb.max_operands]));
  }
  return {};
}

Result<Options> parse_flags(const VerbInfo& verb, Args args) {
  Options options;
  options.verb = verb.verb;
  CLI::App app;
  app.set_help_flag();  // Ours is not CLI11's.
  app.allow_extras();
  app.add_flag("-h,--help", options.help);
  app.add_option("operands", options.operands);
  std::deque<Found> found;
  for (const Flag* const flag : verb.flags) {
    std::string names = spelled(*flag);
    if (flag->letter != 0) names = fmt::format("-{},{}", flag->letter, names);
    Found& here = found.emplace_back(Found{flag, nullptr, {}});
    if (flag->value.empty()) {
      here.option = app.add_flag(names);
    } else {
      here.option = app.add_option(names, here.values)
                        ->expected(1)
                        ->allow_extra_args(false)
                        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  try {
    // CLI11 wants them from the last to the first.
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ParseError&) {
    return usage_of(verb, "the arguments cannot be understood");
  }
  for (const std::string& arg : app.remaining()) {
    if (is_flag(arg) && arg != "--") return unknown_flag(verb, arg);
  }
  if (options.help) return options;
  for (Found& flag : found) SOTTO_RETURN_IF_ERROR(take_flag(flag, options));
  SOTTO_RETURN_IF_ERROR(check_operands(verb, options));
  return options;
}

}  // namespace

Result<Options> parse_command_line(Args args) {
  if (args.empty()) return usage("no command is given");
  SOTTO_ASSIGN_OR_RETURN(const VerbInfo* const verb, take_verb(args));
  SOTTO_RETURN_IF_ERROR(check_values_are_there(*verb, args));
  return parse_flags(*verb, args);
}

}  // namespace sotto::tool
