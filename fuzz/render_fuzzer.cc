// SPDX-License-Identifier: Apache-2.0
//
// Rendering: R1 (text of a value is never an expression), R2 (nothing but
// leaves changes) and R3 (what is found is what is rendered), against the
// naive renderer of tests/oracle. Input: a byte for the format, then values
// up to the first 0xFE, one a line, then the document. The n-th value is that
// of "a.K<n>"; one that begins with '!' is missing, with '?' in trouble, with
// '#' no string.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bindings.h"
#include "fuzz/require.h"
#include "grammar/template.h"
#include "render/render.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/naive_json.h"
#include "tests/oracle/naive_render.h"

namespace {

using sotto::Format;
using sotto::SecretString;
using sotto::SecretValue;
using sotto::oracle::NaiveValue;
using sotto::oracle::NaiveValues;
using sotto::oracle::Surroundings;

NaiveValues read_values(std::string_view lines) {
  NaiveValues values;
  for (int i = 0; i < 10; ++i) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view text = lines.substr(0, end);
    NaiveValue::Kind kind = NaiveValue::Kind::kString;
    if (text.starts_with('!')) kind = NaiveValue::Kind::kMissing;
    if (text.starts_with('?')) kind = NaiveValue::Kind::kTrouble;
    if (text.starts_with('#')) {
      kind = NaiveValue::Kind::kJson;
      text.remove_prefix(1);
    }
    values[{"a", "K" + std::to_string(i)}] = {kind, std::string(text)};
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return values;
}

sotto::Bindings bind(const NaiveValues& values) {
  sotto::Bindings bindings;
  for (const auto& [name, value] : values) {
    sotto::SecretRef ref{name.first, name.second};
    if (value.kind == NaiveValue::Kind::kMissing) continue;
    if (value.kind == NaiveValue::Kind::kTrouble) {
      bindings.bind_error(std::move(ref),
                          {sotto::ErrorCode::kForbidden, "refused", ""});
      continue;
    }
    bindings.bind(std::move(ref),
                  SecretValue{SecretString::copy_of(value.text).value(),
                              value.kind == NaiveValue::Kind::kJson
                                  ? SecretValue::Kind::kJson
                                  : SecretValue::Kind::kString});
  }
  return bindings;
}

void check(std::string_view document, Format format,
           const NaiveValues& values) {
  const sotto::Template parsed =
      sotto::parse_template(document, {.format = format, .limits = {}});
  sotto::WipedBuffer out;
  sotto::require(out.append("before"), "no memory");
  const bool ok = sotto::render(parsed, bind(values), out).ok();
  if (!ok) sotto::require(out.size() == 6, "not all or nothing");
  const auto expected = sotto::oracle::naive_splice(
      document,
      format == Format::kText ? Surroundings::kPlainText
                              : Surroundings::kJsonString,
      values);
  if (!ok) {
    // An FN.json value may be fit alone and too deep in its place.
    sotto::require(!expected || (format == Format::kJson &&
                                 !sotto::oracle::naive_json_valid(*expected)),
                   "not rendered, and nothing is wrong");
    return;
  }
  const std::string_view output = out.expose().substr(6);
  sotto::require(expected.has_value(), "rendered what cannot be");
  if (format == Format::kLines) {
    sotto::require(sotto::oracle::naive_lines_valid(output),
                   "the output is not JSON Lines");
    return;
  }
  sotto::require(output == *expected, "bytes differ");
  if (format == Format::kText) return;
  sotto::require(sotto::oracle::naive_json_valid(output),
                 "the output is not JSON");
  // The mark by which the oracle's events tell numbers.
  if (output.find("\\u0000#") != std::string_view::npos) return;
  const auto events = sotto::oracle::naive_events(output);
  if (!events || !sotto::oracle::naive_events(document)) return;
  sotto::require(events == sotto::oracle::naive_substitute(document, values),
                 "more than leaves has changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const Format format = data[0] == 'L'   ? Format::kLines
                        : data[0] == 'T' ? Format::kText
                                         : Format::kJson;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  const std::size_t split = text.find('\xfe');
  if (split == std::string_view::npos) return 0;
  const std::string_view document = text.substr(split + 1);
  const bool valid =
      format == Format::kText ||
      (format == Format::kJson && sotto::oracle::naive_json_valid(document)) ||
      (format == Format::kLines && sotto::oracle::naive_lines_valid(document));
  if (valid) check(document, format, read_values(text.substr(0, split)));
  return 0;
}
