// SPDX-License-Identifier: Apache-2.0
//
// The language server: what `sotto lint` finds, as somebody types, and what the
// catalog knows of names, where they are typed. docs/lsp.md is its manual.

#ifndef SOTTO_SERVICE_LSP_SERVER_H_
#define SOTTO_SERVICE_LSP_SERVER_H_

#include <chrono>
#include <string>

#include "base/result.h"
#include "service/config.h"

namespace sotto {

struct LspOptions {
  int in = 0;   // What the editor writes.
  int out = 1;  // What it reads. Both stay open.
  // What flags say. Without a file each document has the configuration that is
  // found from its own folder upwards.
  ConfigOptions config;
  std::string version;  // Of the command, to be told.
  // So often it is looked whether a configuration or a catalog has changed.
  std::chrono::milliseconds look_again{1000};
};

// Serves until the editor says "exit", or says nothing any more. Answers the
// exit status: 0 if "shutdown" came first, else 1. One thread reads, this one
// works. Opens catalogs read only, and no store. Fails with kIo and kNoMemory.
Result<int> serve_lsp(const LspOptions& options);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_SERVER_H_
