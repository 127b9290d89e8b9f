// SPDX-License-Identifier: Apache-2.0
//
// Reads a JSON text at the speed of the scanner. It takes what is plain and
// right; for whatever is wrong it leaves the word to the plain reader
// (grammar/document_parser.cc).

#ifndef SOTTO_GRAMMAR_FAST_READER_H_
#define SOTTO_GRAMMAR_FAST_READER_H_

#include <cstddef>
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

// What was found in a document that is right: warnings.
struct FastReading {
  bool done = false;  // If not: ask the plain reader.
  // The first so many, near misses all of them; their pointers are not made.
  std::vector<Diagnostic> warnings;
  std::size_t more_warnings = 0;
};

// Reads bytes[document], one JSON text, and puts its expressions into
// `builder`, which is as it was unless the reading is done.
FastReading read_fast(std::string_view bytes, Span document,
                      const ParseOptions& options, TemplateBuilder& builder);

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_FAST_READER_H_
