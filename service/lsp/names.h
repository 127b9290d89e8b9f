// SPDX-License-Identifier: Apache-2.0
//
// What the catalog knows of names, as an editor shows it: completion, hover,
// and where a name is declared. Never a value. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_NAMES_H_
#define SOTTO_SERVICE_LSP_NAMES_H_

#include <cstddef>
#include <optional>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/span.h"
#include "service/lsp/document.h"
#include "service/lsp/json.h"
#include "service/lsp/project.h"

namespace sotto {

// So many are offered; what is typed next makes them fewer.
inline constexpr std::size_t kMaxLspItems = 1000;

// A reference in a document.
struct LspName {
  SecretRef ref;
  Span span;  // "SECRETS.group.KEY", as it is spelled.
};

// The one at a place, its end included.
std::optional<LspName> lsp_name_at(LspDocument& document, std::size_t offset);

// A "CompletionList": groups behind "SECRETS.", keys behind "SECRETS.group.",
// functions behind "FN.". Without a catalog there are functions alone.
// `with_snippets`: the editor puts the cursor where "$1" is. Fails as Catalog.
Result<LspJson> lsp_completion(const LspDocument& document, LspProject& project,
                               std::size_t offset, bool with_snippets);

// A "Hover": of a reference, where it is defined; of a function, what it does.
// null where neither stands. Fails as Catalog.
Result<LspJson> lsp_hover(LspDocument& document, LspProject& project,
                          std::size_t offset, bool with_markdown);

// A "Location": the document's own declaration of the name at the place, else
// its line in the secrets.lock beside sotto.json, else null.
LspJson lsp_definition(LspDocument& document, LspProject& project,
                       std::size_t offset, LspEncoding encoding);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_NAMES_H_
