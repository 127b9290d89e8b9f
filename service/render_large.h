// SPDX-License-Identifier: Apache-2.0
//
// Renders a file in memory that grows with its references and their values
// alone: the file is read twice, in windows. First it is validated and its
// references are collected; they are resolved; then text and values go out,
// through a small locked buffer.

#ifndef SOTTO_SERVICE_RENDER_LARGE_H_
#define SOTTO_SERVICE_RENDER_LARGE_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/source.h"
#include "grammar/template.h"
#include "service/engine.h"
#include "service/large_file.h"

namespace sotto {

struct LargeRenderOptions {
  ParseOptions parse;
  bool strict = false;                    // With a warning nothing is written.
  std::size_t window_bytes = 512u << 10;  // Without what is seen around.
};

// Where rendered text goes, which is as secret as what is in it.
class LargeOutput {
 public:
  virtual ~LargeOutput() = default;
  // The next piece.
  virtual Result<void> write(std::string_view text) = 0;
  // All is written, and the document is what it was: this makes it count.
  virtual Result<void> finish() = 0;
};

struct LargeRender {
  RenderResult result;                  // Its report is ok().
  std::vector<Diagnostic> diagnostics;  // All of its report.
  std::vector<Excerpt> excerpts;        // What they point at.
};

// Nothing is written before everything is resolved. None, and nothing written,
// if the document is better read whole: something is wrong with it, or unusual
// (WindowReader), or it is not JSON.
//
// Fails as Engine::render() does; with kChanged if the file changed between the
// first and the last time that it was read (what was written until then does
// not count: finish() is not called), and as `output` does.
Result<std::optional<LargeRender>> render_large(
    Engine& engine, LargeFile& file, const LargeRenderOptions& options,
    LargeOutput& output);

}  // namespace sotto

#endif  // SOTTO_SERVICE_RENDER_LARGE_H_
