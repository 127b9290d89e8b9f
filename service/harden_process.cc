// SPDX-License-Identifier: Apache-2.0

#include "service/harden_process.h"

#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/guarded.h"
#include "service/system_error.h"

namespace sotto {
namespace {

void disable_dumps(std::vector<Error>& refused) {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    refused.push_back(
        system_error(errno, "cannot keep other processes out of memory"));
  }
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) {
    refused.push_back(system_error(errno, "cannot disable core dumps"));
  }
}

void ignore_unless_handled(int signal) {
  struct sigaction action{};
  if (::sigaction(signal, nullptr, &action) != 0) return;
  if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) {
    return;
  }
  action.sa_handler = SIG_IGN;
  ::sigaction(signal, &action, nullptr);
}

// The value in `entry`, if that is "NAME=value"; null otherwise.
char* value_of(char* entry, std::string_view name) {
  if (std::strncmp(entry, name.data(), name.size()) != 0) return nullptr;
  return entry[name.size()] == '=' ? entry + name.size() + 1 : nullptr;
}

// The first value of the variable, as getenv() would find it. A variable may
// stand in the environment more than once: all of them are wiped.
Result<std::optional<SecretString>> take_variable(std::string_view name) {
  std::optional<SecretString> taken;
  if (name.empty() || ::environ == nullptr) return taken;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    char* const value = value_of(*entry, name);
    if (value == nullptr) continue;
    if (!taken) {
      SOTTO_ASSIGN_OR_RETURN(taken, SecretString::copy_of(value));
    }
    sodium_memzero(value, std::strlen(value));
  }
  if (taken) ::unsetenv(std::string(name).c_str());
  return taken;
}

constexpr std::array<std::string_view, 4> kCredentials{
    "SOTTO_VAULT_PASSWORD", "SOTTO_VAULT_SECRET_ID", "SOTTO_VAULT_TOKEN",
    "VAULT_TOKEN"};

}  // namespace

std::span<const std::string_view> credential_variables() {
  return kCredentials;
}

Result<HardenReport> harden_process(const HardenOptions& options) {
  return guarded([&]() -> Result<HardenReport> {
    HardenReport report;
    disable_dumps(report.refused);
    ignore_unless_handled(SIGPIPE);
    ignore_unless_handled(SIGXFSZ);
    ::umask(S_IRWXG | S_IRWXO);
    for (const std::string_view name : options.credentials) {
      SOTTO_ASSIGN_OR_RETURN(std::optional<SecretString> value,
                             take_variable(name));
      if (value) report.credentials.emplace(name, std::move(*value));
    }
    return report;
  });
}

}  // namespace sotto
