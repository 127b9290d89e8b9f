// SPDX-License-Identifier: Apache-2.0
//
// What `sotto refs` lists: every place where documents name a secret.

#ifndef SOTTO_SERVICE_REFERENCE_LIST_H_
#define SOTTO_SERVICE_REFERENCE_LIST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "base/secret_ref.h"
#include "base/source.h"
#include "grammar/template.h"

namespace sotto {

struct ReferenceRow {
  std::string file;
  Location location;
  std::string pointer;  // "" in plain text.
  SecretRef ref;
};

// What an indexing found: of so many documents some refer to something.
struct IndexReport {
  std::size_t documents = 0;
  std::size_t referring = 0;
  std::size_t references = 0;
  std::size_t gone = 0;  // Were indexed, and are not there any more.
};

// In the order of the document. `source` is the template's own bytes.
std::vector<ReferenceRow> list_references(const Source& source,
                                          const Template& parsed);

}  // namespace sotto

#endif  // SOTTO_SERVICE_REFERENCE_LIST_H_
