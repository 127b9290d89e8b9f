// SPDX-License-Identifier: Apache-2.0
//
// simdjson: parses into its tree. Compiled twice, for Debian's version and,
// with a namespace of its own, for the newest one.

#include <simdjson.h>

#include <utility>

#include "bench/peers/peers.h"

namespace sotto::bench {
namespace {

class SimdjsonPeer : public ParserPeer {
 public:
  explicit SimdjsonPeer(std::string name) : name_(std::move(name)) {}

  std::string name() const override { return name_; }
  std::size_t load(std::string_view document) override {
    documents_.emplace_back(document);
    return documents_.size() - 1;
  }
  bool parse(std::size_t document) override {
    simdjson::dom::element root;
    return parser_.parse(documents_[document]).get(root) == simdjson::SUCCESS;
  }

 private:
  std::string name_;
  std::vector<simdjson::padded_string> documents_;
  simdjson::dom::parser parser_;
};

}  // namespace

#ifdef SOTTO_BENCH_THIS_IS_NEW_SIMDJSON
[[gnu::visibility("default")]] std::unique_ptr<ParserPeer>
make_new_simdjson_peer() {
  return std::make_unique<SimdjsonPeer>("simdjson " SIMDJSON_VERSION);
}
#else
std::unique_ptr<ParserPeer> make_simdjson_peer() {
  return std::make_unique<SimdjsonPeer>("simdjson");
}
#endif

}  // namespace sotto::bench
