// SPDX-License-Identifier: Apache-2.0
//
// Reads the groups g0, g1, ... of the platform over and over, for speed.py:
// sotto_vault_reader ADDRESS TOKEN GROUPS TIMES prints the seconds of each
// time, a line each, the first being that of a cold connection.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "store/vault_store.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  sotto::VaultOptions options;
  options.address = argv[1];
  options.auth.ask = [&] { return sotto::SecretString::copy_of(argv[2]); };
  const auto store = sotto::VaultStore::open(std::move(options));
  if (!store) return 1;
  std::vector<sotto::Locator> locators;
  for (int group = 0; group < std::atoi(argv[3]); ++group) {
    const std::string name = "g" + std::to_string(group);
    for (int key = 0; key < 10; ++key) {
      locators.push_back({{}, {name, "K" + std::to_string(key)}, {}, {}});
    }
  }
  for (int i = 0; i < std::atoi(argv[4]); ++i) {
    const auto began = std::chrono::steady_clock::now();
    for (const auto& fetched : (*store)->fetch(locators)) {
      if (!fetched) return 1;
    }
    const std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - began;
    std::printf("%.6f\n", took.count());
  }
  return 0;
}
