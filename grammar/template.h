// SPDX-License-Identifier: Apache-2.0
//
// Start here: parse_template() reads a document and finds its expressions.
//
//   const std::string flow = R"({"auth": "Bearer << SECRETS.github.TOKEN
//   >>"})"; const Template parsed = parse_template(flow); parsed.references();
//   // {github.TOKEN} parsed.diagnostics();  // nothing wrong
//
// docs/expressions.md is the manual of what may stand between << and >>.

#ifndef SOTTO_GRAMMAR_TEMPLATE_H_
#define SOTTO_GRAMMAR_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/secret_ref.h"
#include "base/span.h"
#include "grammar/functions.h"

namespace sotto {

enum class Format : std::uint8_t {
  kJson,   // One JSON text (RFC 8259, UTF-8).
  kLines,  // JSON Lines: one JSON text a line; blank lines are skipped.
  kText,   // Anything: .env, YAML, ...; any bytes, no JSON rules.
};

// Exceeding one is a "limit" diagnostic.
struct ParseLimits {
  std::size_t document_bytes = 256u << 20;
  std::size_t depth = 512;
  std::size_t expressions = 1'000'000;
  std::size_t expression_depth = 32;  // Calls within calls.
};

// Both give the same answer for every document; tests hold one against the
// other.
enum class Reader : std::uint8_t {
  kFast,   // grammar/scanner.h first.
  kPlain,  // Token by token, in plain C++.
};

struct ParseOptions {
  Format format = Format::kJson;
  ParseLimits limits;
  Reader reader = Reader::kFast;
};

using NodeId = std::uint32_t;

// A node of an expression's tree. Trees are stored flat; Template::children()
// gives the nodes below one.
struct Node {
  enum class Kind : std::uint8_t {
    kReference,     // name(node), references()[reference_index(node)]
    kString,        // string(value)
    kCall,          // function; children: its arguments
    kSum,           // children: what is concatenated, two or more
    kAlternatives,  // children: what is tried in order, two or more
  };
  Kind kind = Kind::kReference;
  Function function = Function::kBase64;
  std::uint32_t value = 0;
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;
};

// One << ... >> in a document.
struct Expression {
  Span span;        // Raw bytes, from the first '<' past the last '>' (in the
                    // form they are spelled, escapes included). Where `root`
                    // is FN.json: the whole string token, quotes included.
  NodeId root = 0;  // Equal for equal plain references.
};

// A document with what was found in it. Immutable: may be shared between
// threads. Cheap to move; not copied by accident.
class Template {
 public:
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  std::string_view bytes() const;
  Format format() const;

  // In the order of the document; spans do not overlap. Complete only if
  // ok().
  std::span<const Expression> expressions() const;

  // The references of all expressions; sorted and unique. They are put in
  // order by the first call: whoever only renders does not pay for it. That
  // call, or the first of reference_index(), lets std::bad_alloc through, and
  // can be made again: an answer with less in it would be a wrong one.
  std::span<const SecretRef> references() const;

  // Which of references() a kReference node names.
  std::uint32_t reference_index(const Node& node) const;

  // "group.KEY" of a kReference node.
  std::string_view name(const Node& node) const;

  const Node& node(NodeId id) const;
  // Every NodeId is below it.
  std::size_t node_count() const;
  std::span<const NodeId> children(const Node& node) const;
  // The text of a kString node, decoded.
  std::string_view string(const Node& node) const;

  // Errors and warnings, sorted by place. At most 100 of a rule are kept; one
  // more then tells how many there were. Behind 100 expressions that are wrong
  // no more are looked for, and a "limit" says so. Without memory some have no
  // pointers.
  const std::vector<Diagnostic>& diagnostics() const noexcept;
  // No error among them: the template can be rendered.
  bool ok() const;

 private:
  friend class TemplateBuilder;
  struct Impl;
  struct Order;
  struct Release {
    void operator()(const Impl* impl) const noexcept;
  };
  using Owner = std::unique_ptr<const Impl, Release>;
  static const Order& ordered(const Impl& impl);
  explicit Template(Owner impl);
  Owner impl_;
};

// Reads a document. Never fails: what is wrong is in diagnostics(), of which
// "no-memory" is one. The bytes are borrowed and must outlive the template.
Template parse_template(std::string_view bytes,
                        const ParseOptions& options = {}) noexcept;

// The same for a document that the template is to own.
Template parse_owned_template(std::string bytes,
                              const ParseOptions& options = {}) noexcept;

// One place where a document names a secret.
struct ReferenceUse {
  std::uint32_t reference = 0;   // Template::references()[reference]
  std::uint32_t expression = 0;  // Template::expressions()[expression]
  Span span;                     // "SECRETS.group.KEY", as it is spelled.
};

// Every use of every reference, in the order of the document. This reads the
// expressions once more: spans inside them are not kept. Empty without memory.
std::vector<ReferenceUse> reference_uses(const Template& parsed);
// Those in some of the expressions alone: indices into expressions().
std::vector<ReferenceUse> reference_uses(
    const Template& parsed, std::span<const std::uint32_t> expressions);

// The JSON pointer (RFC 6901) of the string that each offset lies in; in
// JSON Lines, of the line's own document; "" in plain text. `offsets` ascend.
// One pass over the document, however many are asked for. A pointer of more
// than 1,024 bytes is cut and ends in "...". Empty without memory.
std::vector<std::string> json_pointers(const Template& parsed,
                                       std::span<const std::size_t> offsets);

// The same for how many objects and arrays the string stands in.
std::vector<std::size_t> json_depths(const Template& parsed,
                                     std::span<const std::size_t> offsets);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_TEMPLATE_H_
