// SPDX-License-Identifier: Apache-2.0
//
// What a Vault says, in types: pure functions of an answer's bytes. Internal to
// store/. Facts: the vendor's API documentation of kv-v2, sys/health, auth
// methods and auth/token; path_data.go and its neighbors of the KV engine.
//
// Bytes that are not what was promised are none (std::nullopt), and no word of
// them goes further. std::bad_alloc.

#ifndef SOTTO_STORE_VAULT_ANSWERS_H_
#define SOTTO_STORE_VAULT_ANSWERS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bindings.h"
#include "base/result.h"
#include "base/secret_string.h"
#include "store/store.h"

namespace sotto {

// A version of a group, without what it holds.
struct VaultVersion {
  Version number = 0;
  Timestamp created{};
  // When it was deleted, or will be; none: never.
  std::optional<Timestamp> deletion;
  bool destroyed = false;

  bool is_readable(Timestamp now) const {
    return !destroyed && (!deletion || *deletion > now);
  }
};

// A member of a group's data. `raw` is its JSON text and points into the
// answer; empty where the answer tells names only.
struct VaultMember {
  std::string name;
  std::string_view raw;
};

struct VaultGroup {
  VaultVersion version;
  bool has_data = false;             // No: deleted or destroyed.
  std::vector<VaultMember> members;  // Sorted by name.

  const VaultMember* find(std::string_view name) const;
};

// Of GET {mount}/data/... (200, and the 404 of what was deleted).
std::optional<VaultGroup> read_vault_group(std::string_view body);
// Of GET {mount}/subkeys/...: names alone.
std::optional<VaultGroup> read_vault_subkeys(std::string_view body);

// The value of a member. Fails with kMalformed, kLimit for more than
// kMaxValueSize bytes, kNoMemory; the messages do not name it.
Result<SecretValue> value_of_member(const VaultMember& member);

// A member that stands for a deleted key has its name behind this.
inline constexpr char kTombstone = '-';

// Of GET {mount}/metadata/...: its versions, newest first.
struct VaultMetadata {
  Version current = 0;
  std::vector<VaultVersion> versions;
};
std::optional<VaultMetadata> read_vault_metadata(std::string_view body);

// Of LIST: names, folders with a '/' at their end.
std::optional<std::vector<std::string>> read_vault_list(std::string_view body);

// Of POST {mount}/data/...: the version that was written.
std::optional<VaultVersion> read_vault_written(std::string_view body);

// Of a login or a renewal. A lease of 0 never ends.
struct VaultSession {
  SecretString token;
  std::chrono::seconds lease{0};
  bool renewable = false;
};
std::optional<VaultSession> read_vault_session(std::string_view body);

// Of sys/wrapping/lookup, and of an unwrapped secret id.
std::optional<std::string> read_vault_creation_path(std::string_view body);
std::optional<SecretString> read_vault_secret_id(std::string_view body);

// Of sys/internal/ui/mounts/...: what is mounted there.
struct VaultMount {
  std::string type;     // "kv"
  std::string version;  // "2"; empty for engines without.
};
std::optional<VaultMount> read_vault_mount(std::string_view body);

// Of sys/health, whatever its status.
struct VaultHealth {
  bool initialized = false;
  bool sealed = false;
  bool standby = false;
  bool performance_standby = false;
};
std::optional<VaultHealth> read_vault_health(std::string_view body);

// What an answer with a list of errors complains of, as far as it matters.
enum class VaultComplaint : std::uint8_t {
  kNone,         // The list is empty: the path never was.
  kNoRoute,      // Nothing is mounted there.
  kCasMismatch,  // The version is not the one that was named.
  kSealed,
  kUpgrading,    // The engine makes its data ready: another try may succeed.
  kBadWrapping,  // The wrapping token was used up, or never was.
  kOther,
};
// None for what is no list of errors.
std::optional<VaultComplaint> read_vault_complaint(std::string_view body);

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_ANSWERS_H_
