// SPDX-License-Identifier: Apache-2.0
//
// HashiCorp Vault and OpenBao, KV version 2 (docs/vault.md): a group is one
// secret of theirs, its keys the members of its data.
//
// Where it is: {mount}/data/{prefix}/{scope}/{group}, as in
// secret/data/sotto/org/acme/github; VaultOptions::paths names groups that were
// there before Sotto came.
//
// A key that was deleted leaves a member of its name with a '-' in front, which
// no name has: so it can be told from one that never was, in the same read, and
// by whoever looks. Setting the key takes it away again. Members that are no
// keys of Sotto's are left as they are.
//
// What is different from a local store:
// - Values are UTF-8 (kUsage): a Vault keeps JSON. What others have put there
//   may be a number or an object: SecretValue::Kind::kJson.
// - A batch of groups is not written as one: what is known before the first of
//   them is written stops them all, what goes wrong later is one group's.
// - SecretInfo::version and updated are those of the group's latest version.
// - A group that was deleted as a whole (vault kv delete) is kDeleted, key by
//   key, and restore() brings it back as a whole. One that was destroyed is
//   kMissing.

#ifndef SOTTO_STORE_VAULT_STORE_H_
#define SOTTO_STORE_VAULT_STORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/store.h"

namespace sotto {

enum class VaultMethod : std::uint8_t {
  kToken,       // Out of `file`, or asked for: VAULT_TOKEN, ~/.vault-token.
  kTokenFile,   // A file, read again when it changes.
  kAppRole,     // role_id and a secret id, which may be response-wrapped.
  kJwt,         // role and a file with a JWT.
  kKubernetes,  // role and the service account's token.
  kUserpass,    // user name and a password that is asked for.
};

std::string_view to_string(VaultMethod method);

// The credential itself is in a file (mode 0600, unless it is a projected
// service account token) or asked for; never in a configuration.
struct VaultAuth {
  VaultMethod method = VaultMethod::kToken;
  std::string mount;  // Empty: the method's own name.
  std::string role;   // AppRole: the role id. JWT, Kubernetes: the role.
  std::string user;   // userpass.
  // The token, secret id, JWT or password. Empty: the method's default, else
  // `ask`.
  std::filesystem::path file;
  bool wrapped = false;  // AppRole: the secret id is a wrapping token.
  // Asked each time a credential is needed that no file holds.
  std::function<Result<SecretString>()> ask;
};

struct VaultOptions {
  std::string name = "vault";  // As configured.
  std::string address;         // "https://vault:8200"
  // Others of the same cluster: a standby's redirect is obeyed only to one of
  // these.
  std::vector<std::string> other_addresses;
  std::string name_space;  // X-Vault-Namespace; empty: none.
  std::string mount = "secret";
  std::string prefix = "sotto";
  // Groups that live elsewhere below the mount: {scope, group} -> path.
  std::map<std::pair<Scope, std::string>, std::string> paths;
  VaultAuth auth;
  std::filesystem::path ca_file;
  std::filesystem::path client_cert;
  std::filesystem::path client_key;
  std::size_t max_calls = 128;  // Side by side.
};

// Fetches a group once, whatever number of its keys are asked for, and all
// groups side by side. Connects and logs in when it is first asked.
class VaultStore : public VersionedStore {
 public:
  // Fails with kInvalidConfig, and as HttpClient::open().
  static Result<std::unique_ptr<VaultStore>> open(VaultOptions options);
};

}  // namespace sotto

#endif  // SOTTO_STORE_VAULT_STORE_H_
