// SPDX-License-Identifier: Apache-2.0

#include "service/reference_list.h"

#include <cstddef>

namespace sotto {

std::vector<ReferenceRow> list_references(const Source& source,
                                          const Template& parsed) {
  const std::vector<ReferenceUse> uses = reference_uses(parsed);
  std::vector<std::size_t> offsets;
  offsets.reserve(uses.size());
  for (const ReferenceUse& use : uses) offsets.push_back(use.span.begin);
  std::vector<std::string> pointers = json_pointers(parsed, offsets);
  pointers.resize(uses.size());

  std::vector<ReferenceRow> rows;
  rows.reserve(uses.size());
  for (std::size_t i = 0; i < uses.size(); ++i) {
    rows.push_back({source.name(), source.location(uses[i].span.begin),
                    std::move(pointers[i]),
                    parsed.references()[uses[i].reference]});
  }
  return rows;
}

}  // namespace sotto
