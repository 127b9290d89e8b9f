// SPDX-License-Identifier: Apache-2.0
//
// Many short texts side by side.

#ifndef SOTTO_GRAMMAR_TEXT_ARENA_H_
#define SOTTO_GRAMMAR_TEXT_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace sotto {

// Keeps copies of texts, which stay where they are. Throws std::bad_alloc.
class TextArena {
 public:
  std::string_view keep(std::string_view text) {
    if (blocks_.empty() || blocks_.back().size - used_ < text.size()) {
      add_block(text.size());
    }
    char* const copy = blocks_.back().bytes.get() + used_;
    std::copy(text.begin(), text.end(), copy);
    used_ += text.size();
    return {copy, text.size()};
  }

  // How much is kept.
  struct Mark {
    std::size_t blocks = 0;
    std::size_t used = 0;  // Of the last block.
  };
  Mark mark() const { return {blocks_.size(), used_}; }
  // Forgets all that was kept since.
  void rewind(const Mark& mark) {
    blocks_.resize(mark.blocks);
    used_ = mark.used;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  // Each is twice as large as the one before, up to a limit.
  void add_block(std::size_t least) {
    constexpr std::size_t kFirst = 512;
    constexpr std::size_t kLargest = 64u << 10;
    const std::size_t usual =
        blocks_.empty() ? kFirst : std::min(2 * blocks_.back().size, kLargest);
    const std::size_t size = std::max(usual, least);
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    used_ = 0;
  }

  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_TEXT_ARENA_H_
