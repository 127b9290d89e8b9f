// SPDX-License-Identifier: Apache-2.0
//
// The command is a function: called here in the test's own process, on its own
// descriptors.

#include "tool/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace sotto::tool {
namespace {

// A file without a name.
class Scratch {
 public:
  Scratch() : fd_(::open("/tmp", O_TMPFILE | O_RDWR, 0600)) {}
  ~Scratch() { ::close(fd_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  int fd() const { return fd_; }

  std::string text() const {
    std::string text(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), 0);
    EXPECT_EQ(::pread(fd_, text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    return text;
  }
  void put(std::string_view text) {
    ASSERT_EQ(::write(fd_, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    ::lseek(fd_, 0, SEEK_SET);
  }

 private:
  int fd_;
};

class RunTest : public ::testing::Test {
 protected:
  int sotto(std::vector<std::string> args) {
    return run(args, {in_.fd(), out_.fd(), err_.fd()});
  }

  Scratch in_;
  Scratch out_;
  Scratch err_;
};

TEST_F(RunTest, ReadsAndWritesTheDescriptorsThatItIsGiven) {
  in_.put(R"({"a": "<< SECRETS.a.B >>"})");
  EXPECT_EQ(sotto({"refs", "-"}), 0);
  EXPECT_EQ(out_.text(), "-:1:11: a.B  /a\n");
  EXPECT_EQ(err_.text(), "");
}

TEST_F(RunTest, RendersADocumentWithoutReferencesWithoutAnything) {
  in_.put(R"({"a": 1})");
  EXPECT_EQ(sotto({"render", "-"}), 0);
  EXPECT_EQ(out_.text(), R"({"a": 1})");
}

TEST_F(RunTest, ListsWhatIsWrongOnTheOtherDescriptor) {
  in_.put("{\"a\": \"<< SECRETS.a.B \"");
  EXPECT_EQ(sotto({"render", "-"}), 1);
  EXPECT_EQ(out_.text(), "");
  const std::string err = err_.text();
  EXPECT_TRUE(err.starts_with("-:1:")) << err;
  EXPECT_TRUE(err.ends_with("sotto: 2 errors in -, nothing was rendered\n"))
      << err;
}

TEST_F(RunTest, WithoutArgumentsIsWrongUsage) {
  EXPECT_EQ(sotto({}), 2);
  EXPECT_EQ(out_.text(), "");
  EXPECT_TRUE(err_.text().starts_with("sotto: renders"));
}

TEST_F(RunTest, MakesControlCharactersVisible) {
  EXPECT_EQ(sotto({"render", "a\n\302\233b", "--frobnicate\377"}), 2);
  EXPECT_TRUE(err_.text().starts_with(
      "sotto: error: \"sotto render\" has no flag \"--frobnicate?\"\n"))
      << err_.text();
}

TEST_F(RunTest, MakesControlCharactersOfAFilesNameVisible) {
  EXPECT_EQ(sotto({"render", "a\033[2Jb"}), 3);
  EXPECT_EQ(err_.text(), "sotto: error: \"a?[2Jb\" does not exist\n");
}

// Takes away the right to lock more than `bytes`, also from root.
bool limit_locked_memory(std::size_t bytes) {
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return false;
  return ::getuid() != 0 || ::setuid(65534) == 0;
}

// A large value has memory of its own, which is gone before the warning.
TEST_F(RunTest, TellsThatMemoryThatIsGoneByNowCouldNotBeLocked) {
  in_.put(std::string(300u << 10, 'x'));
  const pid_t child = ::fork();
  if (child == 0) {
    char folder[] = "/tmp/sotto-run-XXXXXX";
    if (!limit_locked_memory(256u << 10)) ::_exit(10);
    if (::mkdtemp(folder) == nullptr || ::chdir(folder) != 0) ::_exit(11);
    int status = sotto({"init", "--json"});
    if (status == 0) status = sotto({"secret", "set", "a.B"});
    std::filesystem::remove_all(folder);
    ::_exit(status);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(err_.text(),
            "sotto: warning: the memory for values could not be locked: they "
            "may be written to swap\n"
            "sotto: hint: raise the limit (ulimit -l), or refuse with "
            "--strict-memory\n");
}

}  // namespace
}  // namespace sotto::tool
