// SPDX-License-Identifier: Apache-2.0

#include "grammar/fast_reader.h"

#include "grammar/angle_reader.h"

namespace sotto {

FastReading read_fast(std::string_view bytes, Span document,
                      const ParseOptions& options, TemplateBuilder& builder) {
  const std::size_t depth = options.limits.depth;
  if (depth > kMaxScannerDepth) return {};
  const TemplateBuilder::Mark mark = builder.mark();
  const ScanWindow all = {.bytes =
                              bytes.substr(document.begin, document.size())};
  AngleReader reader(options, builder, document.begin);
  reader.show(all);
  ScanState state;
  if (!scanner_kernel().scan(state, all, depth, reader) || reader.gave_up()) {
    builder.rewind(mark);
    return {};
  }
  return {.done = true,
          .warnings = reader.take_warnings(),
          .more_warnings = reader.more_warnings()};
}

}  // namespace sotto
