// SPDX-License-Identifier: Apache-2.0

#include "resolver/token_shapes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json_tokenizer.h"
#include "resolver/base64_text.h"

namespace sotto {
namespace {

// No token is shorter.
constexpr std::size_t kShortest = 20;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c);
}

// What tokens are made of: A-Z a-z 0-9 _ -
constexpr std::array<bool, 256> kWord = [] {
  std::array<bool, 256> word{};
  for (std::size_t c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    word[c] = c < 128 && (is_alphanumeric(letter) || c == '_' || c == '-');
  }
  return word;
}();

bool is_word(char c) { return kWord[static_cast<unsigned char>(c)]; }

template <bool (*Is)(char)>
bool all(std::string_view text) {
  return std::all_of(text.begin(), text.end(), Is);
}

constexpr bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}
constexpr bool is_base32(char c) {
  return is_upper(c) || (c >= '2' && c <= '7');
}

// "XXXXXXXX", "00000000" and the like stand for a token.
bool is_varied(std::string_view text) {
  std::array<bool, 256> seen{};
  std::size_t distinct = 0;
  for (const char c : text) {
    bool& known = seen[static_cast<unsigned char>(c)];
    distinct += known ? 0 : 1;
    known = true;
  }
  return distinct >= 8;
}

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
  }
  return ~crc;
}

// 30 characters by chance, then their CRC-32 in six digits to the base 62.
bool has_check_sum(std::string_view rest) {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kRandom = 30;
  std::uint32_t sum = crc32(rest.substr(0, kRandom));
  for (std::size_t i = rest.size(); i-- > kRandom; sum /= 62) {
    if (rest[i] != kDigits[sum % 62]) return false;
  }
  return sum == 0;
}

bool is_access_key_id(std::string_view rest) {
  return all<is_base32>(rest) && rest.find("EXAMPLE") == rest.npos &&
         is_varied(rest);
}

bool is_hex_token(std::string_view rest) {
  return all<is_lower_hex>(rest) && is_varied(rest);
}

bool is_plain_token(std::string_view rest) {
  return all<is_alphanumeric>(rest) && is_varied(rest);
}

// Every key of the old form has the issuer's name in it.
bool is_old_openai_key(std::string_view rest) {
  return rest.find("T3BlbkFJ") != rest.npos;
}

struct Shape {
  std::string_view prefix;
  std::size_t least = 0;  // How long the rest is.
  std::size_t most = 0;
  std::string_view what;
  bool (*check)(std::string_view rest) = is_varied;
};

constexpr std::size_t kAny = 512;

constexpr std::array<Shape, 30> kShapes{{
    {"AGE-SECRET-KEY-1", 58, 58, "an age identity"},
    {"AIza", 35, 35, "a Google API key"},
    {"AKIA", 16, 16, "an AWS access key ID", is_access_key_id},
    {"ASIA", 16, 16, "an AWS access key ID", is_access_key_id},
    {"GOCSPX-", 28, 28, "a Google OAuth client secret"},
    {"dapi", 32, 32, "a Databricks token", is_hex_token},
    {"dckr_pat_", 27, 27, "a Docker Hub token"},
    {"dop_v1_", 64, 64, "a DigitalOcean token", is_hex_token},
    {"ghp_", 36, 36, "a GitHub personal access token", has_check_sum},
    {"gho_", 36, 36, "a GitHub OAuth token", has_check_sum},
    {"ghu_", 36, 36, "a GitHub app's user token", has_check_sum},
    {"ghs_", 36, 36, "a GitHub app's token", has_check_sum},
    {"ghr_", 36, 36, "a GitHub refresh token", has_check_sum},
    {"github_pat_", 82, 82, "a GitHub personal access token"},
    {"glpat-", 20, kAny, "a GitLab token"},
    {"hf_", 34, 34, "a Hugging Face token", is_plain_token},
    {"lin_api_", 40, 40, "a Linear API key", is_plain_token},
    {"npm_", 36, 36, "an npm token", has_check_sum},
    {"pypi-AgEIcHlwaS5vcmc", 50, kAny, "a PyPI token"},
    {"rk_live_", 24, kAny, "a Stripe key", is_plain_token},
    {"shpat_", 32, 32, "a Shopify token", is_hex_token},
    {"sk-", 40, kAny, "an OpenAI key", is_old_openai_key},
    {"sk-ant-", 40, kAny, "an Anthropic key"},
    {"sk-proj-", 40, kAny, "an OpenAI key"},
    {"sk_live_", 24, kAny, "a Stripe key", is_plain_token},
    {"xapp-", 20, kAny, "a Slack token"},
    {"xoxa-", 20, kAny, "a Slack token"},
    {"xoxb-", 20, kAny, "a Slack token"},
    {"xoxp-", 20, kAny, "a Slack token"},
    {"xoxs-", 20, kAny, "a Slack token"},
}};

