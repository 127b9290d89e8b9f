// SPDX-License-Identifier: Apache-2.0
//
// Arguments -> Options. What is wrong with a command line, word for word:
// tests/cli/flags.txt.

#include "tool/command_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tool/help.h"
#include "tool/verb_table.h"

namespace sotto::tool {
namespace {

using Args = std::vector<std::string>;

TEST(CommandLine, FillsPlainOptions) {
  const auto options = parse_command_line(
      Args{"render", "--scope=org/acme", "-o", "out.json", "--lines",
           "flow.json", "--config", "c.json", "--strict"});
  ASSERT_TRUE(options) << to_string(options.error());
  EXPECT_EQ(options->verb, Verb::kRender);
  EXPECT_EQ(options->operands, Args{"flow.json"});
  EXPECT_EQ(options->scope, "org/acme");
  EXPECT_EQ(options->output, "out.json");
  EXPECT_EQ(options->config, "c.json");
  EXPECT_TRUE(options->lines);
  EXPECT_TRUE(options->strict);
  EXPECT_FALSE(options->reveal);
  EXPECT_FALSE(options->json);
}

TEST(CommandLine, TakesVerbsOfTwoWordsAndNumbers) {
  const auto options = parse_command_line(
      Args{"secret", "set", "a.B", "--if-version", "0", "--fd", "3"});
  ASSERT_TRUE(options) << to_string(options.error());
  EXPECT_EQ(options->verb, Verb::kSecretSet);
  EXPECT_EQ(options->if_version, 0u);
  EXPECT_EQ(options->fd, 3u);
}

TEST(CommandLine, KnowsStandardInputAndTheEndOfFlags) {
  const auto operands = [](const Args& args) {
    const auto options = parse_command_line(args);
    return options ? options->operands : Args{to_string(options.error())};
  };
  EXPECT_EQ(operands({"render", "-"}), Args{"-"});
  EXPECT_EQ(operands({"render", "--", "--json"}), Args{"--json"});
  EXPECT_EQ(operands({"refs", "a", "b", "-"}), (Args{"a", "b", "-"}));
}

TEST(CommandLine, TakesSomeFlagsAsOftenAsTheyCome) {
  const auto options = parse_command_line(
      Args{"lint", "--rule", "a=off", "x", "--rule=b=error", "--strict"});
  ASSERT_TRUE(options) << to_string(options.error());
  EXPECT_EQ(options->rules, (Args{"a=off", "b=error"}));
  EXPECT_EQ(options->operands, Args{"x"});
  EXPECT_TRUE(options->strict);
  EXPECT_FALSE(parse_command_line(Args{"lint", "--rule"}));
  EXPECT_FALSE(parse_command_line(Args{"lint", "--rule="}));
}

TEST(CommandLine, RefusesNumbersThatAreNone) {
  for (const char* const number :
       {"x", "1x", "", "-1", "99999999999999999999"}) {
    const auto options = parse_command_line(
        Args{"secret", "restore", "a.B", std::string("--version=") + number});
    ASSERT_FALSE(options) << number;
    EXPECT_EQ(options.error().code, ErrorCode::kUsage);
  }
}

// L02: whatever a flag might be called, none takes a value.
TEST(CommandLine, L02_NoFlagTakesTheValueOfASecret) {
  for (const char* const flag :
       {"--value", "--secret", "--token", "--password", "--key", "--data"}) {
    for (const Args& args :
         {Args{"secret", "set", "a.B", flag, "hunter2"},
          Args{"secret", "set", "a.B", std::string(flag) + "=hunter2"},
          Args{"render", "f", flag, "hunter2"}}) {
      const auto options = parse_command_line(args);
      ASSERT_FALSE(options) << flag;
      EXPECT_EQ(to_string(options.error()).find("hunter2"), std::string::npos);
      EXPECT_EQ(options.error().hint,
                "a value is never an argument: give it on standard input, with "
                "--file or with --fd");
    }
  }
}

TEST(Verbs, TableIsInTheOrderOfTheEnumerationAndComplete) {
  std::size_t index = 0;
  for (const VerbInfo& verb : verbs()) {
    EXPECT_EQ(static_cast<std::size_t>(verb.verb), index++);
    EXPECT_EQ(&verb_info(verb.verb), &verb);
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
    EXPECT_TRUE(verb.examples.starts_with("sotto ") ||
                verb.examples.starts_with("printf "))
        << verb.name;
  }
  EXPECT_EQ(index, static_cast<std::size_t>(Verb::kCompletion) + 1);
}

TEST(Help, OpensWithExamplesAndFitsATerminal) {
  std::vector<std::string> pages{help()};
  for (const VerbInfo& verb : verbs()) pages.push_back(help(verb));
  for (const std::string& page : pages) {
    const std::size_t example = page.find("    $ ");
    ASSERT_NE(example, std::string::npos) << page;
    for (const char* const later : {"Commands:", "Usage:", "Flags:"}) {
      EXPECT_LT(example, page.find(later)) << page;
    }
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t end = page.find('\n', at);
      EXPECT_LE(end - at, 100u) << page.substr(at, end - at);
      at = end + 1;
    }
  }
}

}  // namespace
}  // namespace sotto::tool
