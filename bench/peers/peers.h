// SPDX-License-Identifier: Apache-2.0
//
// Other C and C++ libraries doing the same work, in this process. Which of
// them are there is decided when the benchmarks are configured.

#ifndef SOTTO_BENCH_PEERS_PEERS_H_
#define SOTTO_BENCH_PEERS_PEERS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/generate.h"

namespace sotto::bench {

// Parses a document as a whole and validates it: the yardstick for reading.
class ParserPeer {
 public:
  virtual ~ParserPeer() = default;
  virtual std::string name() const = 0;
  // Copies the document to where the library wants it; its number.
  virtual std::size_t load(std::string_view document) = 0;
  virtual bool parse(std::size_t document) = 0;
};

// "simdjson", as Debian has it; the newest as "simdjson 4".
std::vector<std::unique_ptr<ParserPeer>> parser_peers();
// The first of them, named "simdjson"; null if there is none.
std::unique_ptr<ParserPeer> simdjson_peer();

// Renders a document: finds the expressions and puts the values in.
struct RenderPeer {
  std::string name;
  // Text replacement without a look at JSON, given values that are escaped
  // already: makes exactly the expected bytes. Others validate, and write the
  // same tree in their own way.
  bool replaces_text = false;
  std::function<void(std::string_view document, std::string& out)> render;
};
std::vector<RenderPeer> render_peers(const std::vector<Secret>& secrets);

// The names of those that were not there when the benchmarks were configured.
std::vector<std::string> absent_peers();

// Each makes one; those that were compiled in are in the lists above.
std::unique_ptr<ParserPeer> make_simdjson_peer();
std::unique_ptr<ParserPeer> make_new_simdjson_peer();
RenderPeer make_re2_peer(const std::vector<Secret>& secrets);
RenderPeer make_pcre2_peer(const std::vector<Secret>& secrets);
RenderPeer make_hyperscan_peer(const std::vector<Secret>& secrets);
RenderPeer make_yyjson_peer(const std::vector<Secret>& secrets);
RenderPeer make_nlohmann_peer(const std::vector<Secret>& secrets);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_PEERS_PEERS_H_
