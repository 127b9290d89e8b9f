// SPDX-License-Identifier: Apache-2.0
//
// The command `sotto`.

#include <string>
#include <vector>

#include "service/harden_process.h"
#include "tool/run.h"
#include "tool/terminal.h"

int main(int argc, char** argv) {
  sotto::tool::Terminal terminal({});
  const auto hardened = sotto::harden_process();
  if (!hardened) {
    terminal.error(hardened.error());
    return sotto::error_info(hardened.error().code).exit_status;
  }
  for (const sotto::Error& refused : hardened->refused) {
    terminal.warn(refused.message, refused.hint);
  }
  const std::vector<std::string> args(argv + 1, argv + argc);
  return sotto::tool::run(args);
}
