// SPDX-License-Identifier: Apache-2.0

#include "bench/oracle.h"

#include <nlohmann/json.hpp>

namespace sotto::bench {
namespace {

using Json = nlohmann::ordered_json;

void replace_all(Json& node, const ValueTable& values) {
  if (node.is_string()) {
    const auto& text = node.get_ref<const std::string&>();
    if (text.find("<<") != std::string::npos) {
      node = replace_expressions(text, values);
    }
  } else if (node.is_structured()) {
    for (Json& child : node) replace_all(child, values);
  }
}

}  // namespace

std::string render_with_nlohmann(std::string_view document,
                                 const ValueTable& values) {
  Json tree = Json::parse(document);
  replace_all(tree, values);
  return tree.dump();
}

bool same_json(std::string_view left, std::string_view right) {
  const auto parse = [](std::string_view text) {
    return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  };
  const nlohmann::json tree = parse(left);
  return !tree.is_discarded() && tree == parse(right);
}

}  // namespace sotto::bench
