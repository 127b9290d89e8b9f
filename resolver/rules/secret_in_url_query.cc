// SPDX-License-Identifier: Apache-2.0
//
// Servers and proxies write the URLs that they are asked for into their logs.

#include <fmt/format.h>

#include "resolver/rules/urls.h"

namespace sotto {
namespace {

void check(const LintDocument& document, LintFindings& findings) {
  each_use_in_url(
      document, [&](const LintUse& use, UrlPart part, const UrlShape&) {
        if (part != UrlPart::kQuery) return;
        findings.add(use.span,
                     fmt::format("secret \"{}\" stands in the query of a URL, "
                                 "which servers and proxies write into logs",
                                 to_string(*use.ref)),
                     "send it in a header or in the body, if the service "
                     "takes it there");
      });
}

}  // namespace

constexpr LintRule kSecretInUrlQuery{
    {"secret-in-url-query", RuleLevel::kWarning,
     "a value stands in the query of a URL"},
    check};

}  // namespace sotto
