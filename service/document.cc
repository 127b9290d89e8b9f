// SPDX-License-Identifier: Apache-2.0

#include "service/document.h"

#include <utility>

#include "base/guarded.h"

namespace sotto {

Document parse_document(InputFile input, const ParseOptions& options) {
  Template its = parse_owned_template(std::exchange(input.bytes, {}), options);
  return {std::move(input), std::move(its)};
}

Result<Document> read_document_file(const std::string& file,
                                    const ParseOptions& options) {
  return guarded([&]() -> Result<Document> {
    SOTTO_ASSIGN_OR_RETURN(
        InputFile input, read_input_file(file, options.limits.document_bytes));
    return parse_document(std::move(input), options);
  });
}

Result<Document> read_document_stream(int fd, const ParseOptions& options) {
  return guarded([&]() -> Result<Document> {
    SOTTO_ASSIGN_OR_RETURN(
        InputFile input, read_input_stream(fd, options.limits.document_bytes));
    return parse_document(std::move(input), options);
  });
}

}  // namespace sotto
