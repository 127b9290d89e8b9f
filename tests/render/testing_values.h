// SPDX-License-Identifier: Apache-2.0
//
// Renders with values that are written in the test. They are no secrets.

#ifndef SOTTO_TESTS_RENDER_TESTING_VALUES_H_
#define SOTTO_TESTS_RENDER_TESTING_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/diagnostic.h"
#include "grammar/template.h"
#include "render/render.h"
#include "tests/oracle/naive_render.h"

namespace sotto {

// The same values as Bindings.
Bindings bindings_of(const oracle::NaiveValues& values);

// "a.B" -> a value that is `text`.
oracle::NaiveValues one_value(std::string_view name, std::string_view text);

struct Rendered {
  bool ok = false;
  std::string text;  // Empty unless ok.
  std::vector<Diagnostic> diagnostics;

  // The messages of all errors, a line each.
  std::string errors() const;
  bool warns(std::string_view rule) const;
};

Rendered render_with(std::string_view document,
                     const oracle::NaiveValues& values,
                     Format format = Format::kJson,
                     const RenderLimits& limits = {});

}  // namespace sotto

#endif  // SOTTO_TESTS_RENDER_TESTING_VALUES_H_
