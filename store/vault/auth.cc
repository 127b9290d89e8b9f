// SPDX-License-Identifier: Apache-2.0

#include "store/vault/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <new>
#include <string_view>
#include <utility>

#include "store/http/answer_reader.h"
#include "store/vault/errors.h"

namespace sotto {
namespace {

constexpr int kOk = 200;
constexpr std::string_view kKubernetesToken =
    "/var/run/secrets/kubernetes.io/serviceaccount/token";

struct Field {
  std::string_view name;
  std::string_view text;
};

std::shared_ptr<const WipedBuffer> json_body(
    std::initializer_list<Field> fields) {
  WipedBuffer body;
  bool fits = true;
  char before = '{';
  for (const Field& field : fields) {
    fits = fits && body.append({&before, 1}) &&
           append_json_string(body, field.name) && body.append(":") &&
           append_json_string(body, field.text);
    before = ',';
  }
  if (!fits || !body.append("}")) throw std::bad_alloc();
  return std::make_shared<const WipedBuffer>(std::move(body));
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxCredential &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F; });
}

// Who a login is refused as, and what to do about it.
struct MethodWords {
  std::string_view name;
  std::string_view hint;
};

MethodWords words_of(VaultMethod method) {
  switch (method) {
    case VaultMethod::kAppRole:
      return {"AppRole",
              "check the role id and the secret id, which may have expired or "
              "been used up"};
    case VaultMethod::kJwt:
      return {"JWT",
              "check that the role exists, and that the JWT has what it is "
              "bound to and has not expired"};
    case VaultMethod::kKubernetes:
      return {"Kubernetes",
              "check that the role exists, and is bound to this service "
              "account and namespace"};
    case VaultMethod::kUserpass:
      return {"userpass", "check the user name and the password"};
    case VaultMethod::kToken:
    case VaultMethod::kTokenFile:
      break;
  }
  return {"token", "get a new one, as with: vault login"};
}

std::string_view default_mount(VaultMethod method) {
  return method == VaultMethod::kAppRole    ? "approle"
         : method == VaultMethod::kJwt      ? "jwt"
         : method == VaultMethod::kUserpass ? "userpass"
                                            : "kubernetes";
}

}  // namespace

std::string VaultAuthenticator::mount() const {
  return auth_.mount.empty() ? std::string(default_mount(auth_.method))
                             : auth_.mount;
}

Error VaultAuthenticator::refusal() const {
  const MethodWords words = words_of(auth_.method);
  const bool is_user = auth_.method == VaultMethod::kUserpass;
  return {ErrorCode::kForbidden,
          fmt::format("store \"{}\" refused the login by {} at \"auth/{}\" "
                      "as {} \"{}\"",
                      store_, words.name, mount(), is_user ? "user" : "role",
                      is_user ? auth_.user : auth_.role),
          std::string(words.hint)};
}

// From its file, or whoever can be asked.
Result<SecretString> VaultAuthenticator::credential(FileStamp& stamp) {
  const bool by_default =
      auth_.file.empty() && auth_.method == VaultMethod::kKubernetes;
  const std::filesystem::path file =
      by_default ? std::filesystem::path(kKubernetesToken) : auth_.file;
  if (!file.empty()) return read_credential(auth_.method, file, stamp);
  if (auth_.ask) {
    SOTTO_ASSIGN_OR_RETURN(SecretString value, auth_.ask());
    return checked_credential(auth_.method, std::move(value));
  }
  return fail(ErrorCode::kInvalidConfig,
              fmt::format("store \"{}\" has no {} to log in with", store_,
                          auth_.method == VaultMethod::kAppRole    ? "secret id"
                          : auth_.method == VaultMethod::kJwt      ? "JWT"
                          : auth_.method == VaultMethod::kUserpass ? "password"
                                                                   : "token"),
              "name a file that holds it in the store's \"auth\"");
}

Result<SecretString> VaultAuthenticator::read_token(FileStamp& stamp) {
  return credential(stamp);
}

Result<VaultSession> VaultAuthenticator::login(Operation& operation,
                                               bool& refused) {
  refused = false;
  CallCounts counts;
  counts.logins = 1;
  if (auth_.method == VaultMethod::kAppRole && auth_.wrapped) {
    SOTTO_ASSIGN_OR_RETURN(const SecretString* const id,
                           secret_id(operation, refused));
    operation.add(counts);
    auto session = log_in_with(*id, operation, refused);
    if (refused) unwrapped_.reset();
    return session;
  }
  FileStamp stamp;
  SOTTO_ASSIGN_OR_RETURN(const SecretString shown, credential(stamp));
  operation.add(counts);
  return log_in_with(shown, operation, refused);
}

Result<VaultSession> VaultAuthenticator::log_in_with(const SecretString& shown,
                                                     Operation& operation,
                                                     bool& refused) {
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = fmt::format("/v1/auth/{}/login", mount());
  call.idempotent = false;
  if (auth_.method == VaultMethod::kUserpass) {
    call.target += fmt::format("/{}", auth_.user);
    call.body = json_body({{"password", shown.expose()}});
  } else if (auth_.method == VaultMethod::kAppRole) {
    call.body =
        json_body({{"role_id", auth_.role}, {"secret_id", shown.expose()}});
  } else {
    call.body = json_body({{"role", auth_.role}, {"jwt", shown.expose()}});
  }
  const CallResult answer = calls_.run(call, operation);
  return read_session(answer, refused);
}

