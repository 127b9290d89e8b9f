// SPDX-License-Identifier: Apache-2.0
//
// The values of a template's expressions, ready to be copied into place.

#ifndef SOTTO_RENDER_VALUES_H_
#define SOTTO_RENDER_VALUES_H_

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/unprintable.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render_report.h"

namespace sotto {

struct RenderLimits {
  std::size_t value_bytes = 1u << 20;  // Of one value, before escaping.
  std::size_t depth = 512;             // Of what FN.json puts in, as placed.
};

// The text of each distinct expression of a template, escaped for where it
// stands: made once, however often it is wanted, and all in one piece of
// memory.
class Values : private Unprintable<Values> {
  struct Slot {
    std::size_t begin;  // In text_.
    std::size_t size;
    std::size_t uses;  // 0: the node is no root.
  };

 public:
  // Behind every text so many bytes more can be read, so that it can be copied
  // in whole blocks.
  static constexpr std::size_t kPadding = 64;

  // Borrows the template, which must outlive this and stay where it is.
  explicit Values(const Template& parsed) noexcept : parsed_(parsed) {}
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  // Evaluates all expressions, in place of what was there. What depends on the
  // template alone is found out by the first call. Throws std::bad_alloc.
  std::vector<Trouble> prepare(const Bindings& bindings,
                               const RenderLimits& limits);

  // The texts, by Expression::root, for a tight loop. Holds until prepare().
  class View {
   public:
    std::string_view operator[](NodeId root) const {
      return {text_ + slots_[root].begin, slots_[root].size};
    }

   private:
    friend class Values;
    View(const char* text, const Slot* slots) : text_(text), slots_(slots) {}
    const char* text_;
    const Slot* slots_;
  };
  View view() const { return {text_.expose().data(), slots_.data()}; }

  // Bytes of all expressions in the document, and of what takes their place;
  // the latter at most the largest number there is.
  std::size_t replaced() const { return replaced_; }
  std::size_t replacing() const { return replacing_; }

 private:
  struct Job;

  void count_uses();
  void prepare_root(NodeId root, Job& job);
  void evaluate_root(NodeId root, Job& job);
  void check_json_depth(NodeId root, std::string_view text, Job& job) const;
  std::size_t depth_of(NodeId root, Job& job) const;
  bool is_json(NodeId root) const;
  char* room(std::size_t size);
  void append(NodeId root, std::string_view text);
  void append_json(std::string_view text);

  const Template& parsed_;
  std::span<Slot> slots_;     // By NodeId: few_ or many_.
  std::array<Slot, 12> few_;  // Those that are used are set by count_uses().
  std::unique_ptr<Slot[]> many_;
  WipedBuffer text_;
  std::size_t replaced_ = 0;
  std::size_t replacing_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_RENDER_VALUES_H_
