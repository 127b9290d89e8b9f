// SPDX-License-Identifier: Apache-2.0

#include "tests/resolver/testing_lint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAlphanumeric =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string random_text(std::size_t length,
                        std::string_view alphabet = kAlphanumeric) {
  static std::mt19937 random{std::random_device{}()};
  std::string text;
  std::uniform_int_distribution<std::size_t> letter(0, alphabet.size() - 1);
  while (text.size() < length) text += alphabet[letter(random)];
  return text;
}

// The CRC-32 of a table, which the product does not use.
std::uint32_t crc_of(std::string_view text) {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : text) {
    crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  }
  return crc ^ 0xFFFFFFFFu;
}

// As GitHub and npm make theirs.
std::string with_check_sum(const std::string& prefix) {
  const std::string random = random_text(30);
  std::string sum;
  for (std::uint32_t crc = crc_of(random); crc > 0; crc /= 62) {
    sum.insert(sum.begin(), kAlphanumeric[crc % 62]);
  }
  sum.insert(0, 6 - sum.size(), '0');
  return prefix + random + sum;
}

// With digits enough between the letters, whatever the run.
std::string generated() {
  std::string text;
  for (int i = 0; i < 5; ++i) {
    text +=
        random_text(2, kHex.substr(10)) + random_text(2, kHex.substr(0, 10));
  }
  return text + "Zq7w" + random_text(8);
}

// {"alg":"HS256","typ":"JWT"} and a payload.
std::string json_web_token() {
  return "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0." +
         random_text(43);
}

std::vector<std::pair<std::string, std::string>> make_tokens() {
  const std::string key = random_text(200);
  return {
      {"%GITHUB%", with_check_sum("ghp_")},
      {"%GITHUB_OAUTH%", with_check_sum("gho_")},
      {"%GITHUB_FINE%",
       "github_pat_" + random_text(22) + "_" + random_text(59)},
      {"%NPM%", with_check_sum("npm_")},
      {"%AWS%", "AKIA" + random_text(16, kBase32)},
      {"%SLACK%",
       "xoxb-" + random_text(12, kHex.substr(0, 10)) + "-" + random_text(24)},
      {"%SLACK_HOOK%", "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/" +
                           random_text(24)},
      {"%STRIPE%", "sk_live_" + random_text(24)},
      {"%GOOGLE%", "AIza" + random_text(35)},
      {"%GITLAB%", "glpat-" + random_text(20)},
      {"%VAULT%", "hvs." + random_text(90)},
      {"%SENDGRID%", "SG." + random_text(22) + "." + random_text(43)},
      {"%ANTHROPIC%", "sk-ant-api03-" + random_text(80)},
      {"%JWT%", json_web_token()},
      {"%PEM%", "-----BEGIN PRIVATE KEY-----\\n" + key +
                    "\\n-----END PRIVATE KEY-----\\n"},
      {"%GENERATED%", generated()},
  };
}

std::string replaced(std::string text, std::string_view what,
                     std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos;
       at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

SecretState state_of(const std::string& word) {
  if (word == "deleted") return SecretState::kDeleted;
  if (word == "disabled") return SecretState::kDisabled;
  EXPECT_TRUE(word == "active" || word.empty()) << word;
  return SecretState::kActive;
}

std::vector<std::string> rest_of(std::istringstream& line) {
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

}  // namespace

fs::path lint_folder() { return fs::path(SOTTO_SOURCE_DIR) / "tests" / "lint"; }

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::vector<std::pair<std::string, std::string>>& fresh_tokens() {
  static const auto tokens = make_tokens();
  return tokens;
}

std::string with_tokens(std::string text) {
  for (const auto& [name, token] : fresh_tokens()) {
    text = replaced(std::move(text), name, token);
  }
  return text;
}

std::string without_tokens(std::string text) {
  for (const auto& [name, token] : fresh_tokens()) {
    text = replaced(std::move(text), token, name);
  }
  return text;
}

Format format_of(const fs::path& file) {
  if (file.extension() == ".json") return Format::kJson;
  return file.extension() == ".jsonl" ? Format::kLines : Format::kText;
}

LintWorld::LintWorld() {
  std::istringstream in(read_text(lint_folder() / "catalog.txt"));
  for (std::string text; std::getline(in, text);) {
    if (text.empty() || text.starts_with('#')) continue;
    std::istringstream line(text);
    std::string first;
    std::string second;
    line >> first >> second;
    if (first == "keys") {
      settings.groups[second].keys = rest_of(line);
    } else if (first == "hosts") {
      std::string group;
      line >> group;
      const auto bound =
          world.catalog.bind_hosts(scope(second), group, rest_of(line));
      EXPECT_TRUE(bound.has_value()) << text;
    } else {
      std::string state;
      std::string store = "local";
      line >> state >> store;
      world.enter(first, second, store.empty() ? "local" : store,
                  state_of(state));
    }
  }
}

std::vector<Diagnostic> LintWorld::find(std::string_view document,
                                        Format format) const {
  const Template parsed =
      parse_template(document, {.format = format, .limits = {}});
  const Template* const all[] = {&parsed};
  const auto facts =
      LintFacts::gather(all, world.catalog, world.stores, world.caller);
  EXPECT_TRUE(facts.has_value()) << to_string(facts.error());
  if (!facts) return {};
  return lint(parsed, *facts, settings);
}

std::string LintWorld::report(const std::string& name,
                              std::string_view document, Format format) const {
  const Source source(name, document);
  std::string text;
  for (const Diagnostic& diagnostic : find(document, format)) {
    text += format_diagnostic(source, diagnostic);
  }
  return text;
}

std::vector<std::string> summary(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& found : diagnostics) {
    lines.push_back(fmt::format("{}: {}", found.rule, found.message));
  }
  return lines;
}

}  // namespace sotto::testing
