// SPDX-License-Identifier: Apache-2.0
//
// What was found in a document, as an editor is told it, and how it can be
// mended. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_FINDINGS_H_
#define SOTTO_SERVICE_LSP_FINDINGS_H_

#include "base/diagnostic.h"
#include "service/lsp/document.h"
#include "service/lsp/json.h"
#include "service/lsp/text.h"

namespace sotto {

// "diagnostics" of the document. No member has a byte of the document but
// names.
LspJson lsp_diagnostics(const LspDocument& document);

struct LspActionOptions {
  LspJson range;              // Where a fix is wanted.
  LspJson only;               // Kinds that are wanted; null: all.
  bool with_version = false;  // The editor knows "documentChanges".
};

// "CodeAction"s: a quick fix for each finding in the range that has one; and
// all fixes of the document as one.
LspJson lsp_code_actions(const LspDocument& document,
                         const LspActionOptions& options);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_FINDINGS_H_
