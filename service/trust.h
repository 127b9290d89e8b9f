// SPDX-License-Identifier: Apache-2.0
//
// The rule of trust: a checked-out folder must not choose where the user's
// credentials go.
//
// A sotto.json that was merely found may choose a scope and local stores below
// its own folder. One that asks for more, as a store elsewhere is, or that
// belongs to another user, counts only after `sotto trust` (its path and digest
// are recorded in the user's own configuration), or when the user names it with
// --config or SOTTO_CONFIG.

#ifndef SOTTO_SERVICE_TRUST_H_
#define SOTTO_SERVICE_TRUST_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "service/config.h"

namespace sotto {

// What a configuration asks for that needs trust, in words: "the catalog
// \"/etc/x\" lies outside its folder". Links are followed before it is decided
// what lies where. Empty: it needs none.
std::vector<std::string> reasons_for_trust(const Config& config);

// $XDG_CONFIG_HOME/sotto/trusted, or ~/.config/sotto/trusted. Fails with
// kInvalidConfig if neither variable is set.
Result<std::filesystem::path> trust_file();

// Is this file, with exactly this content, trusted? Fails with kUnsafeFile if
// the list of trusted files is not the user's own, and kIo.
Result<bool> is_trusted(const std::filesystem::path& config_file,
                        std::string_view text);

// Records it, in the place of an older word on the same path. Of several
// processes that do so at once none loses another's record: they wait for each
// other, and fail with kBusy after 2 s. Fails besides as write_private_file()
// does.
Result<void> record_trust(const std::filesystem::path& config_file,
                          std::string_view text);

// Takes the record on this path back, whatever the content of the file, which
// may be gone. Tells whether there was one. Fails as record_trust() does.
Result<bool> remove_trust(const std::filesystem::path& config_file);

}  // namespace sotto

#endif  // SOTTO_SERVICE_TRUST_H_
