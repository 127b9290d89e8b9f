// SPDX-License-Identifier: Apache-2.0
//
// secrets.lock: what the catalog knows, as a file to be committed beside the
// workflows. With it they are linted where there is no store, no key and no
// network; and later it tells what has changed since. It holds names, places
// and versions: no value, and no digest of one.
//
//   {
//     "secrets_lock": 1,
//     "secrets": [
//       {"scope": "platform", "group": "github", "key": "TOKEN",
//        "store": "local", "version": 3, "state": "active", "hosts": []}
//     ],
//     "digest": "..."
//   }
//
// One line a secret, sorted, so that a version control system shows what
// changed. The digest is that of those lines: it tells a file that somebody
// edited, or merged badly.

#ifndef SOTTO_SERVICE_SECRETS_LOCK_H_
#define SOTTO_SERVICE_SECRETS_LOCK_H_

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

// As it is looked for, where nobody names one.
inline constexpr std::string_view kLockName = "secrets.lock";
inline constexpr std::size_t kMaxLockBytes = 512u << 20;

struct LockedSecret {
  Scope scope;
  SecretRef ref;
  std::string store;
  Version version = 0;
  SecretState state = SecretState::kActive;
  std::vector<std::string> hosts;  // Sorted. Those that its group is bound to.

  friend bool operator==(const LockedSecret&, const LockedSecret&) = default;
};

// What the catalog holds now, deleted secrets included; sorted by scope, group
// and key. Fails as Catalog::list() does.
Result<std::vector<LockedSecret>> secrets_of(const Catalog& catalog);

std::string write_secrets_lock(std::span<const LockedSecret> secrets);

// Fails with kCorrupt, saying where, for what is no such file or does not have
// its digest; with kNewerVersion for one of another version.
Result<std::vector<LockedSecret>> parse_secrets_lock(std::string_view text,
                                                     std::string_view name);
// Fails besides as read_input_file() does.
Result<std::vector<LockedSecret>> read_secrets_lock(
    const std::filesystem::path& file);

// A catalog in memory that knows them.
Result<Catalog> catalog_of(std::span<const LockedSecret> secrets);

// One difference between two of them. `before` or `after` is none if the
// secret is new or gone.
struct LockChange {
  std::optional<LockedSecret> before;
  std::optional<LockedSecret> after;
};

// Both sorted, as above; so is the answer.
std::vector<LockChange> changes_between(std::span<const LockedSecret> before,
                                        std::span<const LockedSecret> after);

// "github.TOKEN in platform: version 3, was 2; deleted, was active".
std::string describe(const LockChange& change);

}  // namespace sotto

#endif  // SOTTO_SERVICE_SECRETS_LOCK_H_