// The next run of word characters from `at` on that is as long as the shortest
// token. It looks at every twentieth character first: prose has none.
std::optional<Span> next_run(std::string_view text, std::size_t at) {
  while (at + kShortest <= text.size()) {
    std::size_t probe = at + kShortest;
    while (probe > at && is_word(text[probe - 1])) --probe;
    if (probe == at) {
      std::size_t end = at + kShortest;
      while (end < text.size() && is_word(text[end])) ++end;
      return Span{at, end};
    }
    at = probe;
  }
  return std::nullopt;
}

std::optional<FoundToken> with_prefix(std::string_view text, Span run) {
  const std::string_view word = text.substr(run.begin, run.size());
  for (const Shape& shape : kShapes) {
    if (word[0] != shape.prefix[0] || !word.starts_with(shape.prefix)) continue;
    const std::string_view rest = word.substr(shape.prefix.size());
    if (rest.size() >= shape.least && rest.size() <= shape.most &&
        shape.check(rest)) {
      return FoundToken{run, shape.what};
    }
  }
  return std::nullopt;
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_word(text[at])) ++at;
  return at;
}

// HEADER.PAYLOAD.SIGNATURE, the first a JSON object that names an algorithm.
std::optional<FoundToken> as_json_web_token(std::string_view text, Span run) {
  const std::string_view header = text.substr(run.begin, run.size());
  if (!header.starts_with("eyJ") || run.end == text.size() ||
      text[run.end] != '.') {
    return std::nullopt;
  }
  const std::size_t payload = word_end(text, run.end + 1);
  if (payload == run.end + 1 || payload == text.size() ||
      text[payload] != '.') {
    return std::nullopt;
  }
  const std::size_t signature = word_end(text, payload + 1);
  if (signature < payload + 1 + kShortest) return std::nullopt;
  const auto json = decode_base64(header);
  if (!json) return std::nullopt;
  JsonTokenizer tokens(*json);
  bool has_algorithm = false;
  for (JsonToken token; (token = tokens.next()) != JsonToken::kEnd;) {
    has_algorithm = has_algorithm ||
                    (token == JsonToken::kKey && tokens.content() == "alg");
  }
  if (!tokens.ok() || !has_algorithm) return std::nullopt;
  return FoundToken{{run.begin, signature}, "a JSON Web Token"};
}

// Those that have a dot behind their prefix, or a path before them.
std::optional<FoundToken> with_context(std::string_view text, Span run) {
  const std::string_view before = text.substr(0, run.begin);
  const std::string_view word = text.substr(run.begin, run.size());
  if (before.ends_with("hvs.") && word.size() >= 24 && is_varied(word)) {
    return FoundToken{{run.begin - 4, run.end}, "a Vault token"};
  }
  if (before.ends_with("SG.") && word.size() == 22 && run.end < text.size() &&
      text[run.end] == '.') {
    const std::size_t end = word_end(text, run.end + 1);
    if (end - run.end - 1 == 43) {
      return FoundToken{{run.begin - 3, end}, "a SendGrid key"};
    }
  }
  constexpr std::string_view kSlackHooks = "hooks.slack.com/services/T";
  const std::size_t hook = before.rfind(kSlackHooks);
  if (hook != before.npos && run.begin - hook < 64 && before.ends_with('/') &&
      is_plain_token(word)) {
    return FoundToken{run, "the key of a Slack webhook"};
  }
  return std::nullopt;
}

