// SPDX-License-Identifier: Apache-2.0
//
// Workflow documents to measure with: HTTP nodes as people write them, with
// scripts full of near misses, JSON inside JSON strings, escapes and raw UTF-8.
// The same options always give the same bytes, on every machine.

#ifndef SOTTO_BENCH_GENERATE_H_
#define SOTTO_BENCH_GENERATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/secret_ref.h"

namespace sotto::bench {

enum class Density : std::uint8_t {
  kSparse,   // An expression every 4 KiB or so.
  kTypical,  // Every 500 bytes.
  kDense,    // Every 60 bytes.
};

struct WorkloadOptions {
  std::size_t bytes = 64u << 10;  // A document is about so large.
  Density density = Density::kTypical;
  std::size_t secrets = 100;  // Distinct ones.
  bool minified = false;
  // As Go's encoding/json and others spell it: '<', '>' and '&' are \u003c,
  // \u003e and \u0026.
  bool escaped = false;
  // Some references stand where lint warns of them: in a URL, and in JSON that
  // is the text of a string.
  bool unwise = true;
  std::size_t documents = 1;  // Different ones, of the same secrets.
  std::uint64_t seed = 1;
};

// A made-up value: a token, a PEM block, one with quotes or control
// characters, one that looks like an expression, an empty one.
struct Secret {
  SecretRef ref;
  std::string value;
};

struct Document {
  std::string text;
  std::string rendered;  // What a renderer must make of it, byte for byte.
  std::size_t expressions = 0;
};

struct Workload {
  std::vector<Secret> secrets;
  std::vector<Document> documents;

  const Document& document() const { return documents.front(); }
};

Workload generate(const WorkloadOptions& options);

// The names of `count` secrets, as in my_datadog_secret.DATADOG_API_KEY.
std::vector<SecretRef> generate_names(std::size_t count);

// A generator of random numbers that is the same everywhere (the standard's
// distributions are not): splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  // In [0, bound).
  std::size_t below(std::size_t bound) { return next() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_GENERATE_H_
