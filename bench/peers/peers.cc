// SPDX-License-Identifier: Apache-2.0

#include "bench/peers/peers.h"

namespace sotto::bench {

std::unique_ptr<ParserPeer> simdjson_peer() {
#ifdef SOTTO_BENCH_SIMDJSON
  return make_simdjson_peer();
#else
  return nullptr;
#endif
}

std::vector<std::unique_ptr<ParserPeer>> parser_peers() {
  std::vector<std::unique_ptr<ParserPeer>> peers;
  if (auto peer = simdjson_peer()) peers.push_back(std::move(peer));
#ifdef SOTTO_BENCH_NEW_SIMDJSON
  peers.push_back(make_new_simdjson_peer());
#endif
  return peers;
}

std::vector<RenderPeer> render_peers(
    [[maybe_unused]] const std::vector<Secret>& secrets) {
  std::vector<RenderPeer> peers;
#ifdef SOTTO_BENCH_YYJSON
  peers.push_back(make_yyjson_peer(secrets));
#endif
#ifdef SOTTO_BENCH_PCRE2
  peers.push_back(make_pcre2_peer(secrets));
#endif
#ifdef SOTTO_BENCH_RE2
  peers.push_back(make_re2_peer(secrets));
#endif
#ifdef SOTTO_BENCH_HYPERSCAN
  peers.push_back(make_hyperscan_peer(secrets));
#endif
  peers.push_back(make_nlohmann_peer(secrets));
  return peers;
}

std::vector<std::string> absent_peers() {
  return {
#ifndef SOTTO_BENCH_SIMDJSON
      "simdjson",
#endif
#ifndef SOTTO_BENCH_NEW_SIMDJSON
      "simdjson, the newest",
#endif
#ifndef SOTTO_BENCH_YYJSON
      "yyjson",
#endif
#ifndef SOTTO_BENCH_PCRE2
      "PCRE2 JIT",
#endif
#ifndef SOTTO_BENCH_RE2
      "RE2",
#endif
#ifndef SOTTO_BENCH_HYPERSCAN
      "Hyperscan",
#endif
  };
}

}  // namespace sotto::bench
