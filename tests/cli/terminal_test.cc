// SPDX-License-Identifier: Apache-2.0
//
// The command on a terminal: it asks without showing the answer, and does not
// print values unasked.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/cli/testing_canary.h"
#include "tests/cli/testing_process.h"

namespace sotto::testing {
namespace {

// A program with a terminal of its own, and what it has shown so far.
class OnTerminal {
 public:
  OnTerminal(const Sandbox& sandbox, std::vector<std::string> args) {
    child_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (child_ != 0) return;
    if (::chdir(sandbox.work().c_str()) != 0) ::_exit(126);
    for (const auto& [name, value] : sandbox.environment()) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    ::setenv("TERM", "xterm", 1);
    std::vector<char*> words;
    for (std::string& arg : args) words.push_back(arg.data());
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;
  ~OnTerminal() { ::close(terminal_); }

  void type(const std::string& text) {
    ASSERT_EQ(::write(terminal_, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  // Reads until `text` was shown after what was waited for before.
  bool wait_for(const std::string& text) {
    while (shown_.find(text, seen_) == std::string::npos) {
      if (!read_some()) return false;
    }
    seen_ = shown_.find(text, seen_) + text.size();
    return true;
  }

  // Its exit status; 128 + n for signal n.
  int wait() {
    while (read_some()) {
    }
    int status = 0;
    ::waitpid(child_, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  bool echoes() const {
    termios state{};
    ::tcgetattr(terminal_, &state);
    return (state.c_lflag & ECHO) != 0;
  }

  pid_t child() const { return child_; }
  const std::string& shown() const { return shown_; }

 private:
  bool read_some() {
    pollfd ready{terminal_, POLLIN, 0};
    if (::poll(&ready, 1, 20'000) <= 0) return false;
    char buffer[4096];
    const ssize_t got = ::read(terminal_, buffer, sizeof buffer);
    if (got <= 0) return false;
    shown_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string shown_;
  std::size_t seen_ = 0;
};

class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sotto({"init"}).status, 0);
    write_file(sandbox_.work() / "flow.json", R"(["<< SECRETS.a.B >>"])");
  }

  Ended sotto(std::vector<std::string> args) {
    Program program;
    program.args = std::move(args);
    program.args.insert(program.args.begin(), command_under_test().string());
    program.folder = sandbox_.work();
    program.environment = sandbox_.environment();
    return run_program(program);
  }

  void define(const std::string& value) {
    write_file(sandbox_.work() / "value", value);
    ASSERT_EQ(sotto({"secret", "set", "a.B", "--file", "value"}).status, 0);
  }

  Sandbox sandbox_;
  const std::string value_ = canary("TYPED");
};

TEST_F(TerminalTest, AsksBeforeWhatDocumentsNeedIsDeleted) {
  define(value_);
  ASSERT_EQ(sotto({"catalog", "index", "flow.json"}).status, 0);
  for (const auto& [answer, status] :
       {std::pair("n", 3), std::pair("", 3), std::pair("no, yes", 3),
        std::pair("y", 0)}) {
    OnTerminal on(sandbox_, {"sotto", "secret", "delete", "a.B"});
    ASSERT_TRUE(on.wait_for(
        "warning: secret \"a.B\" is needed: 1 indexed document refers to it"))
        << on.shown();
    ASSERT_TRUE(on.wait_for("delete it? [y/N] ")) << on.shown();
    EXPECT_TRUE(on.echoes());
    on.type(answer + std::string("\n"));
    EXPECT_TRUE(on.wait_for(status == 0 ? "deleted a.B in platform"
                                        : "error: nothing was deleted"))
        << on.shown();
    EXPECT_EQ(on.wait(), status) << answer;
  }
}

TEST_F(TerminalTest, AsksForAValueTwiceAndShowsNothingOfIt) {
  OnTerminal on(sandbox_, {"sotto", "secret", "set", "a.B"});
  ASSERT_TRUE(on.wait_for("value of \"a.B\": ")) << on.shown();
  EXPECT_FALSE(on.echoes());
  on.type(value_ + "\n");
  ASSERT_TRUE(on.wait_for("once more: ")) << on.shown();
  on.type(value_ + "\n");
  EXPECT_EQ(on.wait(), 0) << on.shown();
  EXPECT_EQ(on.shown().find(value_), std::string::npos);
  EXPECT_EQ(sotto({"secret", "get", "a.B", "--reveal"}).out, value_);
}

TEST_F(TerminalTest, AsksAgainIfTheTwoDiffer) {
  OnTerminal on(sandbox_, {"sotto", "secret", "set", "a.B"});
  ASSERT_TRUE(on.wait_for("value of \"a.B\": "));
  on.type(value_ + "\n");
  ASSERT_TRUE(on.wait_for("once more: "));
  on.type(canary("OTHER") + "\n");
  ASSERT_TRUE(on.wait_for("the two were not the same")) << on.shown();
  ASSERT_TRUE(on.wait_for("value of \"a.B\": "));
  on.type(canary("RIGHT") + "\n");
  ASSERT_TRUE(on.wait_for("once more: "));
  on.type(canary("RIGHT") + "\n");
  EXPECT_EQ(on.wait(), 0) << on.shown();
  EXPECT_EQ(sotto({"secret", "get", "a.B", "--reveal"}).out, canary("RIGHT"));
}

TEST_F(TerminalTest, W10_AnInterruptedQuestionGivesTheTerminalBack) {
  for (const int signal : {SIGINT, SIGTERM}) {
    OnTerminal on(sandbox_, {"sotto", "secret", "set", "a.B"});
    ASSERT_TRUE(on.wait_for("value of \"a.B\": "));
    ASSERT_FALSE(on.echoes());
    ::kill(on.child(), signal);
    EXPECT_EQ(on.wait(), 128 + signal) << on.shown();
    EXPECT_EQ(sotto({"secret", "get", "a.B"}).status, 1);
  }
}

TEST_F(TerminalTest, APasswordForAVaultIsAskedForAndNotShown) {
  write_file(sandbox_.work() / "vault.json", R"({
    "stores": {"vault": {"type": "vault", "address": "http://127.0.0.1:1",
      "auth": {"method": "userpass", "username": "bob"}}},
    "catalog": ".sotto/catalog.db"
  })");
  OnTerminal on(sandbox_, {"sotto", "secret", "set", "c.D", "--file",
                           "flow.json", "--config", "vault.json"});
  ASSERT_TRUE(on.wait_for("password of \"bob\" for the store \"vault\": "));
  EXPECT_FALSE(on.echoes());
  on.type(value_ + "\n");
  EXPECT_EQ(on.wait(), 3);
  EXPECT_NE(on.shown().find("cannot reach \"127.0.0.1:1\""), std::string::npos)
      << on.shown();
  EXPECT_EQ(on.shown().find(value_), std::string::npos);
}

TEST_F(TerminalTest, TheEndOfInputIsNoAnswer) {
  OnTerminal on(sandbox_, {"sotto", "secret", "set", "a.B"});
  ASSERT_TRUE(on.wait_for("value of \"a.B\": "));
  on.type("\x04");
  EXPECT_EQ(on.wait(), 3);
  EXPECT_NE(on.shown().find("sotto: error: no answer was given"),
            std::string::npos)
      << on.shown();
}

TEST_F(TerminalTest, ADocumentIsNotPrintedOnATerminalUnasked) {
  define(value_);
  OnTerminal refused(sandbox_, {"sotto", "render", "flow.json"});
  EXPECT_EQ(refused.wait(), 2);
  EXPECT_NE(refused.shown().find("a rendered document holds secrets and is "
                                 "not printed on a terminal"),
            std::string::npos)
      << refused.shown();
  EXPECT_EQ(refused.shown().find(value_), std::string::npos);

  OnTerminal asked(sandbox_, {"sotto", "render", "flow.json", "--reveal"});
  EXPECT_EQ(asked.wait(), 0);
  EXPECT_NE(asked.shown().find(value_), std::string::npos);
}

TEST_F(TerminalTest, ADashForTheOutputIsTheTerminalToo) {
  define(value_);
  // A file of that name is not what is meant.
  write_file(sandbox_.work() / "-", "");
  OnTerminal refused(sandbox_, {"sotto", "render", "flow.json", "-o", "-"});
  EXPECT_EQ(refused.wait(), 2);
  EXPECT_EQ(refused.shown(),
            "sotto: error: a rendered document holds secrets and is not "
            "printed on a terminal\r\n"
            "sotto: hint: write it to a file with --output, or add "
            "--reveal\r\n");

  OnTerminal asked(sandbox_,
                   {"sotto", "render", "flow.json", "-o", "-", "--reveal"});
  EXPECT_EQ(asked.wait(), 0);
  EXPECT_EQ(asked.shown(), "[\"" + value_ + "\"]");
}

TEST_F(TerminalTest, AValueIsShownWithRevealAlone) {
  define(value_);
  OnTerminal known(sandbox_, {"sotto", "secret", "get", "a.B"});
  EXPECT_EQ(known.wait(), 0);
  EXPECT_EQ(known.shown().find(value_), std::string::npos);
  OnTerminal asked(sandbox_, {"sotto", "secret", "get", "a.B", "--reveal"});
  EXPECT_EQ(asked.wait(), 0);
  EXPECT_EQ(asked.shown(), value_ + "\r\n");
}

TEST_F(TerminalTest, ColorsAreForTerminalsThatWantThem) {
  OnTerminal colored(sandbox_, {"sotto", "render", "flow.json", "-o", "out"});
  EXPECT_EQ(colored.wait(), 1);
  EXPECT_NE(colored.shown().find("\033["), std::string::npos);
  OnTerminal plain(sandbox_, {"env", "NO_COLOR=1", "sotto", "render",
                              "flow.json", "-o", "out"});
  EXPECT_EQ(plain.wait(), 1);
  EXPECT_EQ(plain.shown().find('\033'), std::string::npos) << plain.shown();
  EXPECT_EQ(sotto({"render", "flow.json"}).err.find('\033'), std::string::npos);
}

TEST_F(TerminalTest, WhatTakesLongerThanASecondIsShown) {
  ASSERT_EQ(::mkfifo((sandbox_.work() / "slow").c_str(), 0600), 0);
  OnTerminal on(sandbox_, {"sotto", "render", "slow", "-o", "out"});
  ASSERT_TRUE(on.wait_for("sotto: render slow, 2 s")) << on.shown();
  write_file(sandbox_.work() / "slow", "{}");
  EXPECT_EQ(on.wait(), 0);
  // And is taken away.
  EXPECT_TRUE(on.shown().ends_with("\r\033[K")) << on.shown();
}

TEST_F(TerminalTest, OfManyFilesItIsShownHowFarTheyAre) {
  write_file(sandbox_.work() / "fine.json", "[]");
  ASSERT_EQ(::mkfifo((sandbox_.work() / "slow").c_str(), 0600), 0);
  OnTerminal on(sandbox_,
                {"sotto", "render", "--out-dir", "out", "fine.json", "slow"});
  ASSERT_TRUE(on.wait_for("sotto: render 2 files, 1 read, 2 s")) << on.shown();
  write_file(sandbox_.work() / "slow", "{}");
  EXPECT_EQ(on.wait(), 0);
  EXPECT_TRUE(on.shown().ends_with("\r\033[K")) << on.shown();
}

TEST_F(TerminalTest, APassphraseIsAskedForAndNotShown) {
  Sandbox other;
  OnTerminal init(other, {"sotto", "init", "--passphrase"});
  ASSERT_TRUE(init.wait_for("new passphrase: ")) << init.shown();
  init.type(value_ + "\n");
  ASSERT_TRUE(init.wait_for("once more: "));
  init.type(value_ + "\n");
  EXPECT_EQ(init.wait(), 0) << init.shown();
  EXPECT_EQ(init.shown().find(value_), std::string::npos);

  OnTerminal verify(other, {"sotto", "catalog", "verify"});
  ASSERT_TRUE(verify.wait_for("passphrase of the store \"local\": "));
  verify.type(value_ + "\n");
  EXPECT_EQ(verify.wait(), 0) << verify.shown();

  OnTerminal wrong(other, {"sotto", "catalog", "verify"});
  ASSERT_TRUE(wrong.wait_for("passphrase of the store \"local\": "));
  wrong.type(canary("OTHER") + "\n");
  EXPECT_EQ(wrong.wait(), 3) << wrong.shown();
  EXPECT_EQ(wrong.shown().find(canary("OTHER")), std::string::npos);
}

}  // namespace
}  // namespace sotto::testing
