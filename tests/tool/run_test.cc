// SPDX-License-Identifier: Apache-2.0
//
// The command is a function: called here in the test's own process, on its own
// descriptors.

#include "tool/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
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
  EXPECT_EQ(sotto({"render", "a\033[2Jb"}), 3);
  EXPECT_EQ(err_.text(), "sotto: error: \"a?[2Jb\" does not exist\n");
}

}  // namespace
}  // namespace sotto::tool
