// SPDX-License-Identifier: Apache-2.0
//
// harden_process() changes the process for good: every test runs it in a child
// and looks at the child from within.

#include "service/harden_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

namespace sotto {
namespace {

// The exit status of `body` in a child process of its own.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string file_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(HardenProcess, DisablesCoreDumps) {
  EXPECT_EQ(in_child([] {
              if (!harden_process()) return 10;
              rlimit limit{1, 1};
              ::getrlimit(RLIMIT_CORE, &limit);
              if (limit.rlim_cur != 0 || limit.rlim_max != 0) return 11;
              return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 12;
            }),
            0);
}

TEST(HardenProcess, SaysNothingWhenEverythingIsInForce) {
  EXPECT_EQ(in_child([] {
              const auto report = harden_process();
              return report && report->refused.empty() ? 0 : 10;
            }),
            0);
}

TEST(HardenProcess, AClosedPipeIsAnErrorAndNoDeath) {
  EXPECT_EQ(in_child([] {
              if (!harden_process()) return 10;
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0) return 11;
              ::close(ends[0]);
              if (::write(ends[1], "x", 1) >= 0) return 12;
              return errno == EPIPE ? 0 : 13;
            }),
            0);
}

TEST(HardenProcess, AFileSizeLimitIsAnErrorAndNoDeath) {
  EXPECT_EQ(in_child([] {
              if (!harden_process()) return 10;
              const rlimit limit{1, 1};
              ::setrlimit(RLIMIT_FSIZE, &limit);
              std::string name = "/tmp/sotto-harden-XXXXXX";
              const int file = ::mkstemp(name.data());
              ::unlink(name.c_str());
              if (::write(file, "x", 1) != 1) return 11;
              if (::write(file, "x", 1) >= 0) return 12;
              return errno == EFBIG ? 0 : 13;
            }),
            0);
}

TEST(HardenProcess, LeavesAnInstalledHandlerAlone) {
  EXPECT_EQ(in_child([] {
              static volatile sig_atomic_t came = 0;
              ::signal(SIGPIPE, [](int) { came = 1; });
              if (!harden_process()) return 10;
              ::raise(SIGPIPE);
              return came == 1 ? 0 : 11;
            }),
            0);
}

TEST(HardenProcess, NewFilesBelongToTheOwnerAlone) {
  EXPECT_EQ(in_child([] {
              ::umask(0);
              if (!harden_process()) return 10;
              return ::umask(0) == 077 ? 0 : 11;
            }),
            0);
}

TEST(HardenProcess, C6_OverwritesCredentialsInTheEnvironment) {
  // One that the kernel laid out when this program started: setenv() would put
  // it where /proc/PID/environ does not look.
  std::string name;
  std::string value;
  for (char** entry = ::environ; *entry != nullptr && value.size() < 8;
       ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.starts_with("LD_")) continue;
    name = text.substr(0, equals);
    value = text.substr(equals + 1);
  }
  if (value.size() < 8) GTEST_SKIP() << "the environment is empty";
  // Between its NULs: PWD=... stands in OLDPWD=... too.
  const std::string whole = '\0' + name + "=" + value + '\0';
  const auto is_there = [&] {
    return ('\0' + file_text("/proc/self/environ")).find(whole) !=
           std::string::npos;
  };
  ASSERT_TRUE(is_there());

  EXPECT_EQ(in_child([&] {
              const char* const bytes = std::getenv(name.c_str());
              const std::array<std::string_view, 1> names{name};
              const auto report = harden_process({.credentials = names});
              if (!report) return 10;
              const auto found = report->credentials.find(name);
              if (found == report->credentials.end()) return 11;
              if (found->second.expose() != value) return 12;
              if (std::getenv(name.c_str()) != nullptr) return 13;
              const std::string zeros(value.size(), '\0');
              if (std::memcmp(bytes, zeros.data(), value.size()) != 0) {
                return 14;
              }
              // Not readable (and so empty) unless the tests run as root.
              return is_there() ? 15 : 0;
            }),
            0);
}

TEST(HardenProcess, C6_WipesAVariableThatIsThereTwice) {
  EXPECT_EQ(
      in_child([] {
        std::string first = "SOTTO_TEST_TOKEN=first-value";
        std::string other = "SOTTO_TEST_TOKEN_2=other";
        std::string second = "SOTTO_TEST_TOKEN=second-value";
        std::array<char*, 4> variables{first.data(), other.data(),
                                       second.data(), nullptr};
        ::environ = variables.data();
        const std::array<std::string_view, 2> names{"SOTTO_TEST_TOKEN",
                                                    "SOTTO_TEST_UNSET"};
        const auto report = harden_process({.credentials = names});
        if (!report || report->credentials.size() != 1) return 10;
        if (report->credentials.begin()->second.expose() != "first-value") {
          return 11;
        }
        if (first.find("value") != std::string::npos) return 12;
        if (second.find("value") != std::string::npos) return 13;
        if (std::getenv("SOTTO_TEST_TOKEN") != nullptr) return 14;
        return other == "SOTTO_TEST_TOKEN_2=other" ? 0 : 15;
      }),
      0);
}

}  // namespace
}  // namespace sotto
