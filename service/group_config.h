// SPDX-License-Identifier: Apache-2.0
//
// The member "groups" of a configuration. Internal to service/.

#ifndef SOTTO_SERVICE_GROUP_CONFIG_H_
#define SOTTO_SERVICE_GROUP_CONFIG_H_

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "resolver/group_schema.h"
#include "service/config_reader.h"

namespace sotto {

// `root` reads the whole configuration, which is `text`. Fails with
// kInvalidConfig.
Result<GroupSchemas> parse_group_schemas(const std::filesystem::path& file,
                                         std::string_view text,
                                         ObjectReader& root);

}  // namespace sotto

#endif  // SOTTO_SERVICE_GROUP_CONFIG_H_
