// SPDX-License-Identifier: Apache-2.0
//
// PCRE2, compiled to machine code: one search after another.

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdlib>
#include <memory>

#include "bench/peers/peers.h"
#include "bench/values.h"

namespace sotto::bench {
namespace {

class Pattern {
 public:
  Pattern() {
    int error = 0;
    PCRE2_SIZE offset = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(kExpressionPattern),
                          PCRE2_ZERO_TERMINATED, 0, &error, &offset, nullptr);
    if (!code_ || pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE) != 0) {
      std::abort();
    }
    match_ = pcre2_match_data_create_from_pattern(code_, nullptr);
  }
  ~Pattern() {
    pcre2_match_data_free(match_);
    pcre2_code_free(code_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Places of the match and of its group, or null.
  const PCRE2_SIZE* search(std::string_view text, std::size_t from) {
    const int groups =
        pcre2_jit_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()),
                        text.size(), from, 0, match_, nullptr);
    return groups > 0 ? pcre2_get_ovector_pointer(match_) : nullptr;
  }

 private:
  pcre2_code* code_ = nullptr;
  pcre2_match_data* match_ = nullptr;
};

}  // namespace

RenderPeer make_pcre2_peer(const std::vector<Secret>& secrets) {
  auto pattern = std::make_shared<Pattern>();
  auto values = std::make_shared<ValueTable>(escaped_values(secrets));
  const auto render = [pattern, values](std::string_view document,
                                        std::string& out) {
    std::size_t at = 0;
    while (const PCRE2_SIZE* found = pattern->search(document, at)) {
      out.append(document, at, found[0] - at);
      const auto value =
          values->find(document.substr(found[2], found[3] - found[2]));
      if (value != values->end()) out += value->second;
      at = found[1];
    }
    out.append(document, at);
  };
  return {"PCRE2 JIT", true, render};
}

}  // namespace sotto::bench
