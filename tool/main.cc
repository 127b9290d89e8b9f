// SPDX-License-Identifier: Apache-2.0
//
// The command `sotto`.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/harden_process.h"
#include "tool/run.h"
#include "tool/terminal.h"

int main(int argc, char** argv) {
  sotto::tool::Terminal terminal({});
  auto hardened =
      sotto::harden_process({.credentials = sotto::credential_variables()});
  if (!hardened) {
    terminal.error(hardened.error());
    return sotto::error_info(hardened.error().code).exit_status;
  }
  for (const sotto::Error& refused : hardened->refused) {
    terminal.warn(refused.message, refused.hint);
  }
  const std::vector<std::string> args(argv + 1, argv + argc);
  return sotto::tool::run(args, {},
                          std::make_shared<decltype(hardened->credentials)>(
                              std::move(hardened->credentials)));
}
