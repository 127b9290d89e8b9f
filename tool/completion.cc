// SPDX-License-Identifier: Apache-2.0

#include "tool/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tool/verb_table.h"

namespace sotto::tool {
namespace {

std::string_view first_word(std::string_view name) {
  return name.substr(0, name.find(' '));
}

std::string_view second_word(std::string_view name) {
  const std::size_t blank = name.find(' ');
  return blank == std::string_view::npos ? "" : name.substr(blank + 1);
}

// The first words, each once, in the order of the table.
std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const VerbInfo& verb : verbs()) {
    const std::string_view word = first_word(verb.name);
    if (words.empty() || words.back() != word) words.push_back(word);
  }
  return words;
}

std::vector<std::string_view> second_words(std::string_view noun) {
  std::vector<std::string_view> words;
  for (const VerbInfo& verb : verbs()) {
    if (first_word(verb.name) == noun && !second_word(verb.name).empty()) {
      words.push_back(second_word(verb.name));
    }
  }
  return words;
}

bool takes_files(const VerbInfo& verb) {
  return verb.operands.find("FILE") != std::string_view::npos;
}

std::string flag_words(const VerbInfo& verb) {
  std::string words = "--help";
  for (const Flag* const flag : verb.flags) {
    words += fmt::format(" --{}", flag->name);
  }
  return words;
}

// ---- bash -------------------------------------------------------------------

constexpr std::string_view kBashHead = R"(# bash completion for sotto
_sotto() {
  local current="${COMP_WORDS[COMP_CWORD]}"
  local previous="${COMP_WORDS[COMP_CWORD-1]}"
  local verb="${COMP_WORDS[1]}" flags="" words="" files=""
  COMPREPLY=()
)";

constexpr std::string_view kBashTail = R"(  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _sotto sotto
)";

// What may follow a flag that takes a value.
std::string bash_flag_values() {
  return R"(  case $previous in
    -o|--output|--config|--file|--baseline|--catalog)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current"))
      return ;;
    --out-dir)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -d -- "$current"))
      return ;;
    --scope) COMPREPLY=($(compgen -W "platform org/" -- "$current")); return ;;
    --store|--group|--fd|--if-version|--rule|--include|--version) [[ $verb == version ]] || return ;;
  esac
)";
}

// What may follow one that has a choice: not the same for every verb.
std::string bash_choices() {
  std::string script = "  case \"$verb $previous\" in\n";
  for (const VerbInfo& verb : verbs()) {
    for (const Flag* const flag : verb.flags) {
      if (flag->choices.empty()) continue;
      script += fmt::format(
          "    \"{} --{}\") COMPREPLY=($(compgen -W \"{}\" -- "
          "\"$current\")); return ;;\n",
          first_word(verb.name), flag->name, flag->choices);
    }
  }
  return script + "  esac\n";
}

std::string bash_script() {
  std::string script(kBashHead);
  script += bash_flag_values();
  script += bash_choices();
  script += fmt::format(
      "  if (( COMP_CWORD == 1 )); then\n"
      "    words=\"{}\"\n    flags=\"--help --version\"\n  else\n"
      "    case \"$verb ${{COMP_WORDS[2]}}\" in\n",
      fmt::join(first_words(), " "));
  for (const VerbInfo& verb : verbs()) {
    const std::string pattern = second_word(verb.name).empty()
                                    ? fmt::format("\"{} \"*", verb.name)
                                    : fmt::format("\"{}\"", verb.name);
    script += fmt::format("      {}) flags=\"{}\"", pattern, flag_words(verb));
    if (takes_files(verb)) script += " files=1";
    if (verb.verb == Verb::kCompletion) script += " words=\"bash zsh fish\"";
    script += " ;;\n";
  }
  for (const std::string_view noun : first_words()) {
    const auto words = second_words(noun);
    if (words.empty()) continue;
    script += fmt::format("      \"{} \"*) words=\"{}\" flags=\"--help\" ;;\n",
                          noun, fmt::join(words, " "));
  }
  script += "    esac\n  fi\n";
  script += kBashTail;
  return script;
}

// ---- zsh --------------------------------------------------------------------

// A summary within '...[...]': no quote, bracket or colon may stand there.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      result += '\\';
      result += c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string zsh_argument(const Flag& flag) {
  std::string spec =
      fmt::format("'--{}{}[{}]", flag.name, flag.value.empty() ? "" : "=",
                  zsh_text(flag.summary));
  if (flag.takes_file()) {
    spec += ":file:_files";
  } else if (flag.takes_folder()) {
    spec += ":folder:_files -/";
  } else if (!flag.choices.empty()) {
    spec += fmt::format(":{}:({})", flag.value, flag.choices);
  } else if (!flag.value.empty()) {
    spec += fmt::format(":{}: ", flag.value);
  }
  return spec + '\'';
}

