// SPDX-License-Identifier: Apache-2.0
//
// What a rule is made of: a row that says what it is, and a function that looks
// at one document. Each rule is one file in resolver/rules/, and one line in
// resolver/lint_rules.cc. Internal to resolver/.

#ifndef SOTTO_RESOLVER_LINT_RULE_H_
#define SOTTO_RESOLVER_LINT_RULE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/diagnostic.h"
#include "base/secret_ref.h"
#include "grammar/template.h"
#include "resolver/document_outline.h"
#include "resolver/lint.h"
#include "resolver/node_map.h"

namespace sotto {

// One place where a document names a secret.
struct LintUse {
  const SecretRef* ref = nullptr;
  Span span;                     // "SECRETS.group.KEY", as it is spelled.
  std::uint32_t expression = 0;  // Template::expressions()[expression]
  // DocumentOutline::strings()[string]; kNone in plain text.
  std::uint32_t string = DocumentOutline::kNone;
  // Why it fails here, where it cannot be done without; else null.
  const LintFacts::Name* trouble = nullptr;
};

// What a rule may look at.
struct LintDocument {
  const Template& parsed;
  const DocumentOutline& outline;  // Empty for plain text.
  const NodeMap& nodes;            // Which node a string belongs to.
  std::span<const LintUse> uses;   // In the order of the document.
  const LintFacts& facts;
  const LintSettings& settings;
};

// Takes what a rule finds.
class LintFindings {
 public:
  virtual ~LintFindings() = default;
  // Severity and pointer are filled in afterwards, and whoever is told more
  // than max_per_rule counts the rest.
  virtual void add(Span span, std::string message, std::string hint,
                   std::optional<Fix> fix) = 0;
  // No text may show what the document has here.
  virtual void hide(Span span) = 0;

  void add(Span span, std::string message, std::string hint) {
    add(span, std::move(message), std::move(hint), std::nullopt);
  }
};

struct LintRule {
  RuleInfo info;
  // None: the parser finds it.
  void (*check)(const LintDocument&, LintFindings&) = nullptr;
  bool needs_catalog = false;  // Finds nothing, or not all, without.
};

// One of each file in resolver/rules/, by id.
extern const LintRule kDeletedSecret;
extern const LintRule kDisabledSecret;
extern const LintRule kForbiddenSecret;
extern const LintRule kUnreachableSecret;
extern const LintRule kDuplicateKey;
extern const LintRule kEmbeddedJson;
extern const LintRule kForeignHost;
extern const LintRule kHardCodedSecret;
extern const LintRule kLoggedSecret;
extern const LintRule kSecretInUrlHost;
extern const LintRule kSecretInUrlQuery;
extern const LintRule kStoreNotConfigured;
extern const LintRule kUndeclaredReference;
extern const LintRule kUndefinedGroup;
extern const LintRule kUndefinedKeyOfSchema;
extern const LintRule kUndefinedSecret;
extern const LintRule kUnusedDeclaration;
extern const LintRule kWrongScope;

// Every rule, sorted by id; `lint_rules()` are their infos, place by place.
std::span<const LintRule* const> all_lint_rules();

}  // namespace sotto

#endif  // SOTTO_RESOLVER_LINT_RULE_H_
