// SPDX-License-Identifier: Apache-2.0
//
// sotto lsp: the language server, for an editor to start.

#include "service/lsp/server.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {

Result<int> run_lsp(const Call& call) {
  const Options& options = call.options;
  LspOptions server;
  server.in = call.terminal.in();
  server.out = call.terminal.out();
  server.version = SOTTO_VERSION;
  server.config.file = options.config.value_or("");
  server.config.scope = options.scope;
  // Said now and not in the editor: what a flag has wrong, nothing mends.
  if (options.config) SOTTO_RETURN_IF_ERROR(load_config(call));
  if (options.scope) SOTTO_RETURN_IF_ERROR(Scope::parse(*options.scope));
  if (call.terminal.in_is_terminal()) {
    call.terminal.warn("this is a language server: an editor starts it",
                       "docs/lsp.md tells how; Ctrl-D ends it");
  }
  return serve_lsp(server);
}

}  // namespace sotto::tool
