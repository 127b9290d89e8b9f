// SPDX-License-Identifier: Apache-2.0

#include "bench/values.h"

#include <nlohmann/json.hpp>

namespace sotto::bench {

ValueTable plain_values(const std::vector<Secret>& secrets) {
  ValueTable values;
  for (const Secret& secret : secrets) {
    values.emplace(to_string(secret.ref), secret.value);
  }
  return values;
}

ValueTable escaped_values(const std::vector<Secret>& secrets) {
  ValueTable values = plain_values(secrets);
  for (auto& [name, value] : values) {
    const std::string quoted = nlohmann::json(value).dump();
    value = quoted.substr(1, quoted.size() - 2);
  }
  return values;
}

std::string replace_expressions(std::string_view text,
                                const ValueTable& values) {
  constexpr std::string_view kHead = "SECRETS.";
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t open = text.find("<<", at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) return out;
    at = open + 2;
    const std::size_t name = text.find_first_not_of(' ', at);
    const bool head =
        name != std::string_view::npos && text.substr(name).starts_with(kHead);
    const std::size_t begin = head ? name + kHead.size() : at;
    const std::size_t end = text.find_first_of(" >", begin);
    const auto value =
        head ? values.find(text.substr(begin, end - begin)) : values.end();
    if (value == values.end()) {
      out += "<<";
      continue;
    }
    out += value->second;
    at = text.find(">>", end) + 2;
  }
}

}  // namespace sotto::bench
