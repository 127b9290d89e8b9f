// SPDX-License-Identifier: Apache-2.0

#include "grammar/expression_list.h"

#include <cassert>

namespace sotto {

void ExpressionList::add(const Expression& expression) {
  constexpr std::size_t kMost = 10 + 10 + 5;  // Bytes of three numbers.
  assert(expression.span.begin >= end_);
  if (blocks_.empty() || kBlockBytes - blocks_.back().used < kMost) {
    blocks_.push_back(
        {std::unique_ptr<std::uint8_t[]>(new std::uint8_t[kBlockBytes])});
  }
  put(expression.span.begin - end_);
  put(expression.span.size());
  put(expression.root);
  end_ = expression.span.end;
  ++size_;
}

void ExpressionList::put(std::uint64_t number) {
  Block& block = blocks_.back();
  for (; number >= 0x80; number >>= 7) {
    block.bytes[block.used++] = static_cast<std::uint8_t>(number | 0x80);
  }
  block.bytes[block.used++] = static_cast<std::uint8_t>(number);
}

std::uint64_t ExpressionList::Reader::number() {
  const std::uint8_t* const bytes = list_.blocks_[block_].bytes.get();
  std::uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = bytes[at_++];
    number |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return number;
  }
}

std::optional<Expression> ExpressionList::Reader::next() {
  if (block_ < list_.blocks_.size() && at_ == list_.blocks_[block_].used) {
    ++block_;
    at_ = 0;
  }
  if (block_ == list_.blocks_.size()) return std::nullopt;
  const std::size_t begin = end_ + number();
  end_ = begin + number();
  return Expression{{begin, end_}, static_cast<NodeId>(number())};
}

}  // namespace sotto
