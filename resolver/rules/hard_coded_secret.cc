// SPDX-License-Identifier: Apache-2.0
//
// A value that looks like a token where a reference belongs. No text ever shows
// it: only where it is and what it looks like.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/folded_name.h"
#include "resolver/lint_rule.h"
#include "resolver/token_shapes.h"

namespace sotto {
namespace {

constexpr std::string_view kHint =
    "revoke it, put a new one into the store with \"sotto secret set\", and "
    "write << SECRETS.group.KEY >> here";
constexpr std::size_t kLeastToken = 20;
constexpr std::size_t kLeastValue = 10;
constexpr std::size_t kMaxTold = 100;

// What members are called whose values are secrets: their names end so.
constexpr std::array<std::string_view, 15> kSecretNames{
    "password",   "passwd",        "passphrase", "pwd",        "secret",
    "token",      "apikey",        "accesskey",  "secretkey",  "privatekey",
    "signingkey", "encryptionkey", "authkey",    "accountkey", "authorization"};
// And what ends so and is none: marks of where a list goes on, and of a request
// that is not to be carried out twice.
constexpr std::array<std::string_view, 9> kOtherNames{
    "pagetoken",    "nexttoken",   "continuationtoken",
    "synctoken",    "changetoken", "cancellationtoken",
    "requesttoken", "actiontoken", "idempotencytoken"};

bool names_secret(std::string_view name) {
  const std::string folded = fold_name(name);
  const auto ends = [&](std::string_view end) { return folded.ends_with(end); };
  return std::any_of(kSecretNames.begin(), kSecretNames.end(), ends) &&
         std::none_of(kOtherNames.begin(), kOtherNames.end(), ends);
}

// "Bearer TOKEN" -> where TOKEN stands.
Span last_word(std::string_view value) {
  const std::size_t blank = value.rfind(' ');
  return {blank == value.npos ? 0 : blank + 1, value.size()};
}

// https://user:PASSWORD@host: where PASSWORD stands.
std::optional<Span> password_in_url(std::string_view raw) {
  const std::size_t scheme = raw.find("://");
  if (scheme == raw.npos) return std::nullopt;
  const std::size_t begin = scheme + 3;
  const std::size_t end =
      std::min(raw.find_first_of("/?# \\\"<", begin), raw.size());
  const std::size_t at = raw.substr(0, end).rfind('@');
  const std::size_t colon = raw.find(':', begin);
  if (at == raw.npos || at < begin || colon >= at) return std::nullopt;
  return Span{colon + 1, at};
}

class Search {
 public:
  Search(const LintDocument& document, LintFindings& findings)
      : document_(document), findings_(findings) {}

  void run() {
    if (document_.parsed.format() == Format::kText) {
      (void)search_tokens({0, document_.parsed.bytes().size()});
      return;
    }
    for (const auto& string : document_.outline.strings()) {
      const Span& content = string.content;
      if (content.size() < kLeastValue) continue;
      if (content.size() >= kLeastToken && search_tokens(content)) continue;
      if (search_url(content)) continue;
      search_named(string);
    }
  }

 private:
  std::string_view text(const Span& span) const {
    return document_.parsed.bytes().substr(span.begin, span.size());
  }

  bool search_tokens(const Span& span) {
    const auto tokens = find_tokens(text(span));
    for (const FoundToken& token : tokens) {
      report({span.begin + token.span.begin, span.begin + token.span.end},
             fmt::format("{} stands here in the clear", token.what));
    }
    return !tokens.empty();
  }

  bool search_url(const Span& content) {
    const auto found = password_in_url(text(content));
    if (!found) return false;
    const Span span = {content.begin + found->begin,
                       content.begin + found->end};
    if (!looks_generated(text(span))) return false;
    report(span, "a password stands here in the clear, in a URL");
    return true;
  }

  void search_named(const DocumentOutline::String& string) {
    if (string.member == DocumentOutline::kNone) return;
    const Span word = last_word(text(string.content));
    const Span span = {string.content.begin + word.begin, string.content.end};
    if (!looks_generated(text(span))) return;
    const auto& member = document_.outline.members()[string.member];
    const std::string name = document_.outline.decoded(member.name);
    if (!names_secret(name)) return;
    report(span, fmt::format("the value of \"{}\" looks like a secret that "
                             "stands here in the clear",
                             name.substr(0, kMaxTold)));
  }

  void report(const Span& span, std::string message) {
    findings_.hide(span);
    findings_.add(span, std::move(message), std::string(kHint));
  }

  const LintDocument& document_;
  LintFindings& findings_;
};

}  // namespace

constexpr LintRule kHardCodedSecret{
    {"hard-coded-secret", RuleLevel::kWarning,
     "a value that looks like a secret stands in the document"},
    [](const LintDocument& document, LintFindings& findings) {
      Search(document, findings).run();
    }};

}  // namespace sotto
