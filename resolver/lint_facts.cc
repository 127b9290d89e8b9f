// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/guarded.h"
#include "resolver/known_names.h"
#include "resolver/lint.h"
#include "resolver/lookup.h"
#include "resolver/lookup_errors.h"
#include "resolver/resolver.h"
#include "resolver/store_inquiry.h"

namespace sotto {
namespace {

using Names = std::vector<std::string>;

// To be near a name is looked for among thousands; somebody who has so many
// undefined ones has the wrong catalog.
constexpr std::size_t kMaxAdvised = 500;
constexpr std::size_t kMaxScopes = 3;

std::string_view rule_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kDeleted:
      return "deleted";
    case ErrorCode::kDisabled:
      return "disabled-secret";
    case ErrorCode::kInvalidConfig:
      return "invalid-config";
    case ErrorCode::kMissing:
      return "undefined-secret";
    case ErrorCode::kForbidden:
      return "forbidden";
    default:
      return "unreachable";
  }
}

// "org/a, org/b and org/c", "org/a, org/b, org/c and 7 more"
std::string joined(const std::vector<Scope>& scopes) {
  const std::size_t count = std::min(scopes.size(), kMaxScopes);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == scopes.size() ? " and " : ", ";
    text += to_string(scopes[i]);
  }
  if (scopes.size() == count) return text;
  return fmt::format("{} and {} more", text, scopes.size() - count);
}

// Finds out what is wrong with names that the catalog does not lead to.
class Inquiry {
 public:
  Inquiry(const Catalog& catalog, const Caller& caller, OtherScopes others)
      : catalog_(catalog),
        known_(catalog, caller.scope.lookup_order()),
        others_(others) {}

  // What is in the catalog is not misspelt: a store has lost it.
  Result<LintFacts::Name> ask(SecretRef ref, Error error, bool in_catalog) {
    LintFacts::Name name{.ref = std::move(ref),
                         .error = std::move(error),
                         .rule = {},
                         .meant = std::nullopt};
    name.rule = rule_of(name.error.code);
    if (name.error.code != ErrorCode::kMissing || in_catalog) return name;
    SOTTO_ASSIGN_OR_RETURN(const bool elsewhere, look_elsewhere(name));
    if (!elsewhere) SOTTO_RETURN_IF_ERROR(look_near(name));
    return name;
  }

  Result<Names> groups_with_key(const std::string& key) {
    return known_.groups_with_key(key);
  }

  bool has_advised_all() const { return advised_ <= kMaxAdvised; }

 private:
  Result<bool> look_elsewhere(LintFacts::Name& name) {
    if (others_ == OtherScopes::kUntold) return false;
    SOTTO_ASSIGN_OR_RETURN(const auto scopes, catalog_.scopes_of(name.ref));
    if (scopes.empty()) return false;
    name.rule = "wrong-scope";
    name.error.message = fmt::format(
        "secret \"{}\" is defined in {} alone, not in a scope that "
        "is looked in",
        to_string(name.ref), joined(scopes));
    name.error.hint =
        fmt::format("look in it with --scope {}, or {}",
                    to_string(scopes.front()), define_hint(name.ref));
    return true;
  }

  Result<void> look_near(LintFacts::Name& name) {
    Advice advice;
    if (advised_++ < kMaxAdvised) {
      SOTTO_ASSIGN_OR_RETURN(advice, advise(known_, name.ref));
    } else {
      SOTTO_ASSIGN_OR_RETURN(const Names keys, known_.keys_of(name.ref.group));
      advice.group_is_known = !keys.empty();
    }
    if (!advice.group_is_known) name.rule = "undefined-group";
    if (!advice.hint.empty()) name.error.hint = std::move(advice.hint);
    name.meant = std::move(advice.meant);
    return {};
  }

  const Catalog& catalog_;
  KnownNames known_;
  OtherScopes others_;
  std::size_t advised_ = 0;
};

