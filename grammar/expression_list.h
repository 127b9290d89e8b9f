// SPDX-License-Identifier: Apache-2.0
//
// The expressions of a document that is too large to be kept, in a few bytes
// each.

#ifndef SOTTO_GRAMMAR_EXPRESSION_LIST_H_
#define SOTTO_GRAMMAR_EXPRESSION_LIST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "grammar/template.h"

namespace sotto {

// Expressions in the order of the document: each is how far it is behind the
// one before, how long it is, and its root, as numbers of seven bits a byte.
// That is five bytes or so. Move-only.
class ExpressionList {
 public:
  // `expression` begins where the last one ended, or behind. Throws
  // std::bad_alloc.
  void add(const Expression& expression);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Reads one list from its beginning. Borrows the list, which must not grow.
  class Reader {
   public:
    explicit Reader(const ExpressionList& list) : list_(list) {}
    // Nothing at the end.
    std::optional<Expression> next();

   private:
    std::uint64_t number();

    const ExpressionList& list_;
    std::size_t block_ = 0;
    std::size_t at_ = 0;   // In the block.
    std::size_t end_ = 0;  // Of the expression before.
  };

 private:
  // No expression lies in two blocks.
  static constexpr std::size_t kBlockBytes = 64u << 10;
  struct Block {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t used = 0;
  };
  void put(std::uint64_t number);

  std::vector<Block> blocks_;
  std::size_t size_ = 0;
  std::size_t end_ = 0;  // Of the last expression.
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_EXPRESSION_LIST_H_
