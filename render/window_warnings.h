// SPDX-License-Identifier: Apache-2.0
//
// What there is to say of the render of a document that is never in memory as
// a whole.

#ifndef SOTTO_RENDER_WINDOW_WARNINGS_H_
#define SOTTO_RENDER_WINDOW_WARNINGS_H_

#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/span.h"
#include "grammar/window_reader.h"
#include "render/render_report.h"

namespace sotto {

// What RenderReport::diagnostics() says of the whole document, without
// pointers. `report` is ok(); `read` gives the document's bytes in a span, of
// which it is asked a hundred times or so. Throws std::bad_alloc, and what
// `read` throws.
std::vector<Diagnostic> window_warnings(
    const RenderReport& report, const WindowedTemplate& document,
    const std::function<std::string(Span)>& read);

}  // namespace sotto

#endif  // SOTTO_RENDER_WINDOW_WARNINGS_H_