Names groups_of(std::span<const SecretRef> refs) {
  Names groups;
  for (const SecretRef& ref : refs) {
    if (groups.empty() || groups.back() != ref.group) {
      groups.push_back(ref.group);
    }
  }
  return groups;
}

}  // namespace

struct LintFacts::Impl {
  std::vector<Name> names;  // By ref.
  bool all_advised = true;
  std::map<std::string, Names, std::less<>> holders;
  std::map<std::string, Names, std::less<>> hosts;

  static std::span<const std::string> find(
      const std::map<std::string, Names, std::less<>>& lists,
      std::string_view name) {
    const auto found = lists.find(name);
    if (found == lists.end()) return {};
    return found->second;
  }
};

LintFacts::LintFacts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LintFacts::LintFacts(LintFacts&&) noexcept = default;
LintFacts& LintFacts::operator=(LintFacts&&) noexcept = default;
LintFacts::~LintFacts() = default;

Result<LintFacts> LintFacts::gather(std::span<const Template* const> templates,
                                    const Catalog& catalog,
                                    const StoreSet& stores,
                                    const Caller& caller, OtherScopes others,
                                    StoreInquiry* store_inquiry) {
  return guarded([&]() -> Result<LintFacts> {
    auto impl = std::make_unique<Impl>();
    const std::vector<SecretRef> refs = references_of(templates);
    SOTTO_ASSIGN_OR_RETURN(std::vector<PlannedRef> planned,
                           look_up(catalog, stores, refs, caller));
    if (store_inquiry != nullptr) {
      Operation operation;
      store_inquiry->ask(planned, operation);
    }
    Inquiry inquiry(catalog, caller, others);
    for (PlannedRef& one : planned) {
      if (!one.error) continue;
      SOTTO_ASSIGN_OR_RETURN(
          Name name, inquiry.ask(std::move(one.ref), std::move(*one.error),
                                 one.entry.has_value()));
      impl->names.push_back(std::move(name));
    }
    impl->all_advised = inquiry.has_advised_all();
    for (const Template* const parsed : templates) {
      if (parsed->ok()) continue;  // Such a reference is an error.
      for (const Diagnostic& diagnostic : parsed->diagnostics()) {
        if (diagnostic.rule != "deprecated-flat-reference") continue;
        const auto key = flat_key(*parsed, diagnostic.span);
        if (!key || impl->holders.contains(*key)) continue;
        SOTTO_ASSIGN_OR_RETURN(impl->holders[*key],
                               inquiry.groups_with_key(*key));
      }
    }
    SOTTO_ASSIGN_OR_RETURN(
        impl->hosts,
        catalog.hosts_of(groups_of(refs), caller.scope.lookup_order()));
    return LintFacts(std::move(impl));
  });
}

LintFacts LintFacts::none() { return LintFacts(nullptr); }

const LintFacts::Name* LintFacts::find(const SecretRef& ref) const {
  if (all_defined()) return nullptr;
  const auto& names = impl_->names;
  const auto found =
      std::lower_bound(names.begin(), names.end(), ref,
                       [](const Name& name, const SecretRef& wanted) {
                         return name.ref < wanted;
                       });
  return found != names.end() && found->ref == ref ? &*found : nullptr;
}

bool LintFacts::has_catalog() const { return impl_ != nullptr; }

bool LintFacts::all_defined() const {
  return impl_ == nullptr || impl_->names.empty();
}

bool LintFacts::all_advised() const {
  return impl_ == nullptr || impl_->all_advised;
}

std::span<const std::string> LintFacts::groups_with_key(
    std::string_view key) const {
  if (impl_ == nullptr) return {};
  return Impl::find(impl_->holders, key);
}

std::span<const std::string> LintFacts::hosts_of(std::string_view group) const {
  if (impl_ == nullptr) return {};
  return Impl::find(impl_->hosts, group);
}

}  // namespace sotto
