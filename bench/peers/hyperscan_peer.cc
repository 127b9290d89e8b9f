// SPDX-License-Identifier: Apache-2.0
//
// Hyperscan: all matches in one scan, each told with its start.

#include <hs/hs.h>

#include <cstdlib>
#include <memory>

#include "bench/peers/peers.h"
#include "bench/values.h"

namespace sotto::bench {
namespace {

class Database {
 public:
  Database() {
    hs_compile_error_t* error = nullptr;
    if (hs_compile(kExpressionPattern, HS_FLAG_SOM_LEFTMOST, HS_MODE_BLOCK,
                   nullptr, &database_, &error) != HS_SUCCESS ||
        hs_alloc_scratch(database_, &scratch_) != HS_SUCCESS) {
      std::abort();
    }
  }
  ~Database() {
    hs_free_scratch(scratch_);
    hs_free_database(database_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void scan(std::string_view text, match_event_handler handler, void* context) {
    hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0,
            scratch_, handler, context);
  }

 private:
  hs_database_t* database_ = nullptr;
  hs_scratch_t* scratch_ = nullptr;
};

struct Splice {
  std::string_view document;
  const ValueTable& values;
  std::string& out;
  std::size_t at = 0;
};

int on_match(unsigned, unsigned long long from, unsigned long long to, unsigned,
             void* context) {
  constexpr std::size_t kHead = std::string_view("SECRETS.").size();
  Splice& splice = *static_cast<Splice*>(context);
  splice.out.append(splice.document, splice.at, from - splice.at);
  std::string_view name = splice.document.substr(from + 2, to - from - 4);
  name.remove_prefix(name.find_first_not_of(" \t") + kHead);
  name = name.substr(0, name.find_first_of(" \t"));
  const auto value = splice.values.find(name);
  if (value != splice.values.end()) splice.out += value->second;
  splice.at = to;
  return 0;
}

}  // namespace

RenderPeer make_hyperscan_peer(const std::vector<Secret>& secrets) {
  auto database = std::make_shared<Database>();
  auto values = std::make_shared<ValueTable>(escaped_values(secrets));
  const auto render = [database, values](std::string_view document,
                                         std::string& out) {
    Splice splice{document, *values, out};
    database->scan(document, on_match, &splice);
    out.append(document, splice.at);
  };
  return {"Hyperscan", true, render};
}

}  // namespace sotto::bench
