// SPDX-License-Identifier: Apache-2.0
//
// Documents: what is JSON is decided as two other parsers decide it, and a
// template of any bytes is sound. The first byte chooses the format.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"
#include "grammar/template.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/naive_json.h"

namespace {

using nlohmann::json;
using sotto::Format;
using sotto::Template;

bool refused_as_json(const Template& parsed) {
  for (const sotto::Diagnostic& diagnostic : parsed.diagnostics()) {
    // Expressions have their own trouble; without any there is only JSON's.
    if (diagnostic.severity == sotto::Severity::kError) return true;
  }
  return false;
}

// The reading of nlohmann-json counts where RFC 8259 leaves nothing open and
// it does nothing of its own: a byte order mark, NUL as the end, lone
// surrogates, numbers beyond a double.
void compare_with_nlohmann(std::string_view text, bool valid) {
  if (text.find('\0') != std::string_view::npos) return;
  if (text.starts_with("\xef\xbb\xbf")) return;
  const bool theirs = json::accept(text);
  if (theirs && !valid) {
    // Only too deep a document is refused by us alone.
    sotto::require(sotto::oracle::naive_json_valid(text, 100'000),
                   "nlohmann-json accepts what is refused");
  }
  if (!theirs && valid) {
    const bool surrogate = text.find("\\u") != std::string_view::npos;
    const bool number =
        text.find_first_of("0123456789") != std::string_view::npos;
    sotto::require(surrogate || number,
                   "nlohmann-json refuses what is accepted");
  }
}

// Every expression's pointer leads to something.
void check_pointers(const Template& parsed) {
  std::vector<std::size_t> offsets;
  for (const sotto::Expression& expression : parsed.expressions()) {
    offsets.push_back(expression.span.begin);
  }
  const std::vector<std::string> pointers =
      sotto::json_pointers(parsed, offsets);
  sotto::require(pointers.size() == offsets.size(), "a pointer is missing");
  if (parsed.format() != Format::kJson || !parsed.ok()) return;
  const json document = json::parse(parsed.bytes(), nullptr, false);
  if (document.is_discarded()) return;
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    const json::json_pointer pointer(pointers[i]);
    sotto::require(document.contains(pointer), "a pointer leads nowhere");
  }
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
  const Template parsed =
      sotto::parse_template(text, {.format = format, .limits = {}});
  sotto::require_none(sotto::oracle::broken_invariant(parsed));
  check_pointers(parsed);
  if (format == Format::kText) return 0;

  const bool valid = format == Format::kJson
                         ? sotto::oracle::naive_json_valid(text)
                         : sotto::oracle::naive_lines_valid(text);
  if (valid) {
    sotto::require_none(sotto::oracle::disagreement(text, format));
  } else {
    sotto::require(refused_as_json(parsed), "invalid JSON is accepted");
  }
  if (format == Format::kJson) compare_with_nlohmann(text, valid);
  return 0;
}
