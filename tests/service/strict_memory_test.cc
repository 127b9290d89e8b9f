// SPDX-License-Identifier: Apache-2.0
//
// L09: with strict_memory, an engine handles no value where memory cannot be
// locked. Locks and their limit are a matter of the process, so each test runs
// in a child.

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "base/secret_memory.h"
#include "service/engine.h"
#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

constexpr std::string_view kDocument = R"(["<< SECRETS.a.B >>"])";

// The exit status of `body` in a child process of its own.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Takes away the right to lock memory, also from root, who stays who it is.
bool forbid_locked_memory() {
  const rlimit none{0, 0};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct no_capability[2]{};
  return ::setrlimit(RLIMIT_MEMLOCK, &none) == 0 &&
         ::syscall(SYS_capset, &header, no_capability) == 0;
}

class StrictMemoryTest : public EngineFixture {
 protected:
  void SetUp() override {
    EngineFixture::SetUp();
    Engine engine = open();
    define(engine, {"a", "B"}, "value");
  }

  static std::string render(Engine& engine, std::string_view document) {
    WipedBuffer out;
    const auto result = engine.render(parse_template(document), out);
    if (!result) return error_of(result) + std::string(out.expose());
    return std::string(out.expose());
  }
};

TEST_F(StrictMemoryTest, L09_RefusesWhateverHandlesAValue) {
  config_.strict_memory = true;
  EXPECT_EQ(
      in_child([&] {
        if (!forbid_locked_memory()) return 10;
        const SecretBuilder unlocked(1u << 20);
        if (secret_memory_status().all_locked()) return 11;
        const std::string refusal =
            "no-memory: memory for secrets cannot be locked: the limit is 0 "
            "KiB | raise the limit of locked memory (ulimit -l)";
        Engine engine = open();
        if (render(engine, kDocument) != refusal) return 12;
        if (error_of(engine.resolve(parse_template(kDocument))) != refusal) {
          return 13;
        }
        if (error_of(engine.read(Scope::platform(), {"a", "B"})) != refusal) {
          return 14;
        }
        if (error_of(engine.manager()) != refusal) return 15;
        if (error_of(engine.sync()) != refusal) return 16;
        return error_of(engine.verify()) == refusal ? 0 : 17;
      }),
      0);
}

TEST_F(StrictMemoryTest, L09_HindersNobodyWhoHandlesNone) {
  config_.strict_memory = true;
  EXPECT_EQ(in_child([&] {
              if (!forbid_locked_memory()) return 10;
              const SecretBuilder unlocked(1u << 20);
              Engine engine = open();
              if (render(engine, "{}") != "{}") return 11;
              if (!engine.plan(parse_template(kDocument))) return 12;
              return engine.describe(Scope::platform(), {"a", "B"}) ? 0 : 13;
            }),
            0);
}

TEST_F(StrictMemoryTest, L09_WithoutItGoesOn) {
  EXPECT_EQ(in_child([&] {
              if (!forbid_locked_memory()) return 10;
              const SecretBuilder unlocked(1u << 20);
              Engine engine = open();
              if (render(engine, kDocument) != R"(["value"])") return 11;
              return secret_memory_status().ever_unlocked ? 0 : 12;
            }),
            0);
}

}  // namespace
}  // namespace sotto::testing
