// SPDX-License-Identifier: Apache-2.0
//
// RE2: one search after another.

#include <re2/re2.h>

#include <memory>
#include <utility>

#include "bench/peers/peers.h"
#include "bench/values.h"

namespace sotto::bench {

RenderPeer make_re2_peer(const std::vector<Secret>& secrets) {
  auto pattern = std::make_shared<re2::RE2>(kExpressionPattern);
  auto values = std::make_shared<ValueTable>(escaped_values(secrets));
  const auto render = [pattern, values](std::string_view document,
                                        std::string& out) {
    const re2::StringPiece text(document.data(), document.size());
    re2::StringPiece found[2];
    std::size_t at = 0;
    while (
        pattern->Match(text, at, text.size(), re2::RE2::UNANCHORED, found, 2)) {
      const auto begin =
          static_cast<std::size_t>(found[0].data() - text.data());
      out.append(document, at, begin - at);
      const auto value =
          values->find(std::string_view(found[1].data(), found[1].size()));
      if (value != values->end()) out += value->second;
      at = begin + found[0].size();
    }
    out.append(document, at);
  };
  return {"RE2", true, render};
}

}  // namespace sotto::bench
