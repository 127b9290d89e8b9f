// SPDX-License-Identifier: Apache-2.0
//
// What the scanner tells of '<'s, made into expressions: those that are plain
// and right. Anything else gives up, and the plain reader has the word.

#ifndef SOTTO_GRAMMAR_ANGLE_READER_H_
#define SOTTO_GRAMMAR_ANGLE_READER_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/span.h"
#include "grammar/expression_finder.h"
#include "grammar/scanner.h"
#include "grammar/template.h"
#include "grammar/template_builder.h"

namespace sotto {

// Handles the '<'s of one document, of which it is shown all at once or window
// by window. Expressions and warnings have the offsets of the template; inside,
// offsets are those of the window.
class AngleReader : public AngleHandler, public FindingSink {
 public:
  // Borrows both. The document begins at `begin` of the template's bytes.
  AngleReader(const ParseOptions& options, TemplateBuilder& builder,
              std::size_t begin)
      : begin_(begin),
        options_(options),
        builder_(builder),
        finder_(options, builder, *this) {}
  AngleReader(const AngleReader&) = delete;
  AngleReader& operator=(const AngleReader&) = delete;

  // To be called before the scanner is given the window, which is borrowed.
  void show(const ScanWindow& window);

  std::size_t on_angle(std::size_t at) override;
  void on_key(std::size_t colon) override;
  void on_finding(std::string_view rule, Severity severity, Span span,
                  std::string message, std::string hint,
                  const JsonPath* path) override;

  // Is there something that only the plain reader can tell, or that a window
  // shows too little of?
  bool gave_up() const { return gave_up_; }
  // The first so many, near misses all of them; their pointers are not made.
  std::vector<Diagnostic> take_warnings() { return std::move(warnings_); }
  std::size_t more_warnings() const { return more_warnings_; }

 private:
  static constexpr std::size_t kUnknown = std::string_view::npos;

  std::size_t take_plain(std::size_t begin);
  std::size_t behind_root(std::size_t begin) const;
  std::size_t behind_close(std::size_t offset) const;
  std::size_t name_run_end(std::size_t offset) const;
  std::size_t name_end(std::size_t offset) const;
  std::size_t skip_spaces(std::size_t offset) const;
  bool is_text(std::size_t begin, std::size_t run_end) const;
  std::size_t take_any(std::size_t begin);
  std::size_t take_part(std::size_t begin, std::size_t end);
  std::size_t whole_escapes(std::size_t first, std::size_t last) const;
  std::size_t key_begin(std::size_t colon) const;
  bool is_escaped(std::size_t offset) const;
  void look_at_string(std::size_t offset);
  std::size_t string_end(std::size_t offset) const;
  bool is_opening_quote(std::size_t offset) const;
  std::size_t skip_blanks(std::size_t offset) const;
  std::size_t give_up() {
    gave_up_ = true;
    return text_.size();
  }
  // Behind what is shown there is nothing; or it is not known what.
  char behind_text() const {
    unseen_ = unseen_ || !ends_;
    return '\0';
  }
  bool has(std::size_t offset, std::string_view text) const {
    if (text_.size() - offset < text.size()) return behind_text() != '\0';
    return std::memcmp(text_.data() + offset, text.data(), text.size()) == 0;
  }
  char at(std::size_t offset) const {
    return offset < text_.size() ? text_[offset] : behind_text();
  }

  const std::size_t begin_;
  std::string_view text_;   // Of the window.
  std::size_t offset_ = 0;  // Where that is in the document.
  std::size_t base_ = 0;    // And in the template's bytes.
  bool ends_ = true;        // So does the document.
  const ParseOptions& options_;
  TemplateBuilder& builder_;
  ExpressionFinder finder_;
  std::vector<Diagnostic> warnings_;
  std::size_t more_warnings_ = 0;
  std::size_t string_end_ = 0;   // Of the last string that was decoded.
  bool in_key_ = false;          // Is that a key?
  bool key_is_unknown_ = false;  // The next window will tell.
  bool gave_up_ = false;
  mutable bool unseen_ = false;  // More was asked for than is shown.
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_ANGLE_READER_H_
