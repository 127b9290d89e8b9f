// SPDX-License-Identifier: Apache-2.0
//
// "did you mean ...?": what the catalog knows about names that it lacks. Looks
// in the caller's own lookup order alone, so that a name of another
// organization is as unknown as any.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/edit_distance.h"
#include "resolver/lookup_errors.h"
#include "resolver/resolver.h"

namespace sotto {
namespace {

constexpr std::string_view kUndefinedSecret = "undefined-secret";
constexpr std::string_view kUndefinedGroup = "undefined-group";
constexpr std::string_view kFlatReference = "deprecated-flat-reference";
constexpr std::string_view kRoot = "SECRETS.";
constexpr std::string_view kListHint =
    "\"sotto secret list --all\" shows what is";
constexpr std::size_t kMaxSuggestions = 3;

using Names = std::vector<std::string>;

// The catalog's names, each list read once.
class KnownNames {
 public:
  KnownNames(const Catalog& catalog, std::vector<Scope> scopes)
      : catalog_(catalog), scopes_(std::move(scopes)) {}

  Result<Names> keys_of(const std::string& group) {
    return once(keys_, group, [&] { return catalog_.keys_of(group, scopes_); });
  }
  Result<Names> groups_with_key(const std::string& key) {
    return once(holders_, key,
                [&] { return catalog_.groups_with_key(key, scopes_); });
  }
  Result<Names> groups() {
    return once(groups_, "", [&] { return catalog_.groups(scopes_); });
  }

 private:
  using Cache = std::map<std::string, Names, std::less<>>;

  template <typename Read>
  static Result<Names> once(Cache& cache, const std::string& name, Read read) {
    const auto known = cache.find(name);
    if (known != cache.end()) return known->second;
    SOTTO_ASSIGN_OR_RETURN(Names names, read());
    return cache.emplace(name, std::move(names)).first->second;
  }

  const Catalog& catalog_;
  std::vector<Scope> scopes_;
  Cache keys_;
  Cache holders_;
  Cache groups_;
};

// What there is to say of one name.
struct Advice {
  std::string hint;  // Empty if nothing is near.
  bool group_is_known = true;
};

std::string did_you_mean(const SecretRef& ref) {
  return fmt::format("did you mean \"{}\"?", to_string(ref));
}

// "did you mean "a.K", "b.K" or "c.K"?"
std::string did_you_mean_in(const Names& groups, const std::string& key) {
  const std::size_t count = std::min(groups.size(), kMaxSuggestions);
  std::string hint = "did you mean ";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) hint += i + 1 == count ? " or " : ", ";
    hint += fmt::format("\"{}\"", to_string(SecretRef{groups[i], key}));
  }
  return hint + '?';
}

// A key is missing from a group that has others.
Result<Advice> advise_key(KnownNames& known, const SecretRef& ref,
                          const Names& keys) {
  if (std::binary_search(keys.begin(), keys.end(), ref.key)) {
    return Advice{
        "the catalog has it and its store does not; update the catalog with: "
        "sotto catalog sync"};
  }
  if (const auto key = nearest(ref.key, keys)) {
    return Advice{did_you_mean({ref.group, *key})};
  }
  SOTTO_ASSIGN_OR_RETURN(const Names holders, known.groups_with_key(ref.key));
  if (const auto group = nearest(ref.group, holders)) {
    return Advice{did_you_mean({*group, ref.key})};
  }
  return Advice{};
}

// The whole group is unknown.
Result<Advice> advise_group(KnownNames& known, const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const Names holders, known.groups_with_key(ref.key));
  if (const auto group = nearest(ref.group, holders)) {
    return Advice{did_you_mean({*group, ref.key}), false};
  }
  SOTTO_ASSIGN_OR_RETURN(const Names groups, known.groups());
  if (const auto group = nearest(ref.group, groups)) {
    SOTTO_ASSIGN_OR_RETURN(const Names keys, known.keys_of(*group));
    if (const auto key = nearest(ref.key, keys)) {
      return Advice{did_you_mean({*group, *key}), false};
    }
    return Advice{fmt::format("did you mean group \"{}\"?", *group), false};
  }
  return Advice{{}, false};
}

Result<Advice> advise(KnownNames& known, const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const Names keys, known.keys_of(ref.group));
  if (keys.empty()) return advise_group(known, ref);
  return advise_key(known, ref, keys);
}

// The key of "SECRETS.KEY", if that is what the diagnostic points at.
std::optional<std::string> flat_key(const Template& parsed, const Span& span) {
  if (span.end > parsed.bytes().size() || span.begin > span.end) return {};
  std::string_view text = parsed.bytes().substr(span.begin, span.size());
  if (text.starts_with(kRoot)) text.remove_prefix(kRoot.size());
  if (!is_name(text)) return {};
  return std::string(text);
}

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
