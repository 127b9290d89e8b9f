// SPDX-License-Identifier: Apache-2.0
//
// Expressions: grammar/ and the naive reader of tests/oracle agree on any
// bytes as plain text, and on any text as a JSON string.

#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/require.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/naive_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using sotto::Format;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  sotto::require_none(sotto::oracle::disagreement(text, Format::kText));

  // Escaped, so that all of it arrives; and as it is, so that its own escapes
  // are decoded.
  for (const std::string& document :
       {"[\"" + sotto::oracle::naive_escape(text) + "\"]",
        "{\"a\":\"" + std::string(text) + "\"}"}) {
    if (sotto::oracle::naive_json_valid(document)) {
      sotto::require_none(sotto::oracle::disagreement(document, Format::kJson));
    }
  }
  return 0;
}