Result<VaultSession> VaultAuthenticator::read_session(const CallResult& answer,
                                                      bool& refused) {
  if (!answer) return tl::unexpected(answer.error().error);
  if (answer->status == 400 || answer->status == 401 || answer->status == 403) {
    refused = true;
    return tl::unexpected(refusal());
  }
  if (answer->status != kOk) {
    return tl::unexpected(vault_errors::refused(
        {store_, fmt::format("auth/{}", mount()), "update", "/v1/"}, *answer));
  }
  auto session = read_vault_session(answer->body.expose());
  if (!session || !is_token(session->token.expose())) {
    return tl::unexpected(vault_errors::malformed(store_));
  }
  return std::move(*session);
}

Result<VaultSession> VaultAuthenticator::renew(
    std::shared_ptr<const SecretString> token, Operation& operation) {
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = "/v1/auth/token/renew-self";
  call.token = std::move(token);
  call.body = json_body({{"increment", "0"}});
  bool refused = false;
  return read_session(calls_.run(call, operation), refused);
}

Result<bool> VaultAuthenticator::is_valid(
    std::shared_ptr<const SecretString> token, Operation& operation) {
  VaultCall call;
  call.target = "/v1/auth/token/lookup-self";
  call.token = std::move(token);
  const CallResult answer = calls_.run(call, operation);
  if (!answer) return tl::unexpected(answer.error().error);
  if (answer->status == kOk) return true;
  if (answer->status == 403) return false;
  return tl::unexpected(vault_errors::refused(
      {store_, "auth/token", "read", call.target}, *answer));
}

Result<const SecretString*> VaultAuthenticator::secret_id(Operation& operation,
                                                          bool& refused) {
  if (unwrapped_ && !auth_.file.empty()) {
    // A new wrapping token is a new secret id.
    const auto stamp = credential_stamp(auth_.method, auth_.file);
    if (stamp && *stamp != unwrapped_from_) unwrapped_.reset();
  }
  if (!unwrapped_) {
    SOTTO_ASSIGN_OR_RETURN(SecretString wrapping, credential(unwrapped_from_));
    SOTTO_ASSIGN_OR_RETURN(unwrapped_,
                           unwrap(std::move(wrapping), operation, refused));
  }
  return &*unwrapped_;
}

// Only what a role's own secret-id path wrapped is a secret id: whoever takes
// a wrapping token and wraps something else is found out here.
Result<void> VaultAuthenticator::check_wrapping(const SecretString& wrapping,
                                                Operation& operation,
                                                bool& refused) {
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = "/v1/sys/wrapping/lookup";
  call.body = json_body({{"token", wrapping.expose()}});
  const CallResult answer = calls_.run(call, operation);
  if (!answer) return tl::unexpected(answer.error().error);
  if (answer->status == 400 || answer->status == 403) {
    refused = true;
    return fail(ErrorCode::kForbidden,
                fmt::format("the wrapping token of store \"{}\" was used "
                            "before, or has expired: somebody else may have "
                            "the secret id",
                            store_),
                "find out who unwrapped it, have the secret id destroyed and a "
                "new one wrapped");
  }
  if (answer->status != kOk) {
    return tl::unexpected(
        vault_errors::refused({store_, "sys", "update", call.target}, *answer));
  }
  const auto path = read_vault_creation_path(answer->body.expose());
  if (!path) return tl::unexpected(vault_errors::malformed(store_));
  if (path->starts_with(fmt::format("auth/{}/role/", mount())) &&
      path->ends_with("/secret-id")) {
    return {};
  }
  refused = true;
  return fail(ErrorCode::kForbidden,
              fmt::format("the wrapping token of store \"{}\" does not wrap a "
                          "secret id of \"auth/{}\": somebody may have put it "
                          "in place of the true one",
                          store_, mount()),
              "find out where it came from, and have a new secret id wrapped");
}

Result<SecretString> VaultAuthenticator::unwrap(SecretString wrapping,
                                                Operation& operation,
                                                bool& refused) {
  SOTTO_RETURN_IF_ERROR(check_wrapping(wrapping, operation, refused));
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = "/v1/sys/wrapping/unwrap";
  call.token = std::make_shared<const SecretString>(std::move(wrapping));
  call.idempotent = false;
  const CallResult answer = calls_.run(call, operation);
  if (!answer) return tl::unexpected(answer.error().error);
  if (answer->status != kOk) {
    refused = answer->status == 400 || answer->status == 403;
    return tl::unexpected(
        vault_errors::refused({store_, "sys", "update", call.target}, *answer));
  }
  auto id = read_vault_secret_id(answer->body.expose());
  if (!id) return tl::unexpected(vault_errors::malformed(store_));
  return std::move(*id);
}

}  // namespace sotto
