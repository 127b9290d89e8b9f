// SPDX-License-Identifier: Apache-2.0
//
// A document that was read from a file, and parsed.

#ifndef SOTTO_SERVICE_DOCUMENT_H_
#define SOTTO_SERVICE_DOCUMENT_H_

#include <string>

#include "base/result.h"
#include "base/source.h"
#include "grammar/template.h"
#include "service/input_file.h"

namespace sotto {

struct Document {
  InputFile input;  // Its bytes are gone: the template has them.
  Template parsed;

  // For places in it; must not outlive it.
  Source source() const { return {input.name, parsed.bytes()}; }
};

Document parse_document(InputFile input, const ParseOptions& options);

// Fails as read_input_file() does; what is wrong in the document is in its
// template.
Result<Document> read_document_file(const std::string& file,
                                    const ParseOptions& options);

// The same from a descriptor: read_input_stream().
Result<Document> read_document_stream(int fd, const ParseOptions& options);

}  // namespace sotto

#endif  // SOTTO_SERVICE_DOCUMENT_H_
