// SPDX-License-Identifier: Apache-2.0

#include "base/secret_ref.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/guarded.h"

namespace sotto {
namespace {

constexpr std::string_view kOrganizationPrefix = "org/";

// What a user typed, made safe to print: an unprintable or long text is not
// repeated.
std::string quoted(std::string_view text) {
  const bool printable = std::all_of(
      text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable || text.size() > kMaxNameLength) return "this";
  return fmt::format("\"{}\"", text);
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength &&
         text.front() != '-' &&
         std::all_of(text.begin(), text.end(), is_name_char);
}

std::string to_string(const SecretRef& ref) {
  return ref.group + '.' + ref.key;
}

Result<SecretRef> parse_secret_ref(std::string_view text) {
  return guarded([&]() -> Result<SecretRef> {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || text.find('.', dot + 1) != text.npos) {
      return fail(ErrorCode::kUsage,
                  fmt::format("{} is not a secret's name: expected group.KEY",
                              quoted(text)),
                  "name a secret as in github.TOKEN");
    }
    const std::string_view group = text.substr(0, dot);
    const std::string_view key = text.substr(dot + 1);
    for (const auto& [part, what] :
         {std::pair{group, "group"}, std::pair{key, "key"}}) {
      if (!is_name(part)) {
        return fail(
            ErrorCode::kUsage,
            fmt::format("{} is not the name of a {}", quoted(part), what),
            std::string(kNameRule));
      }
    }
    return SecretRef{std::string(group), std::string(key)};
  });
}

Result<Scope> Scope::parse(std::string_view text) {
  return guarded([&]() -> Result<Scope> {
    if (text == "platform") return Scope();
    if (text.starts_with(kOrganizationPrefix)) {
      const std::string_view name = text.substr(kOrganizationPrefix.size());
      if (is_name(name)) {
        Scope scope;
        scope.organization_ = name;
        return scope;
      }
    }
    return fail(ErrorCode::kUsage,
                fmt::format("{} is not a scope: expected \"platform\" or "
                            "\"org/NAME\"",
                            quoted(text)),
                std::string(kNameRule));
  });
}

std::vector<Scope> Scope::lookup_order() const {
  if (is_platform()) return {*this};
  return {*this, platform()};
}

std::string to_string(const Scope& scope) {
  if (scope.is_platform()) return "platform";
  return std::string(kOrganizationPrefix) + scope.organization();
}

}  // namespace sotto
