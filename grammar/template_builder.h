// SPDX-License-Identifier: Apache-2.0
//
// Puts a Template together.

#ifndef SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_
#define SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/expression_parser.h"
#include "grammar/first_room.h"
#include "grammar/made_once.h"
#include "grammar/template.h"
#include "grammar/text_arena.h"

namespace sotto {

// The references, in order.
struct Template::Order {
  std::vector<SecretRef> references;
  std::vector<std::uint32_t> index;  // By a node's value.
};

struct Template::Impl {
  std::string owned;       // Empty if the bytes are borrowed.
  std::string_view bytes;  // Of `owned`, or borrowed.
  Format format = Format::kJson;
  FirstRoom room;
  FirstRoomVector<Expression> expressions{FirstRoomAllocator<Expression>(room)};
  // "group.KEY" of each reference in the order of the document: in `bytes`, or
  // in `respelt` where the document spells it with escapes.
  FirstRoomVector<std::string_view> names{
      FirstRoomAllocator<std::string_view>(room)};
  TextArena respelt;
  FirstRoomVector<Node> nodes{FirstRoomAllocator<Node>(room)};
  std::vector<NodeId> children;
  std::vector<std::string> strings;
  bool ok = true;

  std::vector<Diagnostic> diagnostics;  // Those of the fast reader have no
                                        // pointers yet.
  MadeOnce<Order> order;
  MadeOnce<std::vector<Diagnostic>> pointed;  // `diagnostics` with pointers.
};

// The sink of the expressions of one document. Equal references become one
// node.
class TemplateBuilder : public ExpressionSink {
 public:
  static TemplateBuilder borrowing(std::string_view bytes, Format format);
  static TemplateBuilder owning(std::string bytes, Format format);

  std::string_view bytes() const { return impl_->bytes; }

  NodeId on_reference(std::string_view group, std::string_view key,
                      Span span) override;
  NodeId on_string(std::string_view text, char quote) override;
  NodeId on_call(Function function, std::span<const NodeId> arguments) override;
  NodeId on_list(Node::Kind kind, std::span<const NodeId> children) override;

  // The node of the reference "group.KEY". `name` lies in bytes(), or is
  // copied.
  NodeId reference(std::string_view name);

  // Keeps an expression that is the reference "group.KEY" and nothing else.
  // `name` stays where it is until any other function but expression_count() is
  // called: where there are many names, they are looked up some at a time.
  void keep_reference(Span span, std::string_view name);

  const Node& node(NodeId id) const { return impl_->nodes[id]; }

  // Those that were kept and not taken.
  std::span<const Expression> expressions() {
    look_up_waiting();
    return impl_->expressions;
  }
  // All that were kept.
  std::size_t expression_count() const {
    return taken_ + impl_->expressions.size();
  }
  // Takes away all expressions but the last so many. What came before cannot be
  // rewound any more.
  std::vector<Expression> take_expressions(std::size_t but);

  // How much there is.
  struct Mark {
    std::size_t expressions = 0;
    std::size_t names = 0;
    TextArena::Mark respelt;
    std::size_t nodes = 0;
    std::size_t children = 0;
    std::size_t strings = 0;
  };
  Mark mark();
  // Forgets all that came since.
  void rewind(const Mark& mark);

  void keep(Expression expression) {
    look_up_waiting();
    reserve_some(impl_->expressions);
    impl_->expressions.push_back(expression);
  }

  Template finish(std::vector<Diagnostic> diagnostics);

  // The template of a document that there is no memory to read: it has no
  // bytes, and needs no memory itself.
  static Template without_memory() noexcept;

 private:
  // A slot of the hash table of names; free where the tag is 0. In a large
  // document it is the slot and the name that have to be fetched from memory,
  // and nothing else.
  struct Slot {
    static constexpr std::uint32_t kSizeMask = 0xFF;

    const char* name;  // Neither is set where the slot is free.
    NodeId node;
    std::uint32_t tag = 0;  // The name's size, and of its hash all but 8 bits.

    std::string_view text() const { return {name, tag & kSizeMask}; }
  };

  // A reference of keep_reference() that waits to be looked up: until then its
  // slot is fetched from memory, and then its name, while the next are read.
  struct Waiting {
    const char* name;
    std::uint32_t size;  // Of the name.
    std::uint32_t hash;
    std::uint32_t expression;  // Whose root it is.
  };

  TemplateBuilder();
  // A small document's share at once, not one, two, four, ...
  template <typename T>
  static void reserve_some(FirstRoomVector<T>& items) {
    if (items.capacity() == 0) items.reserve(8);
  }
  NodeId add(Node node);
  NodeId add_parent(Node node, std::span<const NodeId> children);
  void look_up_waiting() {
    if (waiting_count_ > 0) look_up_all();
  }
  void look_up_all();
  NodeId reference(std::string_view name, std::uint32_t hash);
  void grow_table();
  Slot& slot_of(std::string_view name, std::uint32_t hash);
  std::uint32_t hash_of(std::string_view name) const;
  static std::uint32_t tag_of(std::string_view name, std::uint32_t hash);

  friend class Template;
  // Made at the start of the process, while there is memory.
  struct WithoutMemory;
  static const WithoutMemory kWithoutMemory;

  std::unique_ptr<Template::Impl> impl_;
  std::size_t taken_ = 0;
  std::span<Slot> table();

  // Open addressing in a power of two slots; a small document needs no vector.
  std::array<Slot, 16> small_table_;
  std::vector<Slot> large_table_;
  std::array<Waiting, 8> waiting_;
  std::size_t waiting_count_ = 0;
  std::uint64_t seed_;  // Nobody can choose names that collide.
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_TEMPLATE_BUILDER_H_