std::string zsh_case(const VerbInfo& verb) {
  std::string line =
      fmt::format("    '{}') _arguments '--help[print help]'", verb.name);
  for (const Flag* const flag : verb.flags) {
    line += ' ';
    line += zsh_argument(*flag);
  }
  if (takes_files(verb)) line += " '*:file:_files'";
  if (verb.verb == Verb::kCompletion) line += " '1:shell:(bash zsh fish)'";
  return line + " ;;\n";
}

std::string zsh_script() {
  std::string script = R"(#compdef sotto
_sotto() {
  local verb=$words[2]
  if (( CURRENT == 2 )); then
    local -a verbs=(
)";
  for (const std::string_view word : first_words()) {
    const auto found =
        std::find_if(verbs().begin(), verbs().end(),
                     [&](const VerbInfo& verb) { return verb.name == word; });
    const std::string summary =
        found == verbs().end()
            ? fmt::format("{}", fmt::join(second_words(word), ", "))
            : zsh_text(found->summary);
    script += fmt::format("      '{}:{}'\n", word, summary);
  }
  script += "    )\n    _describe command verbs\n    return\n  fi\n";
  script += "  case $verb in\n";
  for (const std::string_view noun : first_words()) {
    const auto words = second_words(noun);
    if (words.empty()) continue;
    script += fmt::format(
        "    {})\n"
        "      if (( CURRENT == 3 )); then compadd {}; return; fi\n"
        "      verb=\"{} $words[3]\"; shift words; (( CURRENT-- )) ;;\n",
        noun, fmt::join(words, " "), noun);
  }
  script += "  esac\n  shift words; (( CURRENT-- ))\n  case $verb in\n";
  for (const VerbInfo& verb : verbs()) script += zsh_case(verb);
  script += "  esac\n}\n_sotto \"$@\"\n";
  return script;
}

// ---- fish -------------------------------------------------------------------

std::string fish_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

// When a verb's flags are offered.
std::string fish_condition(const VerbInfo& verb) {
  const std::string_view second = second_word(verb.name);
  if (second.empty()) {
    return fmt::format("__fish_seen_subcommand_from {}", verb.name);
  }
  return fmt::format(
      "__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
      first_word(verb.name), second);
}

std::string fish_script() {
  std::string script = "# fish completion for sotto\ncomplete -c sotto -f\n";
  for (const VerbInfo& verb : verbs()) {
    const std::string_view second = second_word(verb.name);
    const std::string condition =
        second.empty()
            ? std::string("__fish_use_subcommand")
            : fmt::format(
                  "__fish_seen_subcommand_from {}; and not "
                  "__fish_seen_subcommand_from {}",
                  first_word(verb.name),
                  fmt::join(second_words(first_word(verb.name)), " "));
    script += fmt::format("complete -c sotto -n '{}' -a {} -d '{}'\n",
                          condition, second.empty() ? verb.name : second,
                          fish_text(verb.summary));
    for (const Flag* const flag : verb.flags) {
      script += fmt::format("complete -c sotto -n '{}' -l {}",
                            fish_condition(verb), flag->name);
      if (flag->letter != 0) script += fmt::format(" -s {}", flag->letter);
      if (!flag->value.empty()) script += " -r";
      if (flag->takes_file()) script += " -F";
      if (flag->takes_folder()) {
        script += " -a '(__fish_complete_directories)'";
      }
      if (!flag->choices.empty()) {
        script += fmt::format(" -a '{}'", flag->choices);
      }
      script += fmt::format(" -d '{}'\n", fish_text(flag->summary));
    }
    if (takes_files(verb)) {
      script +=
          fmt::format("complete -c sotto -n '{}' -F\n", fish_condition(verb));
    }
  }
  for (const std::string_view noun : first_words()) {
    if (second_words(noun).empty()) continue;
    script += fmt::format(
        "complete -c sotto -n __fish_use_subcommand -a {} -d '{}'\n", noun,
        fmt::join(second_words(noun), ", "));
  }
  script +=
      "complete -c sotto -n '__fish_seen_subcommand_from completion' "
      "-a 'bash zsh fish'\n";
  return script;
}

}  // namespace

Result<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return fail(ErrorCode::kUsage,
              fmt::format("there is no completion for \"{}\"", shell),
              "one of: bash, zsh, fish");
}

}  // namespace sotto::tool
