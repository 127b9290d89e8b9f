// SPDX-License-Identifier: Apache-2.0
//
// What has to be done to the process itself, so that values do not leave it by
// a back door. The command does this first; who embeds the library decides.

#ifndef SOTTO_SERVICE_HARDEN_PROCESS_H_
#define SOTTO_SERVICE_HARDEN_PROCESS_H_

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"

namespace sotto {

// The variables that Sotto takes credentials from. What comes of them belongs
// into EngineOptions::credentials.
std::span<const std::string_view> credential_variables();

struct HardenOptions {
  // Environment variables that hold a credential or a value. They are taken
  // out of the environment.
  std::span<const std::string_view> credentials;
};

struct HardenReport {
  // What the kernel refused, each as a sentence for the user, who is to be
  // told once; empty if everything is in force.
  std::vector<Error> refused;
  // The values of the named variables that were set, by name.
  std::map<std::string, SecretString, std::less<>> credentials;
};

// For the whole process, and for good:
//
// - no core dump, and no reading of its memory by other processes of the same
//   user (PR_SET_DUMPABLE, RLIMIT_CORE: both, because a core_pattern that is a
//   pipe ignores the limit);
// - writing to a closed pipe or past a file size limit is an error of the call
//   and not a signal that kills (SIGPIPE, SIGXFSZ; a handler that is installed
//   already stays);
// - new files are nobody else's business (umask 077);
// - the credentials named are moved into secret memory, and the bytes that
//   /proc/PID/environ shows are overwritten, which unsetenv() alone does not.
//
// A child process inherits the limit, the umask and the ignored signals: who
// starts one gives it back what it should have.
//
// Call it first in main(), while there is one thread: like unsetenv() it must
// not run beside code that reads the environment. Half a dozen system calls.
// Fails with kNoMemory if a credential finds no place; the rest is in force
// then.
Result<HardenReport> harden_process(const HardenOptions& options = {});

}  // namespace sotto

#endif  // SOTTO_SERVICE_HARDEN_PROCESS_H_
