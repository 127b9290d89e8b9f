// SPDX-License-Identifier: Apache-2.0
//
// nlohmann-json: a tree, its strings replaced, written out again.

#include <memory>

#include "bench/oracle.h"
#include "bench/peers/peers.h"

namespace sotto::bench {

RenderPeer make_nlohmann_peer(const std::vector<Secret>& secrets) {
  auto values = std::make_shared<ValueTable>(plain_values(secrets));
  const auto render = [values](std::string_view document, std::string& out) {
    out = render_with_nlohmann(document, *values);
  };
  return {"nlohmann-json tree", false, render};
}

}  // namespace sotto::bench
