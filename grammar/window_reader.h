// SPDX-License-Identifier: Apache-2.0
//
// Reads a JSON text that is never in memory as a whole.
//
//   WindowReader reader(options);
//   while (...) if (!reader.read(window)) ...   // parse_template() instead
//   const WindowedTemplate read = reader.finish();

#ifndef SOTTO_GRAMMAR_WINDOW_READER_H_
#define SOTTO_GRAMMAR_WINDOW_READER_H_

#include <cstddef>
#include <vector>

#include "grammar/angle_reader.h"
#include "grammar/expression_list.h"
#include "grammar/scanner.h"
#include "grammar/template.h"
#include "grammar/template_builder.h"

namespace sotto {

// What parse_template() answers, for a document that is right and not kept.
struct WindowedTemplate {
  // Without bytes(); its diagnostics() have no pointers; its expressions() are
  // not all, but the first of each root.
  Template parsed;
  ExpressionList expressions;  // All of them.
};

// Takes what the scanner takes; whatever is wrong, unusually large, or an
// FN.json, which has to know how deep it stands, is left to parse_template().
// Functions throw std::bad_alloc.
class WindowReader {
 public:
  // Borrows the options.
  explicit WindowReader(const ParseOptions& options);

  // Reads on. The first window begins with the document, another so that it
  // shows as much around scanned() as ScannerKernel::scan() wants. False:
  // parse_template() has to read the document.
  bool read(const ScanWindow& window);

  // The document is read up to here.
  std::size_t scanned() const { return state_.scanned; }

  // To be called once, when the last window was read.
  WindowedTemplate finish();

 private:
  bool take_expressions(std::size_t but);

  const ParseOptions& options_;
  TemplateBuilder builder_;
  AngleReader angles_;
  ScanState state_;
  std::vector<bool> seen_;         // Is there one with this root?
  std::vector<Expression> first_;  // Of each root.
  ExpressionList all_;
};

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_WINDOW_READER_H_
