// SPDX-License-Identifier: Apache-2.0
//
// "did you mean ...?": what the catalog knows about names that it lacks. Looks
// in the caller's own lookup order alone, so that a name of another
// organization is as unknown as any.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/edit_distance.h"
#include "resolver/known_names.h"
#include "resolver/lookup_errors.h"
#include "resolver/resolver.h"

namespace sotto {
namespace {

constexpr std::string_view kUndefinedSecret = "undefined-secret";
constexpr std::string_view kUndefinedGroup = "undefined-group";
constexpr std::string_view kFlatReference = "deprecated-flat-reference";
constexpr std::string_view kListHint =
    "\"sotto secret list --all\" shows what is";

using Names = KnownNames::Names;

// References by the place where they are spelled.
class Uses {
 public:
  explicit Uses(const Template& parsed)
      : parsed_(parsed), uses_(reference_uses(parsed)) {}

  const SecretRef* at(const Span& span) const {
    const auto use = std::lower_bound(
        uses_.begin(), uses_.end(), span.begin,
        [](const ReferenceUse& a, std::size_t b) { return a.span.begin < b; });
    if (use == uses_.end() || use->span != span) return nullptr;
    return &parsed_.references()[use->reference];
  }

 private:
  const Template& parsed_;
  std::vector<ReferenceUse> uses_;
};

Result<void> advise_all(std::vector<Diagnostic>& diagnostics,
                        const Template& parsed, KnownNames& known) {
  std::optional<Uses> uses;  // Costs a reading: only if it is needed.
  for (Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.rule == kUndefinedSecret) {
      if (!uses) uses.emplace(parsed);
      const SecretRef* ref = uses->at(diagnostic.span);
      if (ref == nullptr) continue;
      SOTTO_ASSIGN_OR_RETURN(Advice advice, advise(known, *ref));
      diagnostic.hint =
          advice.hint.empty() ? define_hint(*ref) : std::move(advice.hint);
      if (!advice.group_is_known) diagnostic.rule = kUndefinedGroup;
    } else if (diagnostic.rule == kFlatReference) {
      const auto key = flat_key(parsed, diagnostic.span);
      if (!key) continue;
      SOTTO_ASSIGN_OR_RETURN(const Names groups, known.groups_with_key(*key));
      if (!groups.empty()) diagnostic.hint = did_you_mean_in(groups, *key);
    }
  }
  return {};
}

}  // namespace

void add_hints(std::vector<Diagnostic>& diagnostics, const Template& parsed,
               const Catalog& catalog, const Caller& caller) {
  try {
    KnownNames known(catalog, caller.scope.lookup_order());
    // Hints are a courtesy: without a catalog there are none.
    (void)advise_all(diagnostics, parsed, known);
  } catch (const std::bad_alloc&) {
    return;  // Nor without memory.
  }
}

std::string known_name_hint(const Catalog& catalog, const Scope& scope,
                            const SecretRef& ref) {
  KnownNames known(catalog, {scope});
  const auto advice = advise(known, ref);
  return advice && !advice->hint.empty() ? advice->hint
                                         : std::string(kListHint);
}

std::string known_group_hint(const Catalog& catalog, const Scope& scope,
                             std::string_view group) {
  const auto groups = catalog.groups(std::array{scope});
  const auto meant = groups ? nearest(group, *groups) : std::nullopt;
  return meant ? fmt::format("did you mean \"{}\"?", *meant)
               : std::string(kListHint);
}

}  // namespace sotto
