// SPDX-License-Identifier: Apache-2.0
//
// How secrets are named: SecretRef (what a document writes) and Scope (whose
// secret is meant, which only the caller says).

#ifndef SOTTO_BASE_SECRET_REF_H_
#define SOTTO_BASE_SECRET_REF_H_

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sotto {

inline constexpr std::size_t kMaxNameLength = 127;

// The rule of names, in the words of the hint that tells it: which is_name()
// checks, and the grammar has as a production.
inline constexpr std::string_view kNameRule =
    "a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with '-'";

// Can c stand in a name (A-Z a-z 0-9 _ -)?
constexpr bool is_name_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Is `text` the name of a group, a key or an organization, as kNameRule has
// it? What the grammar cannot write, no store ever holds.
bool is_name(std::string_view text);

// SECRETS.group.KEY, without the SECRETS. Never names a scope.
struct SecretRef {
  std::string group;
  std::string key;

  friend auto operator<=>(const SecretRef&, const SecretRef&) = default;
  friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

// "group.KEY".
std::string to_string(const SecretRef& ref);

// Reads "group.KEY". Fails with kUsage, telling which part is wrong.
Result<SecretRef> parse_secret_ref(std::string_view text);

// The platform, or one organization.
class Scope {
 public:
  // The platform.
  Scope() = default;
  static Scope platform() { return {}; }

  // Reads "platform" or "org/NAME". Fails with kUsage.
  static Result<Scope> parse(std::string_view text);

  bool is_platform() const { return organization_.empty(); }
  // "acme" of org/acme; empty for the platform.
  const std::string& organization() const { return organization_; }

  // Where a caller of this scope looks, in order: org/acme then platform, or
  // platform alone.
  std::vector<Scope> lookup_order() const;

  // The platform comes before every organization.
  friend auto operator<=>(const Scope&, const Scope&) = default;
  friend bool operator==(const Scope&, const Scope&) = default;

 private:
  std::string organization_;
};

// "platform" or "org/acme".
std::string to_string(const Scope& scope);

}  // namespace sotto

#endif  // SOTTO_BASE_SECRET_REF_H_
