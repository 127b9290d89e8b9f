// SPDX-License-Identifier: Apache-2.0

#include "service/json_controls.h"

#include <fmt/format.h>

namespace sotto {

std::string with_escaped_controls(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const unsigned next =
        i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0;
    if (byte == 0x7F) {
      result += "\\u007f";
    } else if (byte == 0xC2 && next < 0xA0) {
      result += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      result += json[i];
    }
  }
  return result;
}

}  // namespace sotto
