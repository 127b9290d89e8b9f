// SPDX-License-Identifier: Apache-2.0
//
// Before any encryption begins, the host of a URL is asked for in the clear;
// name servers, proxies and whoever listens on the way see it.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "resolver/rules/urls.h"

namespace sotto {
namespace {

// Where user and password are how one logs in, and no proxy is on the way.
bool takes_credentials(const UrlShape& shape) {
  const std::string scheme = shape.scheme();
  return !scheme.empty() && scheme != "http" && scheme != "https" &&
         scheme != "ws" && scheme != "wss" && scheme != "ftp";
}

struct Words {
  std::string_view part;
  std::string_view escape;
  std::string_view hint;
};

constexpr std::string_view kHostHint =
    "write it in the document: where a request goes is no secret";

std::optional<Words> words_for(UrlPart part, const UrlShape& shape) {
  switch (part) {
    case UrlPart::kScheme:
      return Words{"the scheme",
                   "which decides whether anything is encrypted at all",
                   kHostHint};
    case UrlPart::kCredentials:
      if (takes_credentials(shape)) return std::nullopt;
      return Words{"the user and password",
                   "which proxies, logs and error messages show",
                   "send them in a header, as FN.basic makes it"};
    case UrlPart::kHost:
      return Words{"the host",
                   "which is asked for in the clear: name servers and proxies "
                   "see it",
                   kHostHint};
    case UrlPart::kPort:
      return Words{"the port", "which everybody on the way sees", kHostHint};
    default:
      return std::nullopt;
  }
}

void check(const LintDocument& document, LintFindings& findings) {
  each_use_in_url(document, [&](const LintUse& use, UrlPart part,
                                const UrlShape& shape) {
    const auto words = words_for(part, shape);
    if (!words) return;
    findings.add(use.span,
                 fmt::format("secret \"{}\" stands in {} of a URL, {}",
                             to_string(*use.ref), words->part, words->escape),
                 std::string(words->hint));
  });
}

}  // namespace

constexpr LintRule kSecretInUrlHost{
    {"secret-in-url-host", RuleLevel::kError,
     "a value stands in scheme, user, host or port of a URL"},
    check};

}  // namespace sotto
