// SPDX-License-Identifier: Apache-2.0

#include "resolver/known_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/edit_distance.h"

namespace sotto {
namespace {

using Names = KnownNames::Names;

constexpr std::string_view kRoot = "SECRETS.";
constexpr std::size_t kMaxSuggestions = 3;

template <typename Cache, typename Read>
Result<Names> once(Cache& cache, const std::string& name, Read read) {
  const auto known = cache.find(name);
  if (known != cache.end()) return known->second;
  SOTTO_ASSIGN_OR_RETURN(Names names, read());
  return cache.emplace(name, std::move(names)).first->second;
}

Advice did_you_mean(const SecretRef& ref, bool group_is_known) {
  return {.hint = fmt::format("did you mean \"{}\"?", to_string(ref)),
          .meant = ref,
          .group_is_known = group_is_known};
}

// A key is missing from a group that has others.
Result<Advice> advise_key(KnownNames& known, const SecretRef& ref,
                          const Names& keys) {
  if (std::binary_search(keys.begin(), keys.end(), ref.key)) {
    return Advice{
        .hint =
            "the catalog has it and its store does not; update the catalog "
            "with: sotto catalog sync",
        .meant = std::nullopt};
  }
  if (const auto key = nearest(ref.key, keys)) {
    return did_you_mean({ref.group, *key}, true);
  }
  SOTTO_ASSIGN_OR_RETURN(const Names holders,
                         known.groups_near(ref.group, &ref.key));
  if (const auto group = nearest(ref.group, holders)) {
    return did_you_mean({*group, ref.key}, true);
  }
  return Advice{};
}

// The whole group is unknown.
Result<Advice> advise_group(KnownNames& known, const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const Names holders,
                         known.groups_near(ref.group, &ref.key));
  if (const auto group = nearest(ref.group, holders)) {
    return did_you_mean({*group, ref.key}, false);
  }
  SOTTO_ASSIGN_OR_RETURN(const Names groups, known.groups_near(ref.group));
  if (const auto group = nearest(ref.group, groups)) {
    SOTTO_ASSIGN_OR_RETURN(const Names keys, known.keys_of(*group));
    if (const auto key = nearest(ref.key, keys)) {
      return did_you_mean({*group, *key}, false);
    }
    return Advice{.hint = fmt::format("did you mean group \"{}\"?", *group),
                  .meant = std::nullopt,
                  .group_is_known = false};
  }
  return Advice{.hint = {}, .meant = std::nullopt, .group_is_known = false};
}

}  // namespace

Result<Names> KnownNames::keys_of(const std::string& group) {
  return once(keys_, group, [&] { return catalog_.keys_of(group, scopes_); });
}

Result<Names> KnownNames::groups_with_key(const std::string& key) {
  return once(holders_, key,
              [&] { return catalog_.groups_with_key(key, scopes_); });
}

Result<Names> KnownNames::groups_near(const std::string& group,
                                      const std::string* key) {
  if (key == nullptr && groups_) return *groups_;
  if (key != nullptr) {
    const auto known = holders_.find(*key);
    if (known != holders_.end()) return known->second;
  }
  std::optional<std::string_view> with;
  if (key != nullptr) with = *key;
  SOTTO_ASSIGN_OR_RETURN(Catalog::NearGroups near,
                         catalog_.groups_near(group, with, scopes_));
  if (near.is_all && key != nullptr) holders_.emplace(*key, near.groups);
  if (near.is_all && key == nullptr) groups_ = near.groups;
  return std::move(near.groups);
}

Result<Advice> advise(KnownNames& known, const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(const Names keys, known.keys_of(ref.group));
  if (keys.empty()) return advise_group(known, ref);
  return advise_key(known, ref, keys);
}

std::string did_you_mean_in(const Names& groups, const std::string& key) {
  const std::size_t count = std::min(groups.size(), kMaxSuggestions);
  std::string hint = "did you mean ";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) hint += i + 1 == count ? " or " : ", ";
    hint += fmt::format("\"{}\"", to_string(SecretRef{groups[i], key}));
  }
  return hint + '?';
}

std::optional<std::string> flat_key(const Template& parsed, const Span& span) {
  if (span.end > parsed.bytes().size() || span.begin > span.end) return {};
  std::string_view text = parsed.bytes().substr(span.begin, span.size());
  if (text.starts_with(kRoot)) text.remove_prefix(kRoot.size());
  if (!is_name(text)) return {};
  return std::string(text);
}

}  // namespace sotto
