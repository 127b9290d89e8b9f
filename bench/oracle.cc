// SPDX-License-Identifier: Apache-2.0

#include "bench/oracle.h"

#include <nlohmann/json.hpp>

namespace sotto::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOpen = "<<";
constexpr std::string_view kHead = "SECRETS.";

// The text with each expression replaced.
std::string replace(std::string_view text, const Values& values) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t open = text.find(kOpen, at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) return out;
    at = open + kOpen.size();
    const std::size_t name = text.find_first_not_of(' ', at);
    if (name == std::string_view::npos ||
        !text.substr(name).starts_with(kHead)) {
      out += kOpen;
      continue;
    }
    const std::size_t end = text.find_first_of(" >", name);
    const std::size_t begin = name + kHead.size();
    const auto value = values.find(text.substr(begin, end - begin));
    if (value == values.end()) {
      out += kOpen;
      continue;
    }
    out += value->second;
    at = text.find(">>", end) + 2;
  }
}

void replace_all(Json& node, const Values& values) {
  if (node.is_string()) {
    const auto& text = node.get_ref<const std::string&>();
    if (text.find(kOpen) != std::string::npos) node = replace(text, values);
  } else if (node.is_structured()) {
    for (Json& child : node) replace_all(child, values);
  }
}

}  // namespace

Values values_of(const Workload& workload) {
  Values values;
  for (const Secret& secret : workload.secrets) {
    values.emplace(to_string(secret.ref), secret.value);
  }
  return values;
}

std::string render_with_nlohmann(std::string_view document,
                                 const Values& values) {
  Json tree = Json::parse(document);
  replace_all(tree, values);
  return tree.dump();
}

}  // namespace sotto::bench
