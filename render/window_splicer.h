// SPDX-License-Identifier: Apache-2.0
//
// Renders a document that is never in memory as a whole, nor its result.

#ifndef SOTTO_RENDER_WINDOW_SPLICER_H_
#define SOTTO_RENDER_WINDOW_SPLICER_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bindings.h"
#include "base/unprintable.h"
#include "grammar/expression_list.h"
#include "grammar/window_reader.h"
#include "render/render_report.h"
#include "render/values.h"

namespace sotto {

// What a Splicer is for a document that is in memory: prepare() makes the
// values, then the document is given window by window, once.
class WindowSplicer : private Unprintable<WindowSplicer> {
 public:
  // Borrows the document, which must outlive this and stay where it is.
  explicit WindowSplicer(const WindowedTemplate& document)
      : values_(document.parsed),
        expressions_(document.expressions),
        next_(expressions_.next()) {}

  // Throws std::bad_alloc. Unless the report is ok(), nothing may be spliced.
  RenderReport prepare(const Bindings& bindings, const RenderLimits& limits) {
    return RenderReport(values_.prepare(bindings, limits));
  }

  // Takes the next bytes of the document and gives what they become to `put`,
  // piece by piece, until that returns false. The windows may be of any sizes.
  template <typename Put>
  bool splice(std::string_view window, const Put& put) {
    const std::size_t begin = position_;
    const std::size_t end = begin + window.size();
    const Values::View values = values_.view();
    for (; next_ && next_->span.begin < end; next_ = expressions_.next()) {
      const std::size_t from = std::max(copied_, begin);
      if (!put(window.substr(from - begin, next_->span.begin - from)) ||
          !put(values[next_->root])) {
        return false;
      }
      copied_ = next_->span.end;
    }
    position_ = end;
    const std::size_t from = std::max(copied_, begin);
    return from >= end || put(window.substr(from - begin));
  }

 private:
  Values values_;
  ExpressionList::Reader expressions_;
  std::optional<Expression> next_;
  std::size_t position_ = 0;  // In the document: of the next window.
  std::size_t copied_ = 0;    // Text up to here is done; may be ahead.
};

}  // namespace sotto

#endif  // SOTTO_RENDER_WINDOW_SPLICER_H_
