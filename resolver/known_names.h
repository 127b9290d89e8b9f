// SPDX-License-Identifier: Apache-2.0
//
// What the catalog knows about names that it lacks: "did you mean ...?".
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_KNOWN_NAMES_H_
#define SOTTO_RESOLVER_KNOWN_NAMES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/span.h"
#include "grammar/template.h"
#include "store/catalog.h"

namespace sotto {

// The catalog's active names in some scopes, each list read once. A name of
// any other scope is as unknown as one that does not exist.
class KnownNames {
 public:
  using Names = std::vector<std::string>;

  KnownNames(const Catalog& catalog, std::vector<Scope> scopes)
      : catalog_(catalog), scopes_(std::move(scopes)) {}

  Result<Names> keys_of(const std::string& group);
  Result<Names> groups_with_key(const std::string& key);
  // Those, and of all groups those, that may be meant by `group`.
  Result<Names> groups_near(const std::string& group,
                            const std::string* key = nullptr);

 private:
  using Cache = std::map<std::string, Names, std::less<>>;

  const Catalog& catalog_;
  std::vector<Scope> scopes_;
  Cache keys_;
  Cache holders_;
  std::optional<Names> groups_;  // Where there are few.
};

// What there is to say of a name that is not defined.
struct Advice {
  std::string hint;                // Empty if nothing is near.
  std::optional<SecretRef> meant;  // The name that the hint tells, if it does.
  bool group_is_known = true;
};

Result<Advice> advise(KnownNames& known, const SecretRef& ref);

// Of "SECRETS.KEY", what somebody meant who wrote it, given the groups that
// hold such a key (one at the least): did you mean "a.K", "b.K" or "c.K"?
std::string did_you_mean_in(const std::vector<std::string>& groups,
                            const std::string& key);

// That key, if it is what the document has at `span`.
std::optional<std::string> flat_key(const Template& parsed, const Span& span);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_KNOWN_NAMES_H_
