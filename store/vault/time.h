// SPDX-License-Identifier: Apache-2.0
//
// Times as a Vault writes them: RFC 3339, with fractions of a second.

#ifndef SOTTO_STORE_VAULT_TIME_H_
#define SOTTO_STORE_VAULT_TIME_H_

#include <optional>
#include <string_view>

#include "store/store.h"

namespace sotto {

// "2026-11-22T23:59:59.123456789Z", "2026-11-22T23:59:59+01:00"; fractions are
// cut off. None for anything else.
std::optional<Timestamp> parse_vault_time(std::string_view text);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_TIME_H_
