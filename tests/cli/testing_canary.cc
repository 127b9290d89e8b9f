// SPDX-License-Identifier: Apache-2.0

#include "tests/cli/testing_canary.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <set>

namespace sotto::testing {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kLength = 40;
constexpr std::string_view kMark = "$CANARY_";

// FNV-1a: what matters is that other names give other values.
std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return hash;
}

// SplitMix64: the next of a row of numbers that look random.
std::uint64_t next(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

void record(const std::string& name, const std::string& value) {
  static std::set<std::string> recorded;
  const char* const file = std::getenv("SOTTO_TEST_CANARIES");
  if (file == nullptr || !recorded.insert(name).second) return;
  std::ofstream(file, std::ios::app) << name << ' ' << value << '\n';
}

}  // namespace

std::string canary(std::string_view name) {
  std::uint64_t state = hash_of(name);
  std::string value;
  while (value.size() < kLength) {
    value += kLetters[next(state) % kLetters.size()];
  }
  record(std::string(name), value);
  return value;
}

std::string with_canaries(std::string_view text) {
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t mark = text.find(kMark, at);
    result += text.substr(at, mark - at);
    if (mark == std::string_view::npos) return result;
    at = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
                                mark + kMark.size());
    if (at == std::string_view::npos) at = text.size();
    const std::size_t name = mark + kMark.size();
    result += canary(text.substr(name, at - name));
  }
}

}  // namespace sotto::testing
