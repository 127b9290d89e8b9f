// SPDX-License-Identifier: Apache-2.0
//
// Which node of a workflow a string belongs to, and what its members mean.
// Internal to resolver/.

#ifndef SOTTO_RESOLVER_NODE_MAP_H_
#define SOTTO_RESOLVER_NODE_MAP_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/document_outline.h"
#include "resolver/lint.h"

namespace sotto {

class NodeMap {
 public:
  static constexpr std::uint32_t kNone = DocumentOutline::kNone;

  // The outline is borrowed.
  NodeMap(const DocumentOutline& outline, const NodeTable& table);

  // The object that is the node of a string; kNone if it is in none.
  std::uint32_t node_of(std::uint32_t string) const;
  // Its type, decoded; empty if it has none.
  std::string type_of(std::uint32_t node) const;

  // Does its member hold URLs?
  bool is_url(std::uint32_t string) const;
  // Is all of the string's node shown or kept in the clear?
  bool is_in_log_node(std::uint32_t string) const;
  // Is what its member holds?
  bool is_in_log_member(std::uint32_t string) const;

  // Whose URLs a string's value is sent to: its node's or, if it is in none,
  // those of the nearest object that has one itself; kNone: nobody's.
  std::uint32_t url_owner(std::uint32_t string) const;
  // The strings that hold those URLs, ascending: of a node, all in it or in
  // objects in it that are no nodes themselves.
  std::vector<std::uint32_t> urls_of(std::uint32_t owner) const;

 private:
  struct Node {
    std::uint32_t object = kNone;  // Itself or an outer one.
    std::uint32_t type = kNone;    // The string that is its type.
    bool logs = false;
  };

  struct Url {
    std::uint32_t owner = kNone;
    std::uint32_t string = kNone;

    friend auto operator<=>(const Url&, const Url&) = default;
  };

  std::vector<Url>::const_iterator first_url(std::uint32_t owner) const;
  bool has_role(std::uint32_t string, std::uint8_t role) const;

  const DocumentOutline& outline_;
  std::vector<Node> nodes_;          // By object.
  std::vector<std::uint8_t> roles_;  // By member.
  std::vector<Url> urls_;            // Sorted.
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_NODE_MAP_H_
