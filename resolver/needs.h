// SPDX-License-Identifier: Apache-2.0
//
// Which references templates need, found out as the answers come in.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_NEEDS_H_
#define SOTTO_RESOLVER_NEEDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/secret_ref.h"
#include "grammar/template.h"

namespace sotto {

// What is known of a reference, and of every node above it. Of several terms
// that are concatenated the greatest counts.
enum class Standing : std::uint8_t {
  kFound,
  kAbsent,   // Proven: an alternative may stand in.
  kTrouble,  // Fails whatever needs it.
  kUnknown,  // Not asked yet.
};

// Walks the trees of templates. `standings` below are those of references(),
// place by place. Distinct trees of a template are walked once a round, and
// only as long as they are undecided.
class Needs {
 public:
  // Borrows the templates.
  explicit Needs(std::span<const Template* const> templates);

  // Of all templates; sorted and unique.
  std::span<const SecretRef> references() const;

  // The references to ask for now: all that is needed whatever the answers
  // will be. Sorted and unique; empty once everything is decided.
  std::vector<std::size_t> next(std::span<const Standing> standings);

  // Was this reference needed so far, known or not?
  bool needed(std::size_t reference) const { return needed_[reference]; }

 private:
  struct Part {
    const Template* parsed;
    // references() of the template as places in references(); empty where
    // they are the same, as those of a single template are.
    std::vector<std::uint32_t> places;
    std::vector<NodeId> undecided;  // Roots.
  };
  struct Walk {
    const Part& part;
    std::span<const Standing> standings;
  };

  void find_places();
  Standing walk(NodeId id, const Walk& in);
  Standing walk_all(const Node& node, const Walk& in);
  Standing walk_first(const Node& node, const Walk& in);
  Standing walk_reference(const Node& node, const Walk& in);

  std::vector<Part> parts_;
  std::vector<SecretRef> merged_;  // Of several templates.
  std::vector<bool> needed_;
  std::vector<std::size_t> to_ask_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_NEEDS_H_
