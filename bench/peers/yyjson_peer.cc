// SPDX-License-Identifier: Apache-2.0
//
// yyjson: reads, replaces strings in place, writes.

#include <yyjson.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include "bench/peers/peers.h"
#include "bench/values.h"

namespace sotto::bench {
namespace {

bool may_have_expression(const char* text, std::size_t size) {
  const char* const end = text + size;
  while (size > 1) {
    const auto* angle = static_cast<const char*>(std::memchr(text, '<', size));
    if (!angle || angle + 1 == end) return false;
    if (angle[1] == '<') return true;
    text = angle + 1;
    size = static_cast<std::size_t>(end - text);
  }
  return false;
}

}  // namespace

RenderPeer make_yyjson_peer(const std::vector<Secret>& secrets) {
  auto values = std::make_shared<ValueTable>(plain_values(secrets));
  const auto render = [values](std::string_view document, std::string& out) {
    yyjson_doc* tree = yyjson_read(document.data(), document.size(), 0);
    if (!tree) return;
    std::deque<std::string> replaced;  // Its strings stay where they are.
    // All values of a document that was read stand one behind the other.
    yyjson_val* value = yyjson_doc_get_root(tree);
    yyjson_val* const end = value + yyjson_doc_get_val_count(tree);
    for (; value != end; ++value) {
      if (!yyjson_is_str(value)) continue;
      const char* text = yyjson_get_str(value);
      const std::size_t size = yyjson_get_len(value);
      if (!may_have_expression(text, size)) continue;
      const std::string& fresh =
          replaced.emplace_back(replace_expressions({text, size}, *values));
      yyjson_set_strn(value, fresh.data(), fresh.size());
    }
    std::size_t size = 0;
    char* written = yyjson_write(tree, 0, &size);
    if (written) out.assign(written, size);
    std::free(written);
    yyjson_doc_free(tree);
  };
  return {"yyjson", false, render};
}

}  // namespace sotto::bench
