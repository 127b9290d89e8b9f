// SPDX-License-Identifier: Apache-2.0
//
// The member "stores" of sotto.json. Internal to service/.

#ifndef SOTTO_SERVICE_STORE_CONFIG_H_
#define SOTTO_SERVICE_STORE_CONFIG_H_

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "service/config.h"
#include "service/config_reader.h"

namespace sotto {

// Sorted by name; none if the member is not there. Fails with kInvalidConfig,
// also for a credential that was written into the file.
Result<std::vector<StoreConfig>> parse_stores(const std::filesystem::path& file,
                                              ObjectReader& reader);

}  // namespace sotto

#endif  // SOTTO_SERVICE_STORE_CONFIG_H_
