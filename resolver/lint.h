// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with references, found before anything is rendered: names that
// nothing defines, and values that would escape by the place where they stand.
// Needs documents and a catalog; no store, no key, no network.
//
//   const Template flow = parse_template(bytes);
//   const auto facts = LintFacts::gather(std::array{&flow}, catalog, caller);
//   if (facts) findings = lint(flow, *facts, settings);
//
// docs/rules.md has every rule with an example.

#ifndef SOTTO_RESOLVER_LINT_H_
#define SOTTO_RESOLVER_LINT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "grammar/template.h"
#include "resolver/group_schema.h"
#include "resolver/plan.h"
#include "store/catalog.h"

namespace sotto {

enum class RuleLevel : std::uint8_t { kOff, kWarning, kError };

std::string_view to_string(RuleLevel level);
// "off", "warning" or "error".
std::optional<RuleLevel> parse_rule_level(std::string_view text);

// What is known about a rule by itself.
struct RuleInfo {
  std::string_view id;                  // "undefined-secret": stable.
  RuleLevel level = RuleLevel::kError;  // Unless the settings say otherwise.
  std::string_view summary;             // One line, lower case: what it finds.
};

// Every rule, sorted by id.
std::span<const RuleInfo> lint_rules();
// None if there is no such rule.
const RuleInfo* find_rule(std::string_view id);

// Which members of a workflow's nodes mean what. A node is the nearest object
// around a string that has a string member of one of `type_members`. Names are
// compared without regard to case, '_' and '-': "base_url" is "baseUrl".
struct NodeTable {
  std::vector<std::string> type_members;
  // Members, in a node or below it, that hold the URL of a request.
  std::vector<std::string> url_members;
  // Types of nodes all of whose members are shown or kept in the clear: the
  // whole type, or what stands behind its last '.', '/' or ':'.
  std::vector<std::string> log_types;
  // Members of any node that are.
  std::vector<std::string> log_members;

  static NodeTable defaults();
};

struct LintSettings {
  // Of the rules that are not to have the level they come with.
  std::map<std::string, RuleLevel, std::less<>> levels;
  NodeTable nodes = NodeTable::defaults();
  GroupSchemas groups;
  // Of one rule in one document; behind them, one finding tells how many more.
  // Whoever wants every fix sets it higher.
  std::size_t max_per_rule = 50;

  RuleLevel level_of(std::string_view rule) const;
};

// May a finding tell that a name exists in a scope that the caller does not
// look in? A service that answers several organizations says no.
enum class OtherScopes : std::uint8_t { kTold, kUntold };

class StoreInquiry;  // resolver/store_inquiry.h

// What the catalog knows about the names in some documents: asked once for all
// of them, then shared between the threads that lint one each. Immutable.
class LintFacts {
 public:
  // One name that cannot be had, as the caller sees it.
  struct Name {
    SecretRef ref;
    Error error;            // Missing, deleted, ...; the hint is the next step.
    std::string_view rule;  // Which says so: "undefined-secret", ...
    // The defined name that is near enough to be meant, if there is one.
    std::optional<SecretRef> meant;
  };

  // `templates` may be any number, broken ones too; they are not kept. The
  // first call of their references() is expensive: make it where they are
  // parsed, side by side. A name that a store may have whose catalog is not
  // complete counts as defined. With an `inquiry` the stores are asked, too.
  // Fails as Catalog::find() does.
  static Result<LintFacts> gather(std::span<const Template* const> templates,
                                  const Catalog& catalog,
                                  const StoreSet& stores, const Caller& caller,
                                  OtherScopes others = OtherScopes::kTold,
                                  StoreInquiry* inquiry = nullptr);
  // Without a catalog: rules that need one find nothing.
  static LintFacts none();

  LintFacts(LintFacts&&) noexcept;
  LintFacts& operator=(LintFacts&&) noexcept;
  ~LintFacts();

  // Of a name in one of the templates; null if it is defined, or if there is no
  // catalog.
  const Name* find(const SecretRef& ref) const;
  bool has_catalog() const;
  // Is there no such name?
  bool all_defined() const;
  // Was looked for what is meant by each? Of many names at once, the last ones
  // go without.
  bool all_advised() const;
  // The groups that hold such a key, sorted: for references without a group.
  std::span<const std::string> groups_with_key(std::string_view key) const;
  // The hosts that the group is bound to (Catalog::bind_hosts()); empty: any.
  std::span<const std::string> hosts_of(std::string_view group) const;

 private:
  struct Impl;
  explicit LintFacts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Everything there is to say of a document, sorted: what parse_template()
// found, and what the rules find, as `settings` have it. Diagnostics with a
// `fix` can be mended without asking. Inline suppression is obeyed
// (docs/rules.md), and what suppresses nothing is a finding itself. No message
// and no snippet of format_diagnostic() shows a value that was found in the
// document; whoever prints its lines otherwise must look at `hidden`.
//
// Thread-safe. Lets std::bad_alloc through, and nothing else: a list with less
// in it would be a wrong one.
std::vector<Diagnostic> lint(const Template& parsed, const LintFacts& facts,
                             const LintSettings& settings);

// The document with every fix made; those that overlap an earlier one are left
// for the next time. None if there is none to make. May throw std::bad_alloc.
std::optional<std::string> apply_fixes(std::string_view document,
                                       std::span<const Diagnostic> diagnostics);

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LINT_H_