// -----BEGIN ... PRIVATE KEY----- and what follows, if anything does.
std::optional<FoundToken> next_private_key(std::string_view text,
                                           std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  constexpr std::string_view kPrivate = "PRIVATE KEY-----";
  constexpr std::size_t kLeastKey = 64;
  if (text.size() - at < kBegin.size() + kPrivate.size() + kLeastKey) {
    return std::nullopt;
  }
  for (; (at = text.find(kBegin, at)) != text.npos; at += kBegin.size()) {
    const std::size_t label = text.find("-----", at + kBegin.size());
    if (label == text.npos) return std::nullopt;
    if (!text.substr(0, label + 5).ends_with(kPrivate)) continue;
    const std::size_t last = std::min(text.find(kEnd, label), text.size());
    const std::string_view key = text.substr(label + 5, last - label - 5);
    if (key.size() < kLeastKey || !is_varied(key)) continue;
    const std::size_t end = text.find(kPrivate, last);
    return FoundToken{
        {at, end == text.npos ? text.size() : end + kPrivate.size()},
        "a private key"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<FoundToken> find_tokens(std::string_view text) {
  std::vector<FoundToken> found;
  std::size_t at = 0;
  while (const auto key = next_private_key(text, at)) {
    found.push_back(*key);
    at = key->span.end;
  }
  if (!found.empty()) return found;
  at = 0;
  while (const auto run = next_run(text, at)) {
    auto token = with_prefix(text, *run);
    if (!token) token = as_json_web_token(text, *run);
    if (!token) token = with_context(text, *run);
    if (token) found.push_back(*token);
    at = token ? token->span.end : run->end;
  }
  return found;
}

namespace {

// What stands in for a value, whatever else is around it.
constexpr std::array<std::string_view, 14> kPlaceholders{
    "example", "placeholder", "changeme", "change_me", "your",
    "xxxx",    "dummy",       "redacted", "sample",    "replace",
    "todo",    "insert",      "1234567",  "abcdef"};

// Characters that a generated value does not have, and a template, a path, a
// URL, a sentence or a pattern does.
constexpr std::string_view kForeign = " \t\r\n<>{}()[]\\\"'`,;|:";

bool stands_for_another(std::string_view value) {
  if (value.find_first_of(kForeign) != value.npos || value.starts_with('$') ||
      value.starts_with('/') || value.starts_with('.') ||
      value.starts_with('@') || value.starts_with('%')) {
    return true;
  }
  std::string low(value);
  for (char& c : low) c = is_upper(c) ? static_cast<char>(c | 0x20) : c;
  return std::any_of(
      kPlaceholders.begin(), kPlaceholders.end(),
      [&](std::string_view word) { return low.find(word) != low.npos; });
}

// How often letters follow digits or digits letters, without anything else in
// between. "access_token_v2" does once, and so does "sha256" ...
std::size_t count_changes(std::string_view value) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < value.size(); ++i) {
    const char a = value[i - 1];
    const char b = value[i];
    changes +=
        is_alphanumeric(a) && is_alphanumeric(b) && is_digit(a) != is_digit(b);
  }
  return changes;
}

}  // namespace

bool looks_generated(std::string_view value) {
  constexpr std::size_t kLeast = 10;
  constexpr std::size_t kMost = 512;
  constexpr std::size_t kLeastChanges = 3;
  return value.size() >= kLeast && value.size() <= kMost &&
         count_changes(value) >= kLeastChanges && is_varied(value) &&
         !stands_for_another(value);
}

}  // namespace sotto
