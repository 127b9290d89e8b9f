// SPDX-License-Identifier: Apache-2.0
//
// Which references a template needs, found out as the answers come in.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_NEEDS_H_
#define SOTTO_RESOLVER_NEEDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

// Walks the trees of a template. `standings` below are those of
// Template::references(), place by place. Distinct trees are walked once a
// round, and only as long as they are undecided.
class Needs {
 public:
  explicit Needs(const Template& parsed);

  // The references to ask for now: all that is needed whatever the answers
  // will be. Sorted and unique; empty once everything is decided.
  std::vector<std::size_t> next(std::span<const Standing> standings);

  // Was this reference needed so far, known or not?
  bool needed(std::size_t reference) const { return needed_[reference]; }

 private:
  Standing walk(NodeId id, std::span<const Standing> standings);
  Standing walk_all(const Node& node, std::span<const Standing> standings);
  Standing walk_first(const Node& node, std::span<const Standing> standings);
  Standing walk_reference(std::size_t reference, Standing standing);

  const Template& parsed_;
  std::vector<NodeId> undecided_;  // Roots.
  std::vector<bool> needed_;
  std::vector<std::size_t> to_ask_;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_NEEDS_H_
