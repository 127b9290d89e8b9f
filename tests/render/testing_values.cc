// SPDX-License-Identifier: Apache-2.0

#include "tests/render/testing_values.h"

#include <gtest/gtest.h>

namespace sotto {

using oracle::NaiveValue;
using oracle::NaiveValues;

Bindings bindings_of(const NaiveValues& values) {
  Bindings bindings;
  for (const auto& [name, value] : values) {
    SecretRef ref{name.first, name.second};
    switch (value.kind) {
      case NaiveValue::Kind::kMissing:
        bindings.bind_error(std::move(ref),
                            {ErrorCode::kMissing, "secret does not exist", {}});
        break;
      case NaiveValue::Kind::kTrouble:
        bindings.bind_error(std::move(ref),
                            {ErrorCode::kForbidden, "access was refused", {}});
        break;
      case NaiveValue::Kind::kString:
      case NaiveValue::Kind::kJson:
        bindings.bind(std::move(ref),
                      SecretValue{SecretString::copy_of(value.text).value(),
                                  value.kind == NaiveValue::Kind::kJson
                                      ? SecretValue::Kind::kJson
                                      : SecretValue::Kind::kString});
        break;
    }
  }
  return bindings;
}

NaiveValues one_value(std::string_view name, std::string_view text) {
  const std::size_t dot = name.find('.');
  return {
      {{std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))},
       {NaiveValue::Kind::kString, std::string(text)}}};
}

std::string Rendered::errors() const {
  std::string all;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) {
      all += diagnostic.message + '\n';
    }
  }
  return all;
}

bool Rendered::warns(std::string_view rule) const {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kWarning && diagnostic.rule == rule) {
      return true;
    }
  }
  return false;
}

Rendered render_with(std::string_view document, const NaiveValues& values,
                     Format format, const RenderLimits& limits) {
  const Template parsed =
      parse_template(document, {.format = format, .limits = {}});
  const Bindings bindings = bindings_of(values);
  WipedBuffer out;
  EXPECT_TRUE(out.append("before"));
  const RenderReport report = render(parsed, bindings, out, limits);
  Rendered rendered;
  rendered.ok = report.ok();
  rendered.diagnostics = report.diagnostics(parsed);
  EXPECT_TRUE(out.expose().starts_with("before"));
  if (rendered.ok) rendered.text = out.expose().substr(6);
  EXPECT_TRUE(rendered.ok || out.size() == 6u) << "not all or nothing";
  return rendered;
}

}  // namespace sotto
