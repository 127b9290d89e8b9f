// SPDX-License-Identifier: Apache-2.0

#include "service/passphrase.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "service/system_error.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

TEST(Passphrase, IsWhatAFileHoldsWithoutTheLineBreakOfAnEditor) {
  TempFolder folder;
  for (const char* const text : {"a b", "a b\n", "a b\r\n"}) {
    const auto phrase = read_passphrase_file(folder.write("f", text));
    ASSERT_TRUE(phrase) << error_of(phrase);
    EXPECT_TRUE(holds(*phrase, "a b"));
  }
  EXPECT_TRUE(holds(*read_passphrase_file(folder.write("f", "a\n\n")), "a\n"));
}

TEST(Passphrase, OfAFileThatOthersMayReadIsRefused) {
  TempFolder folder;
  const fs::path file = folder.write("f", "a");
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(error_of(read_passphrase_file(file)),
            "unsafe-file: \"" + file.native() +
                "\" holds a passphrase and must be a file of your own with "
                "mode 0600 | chmod 600 \"" +
                file.native() + "\"");
}

TEST(Passphrase, ThatIsNoneIsRefused) {
  TempFolder folder;
  const fs::path file = folder.write("f", "\n");
  EXPECT_EQ(error_of(read_passphrase_file(file)),
            "usage: the passphrase in \"" + file.native() + "\" is empty");
  folder.write("f", std::string(1025, 'x'));
  EXPECT_EQ(error_of(read_passphrase_file(file)),
            "limit: \"" + file.native() + "\" is larger than 1024 bytes");
  fs::remove(file);
  EXPECT_EQ(error_of(read_passphrase_file(file)),
            "io: \"" + file.native() + "\" does not exist");
}

TEST(LineBreak, IsTakenOffOnce) {
  EXPECT_TRUE(ends_with_line_break(secret("a\n")));
  EXPECT_FALSE(ends_with_line_break(secret("a")));
  EXPECT_FALSE(ends_with_line_break(secret("")));
  EXPECT_TRUE(holds(*without_line_break(secret("a\n\n")), "a\n"));
  EXPECT_TRUE(holds(*without_line_break(secret("\r\n")), ""));
  EXPECT_TRUE(holds(*without_line_break(secret("a\r")), "a\r"));
}

TEST(SystemError, HasOurCodeAndForm) {
  EXPECT_EQ(describe(system_error(ENOSPC, "write \"f\"")),
            "no-space: cannot write \"f\": no space left on device | make room "
            "and try again");
  EXPECT_EQ(describe(system_error(EDQUOT, "write \"f\"")),
            "no-space: cannot write \"f\": disk quota exceeded | make room and "
            "try again");
  EXPECT_EQ(describe(system_error(EFBIG, "write \"f\"")),
            "no-space: cannot write \"f\": file too large | raise the limit of "
            "file sizes (ulimit -f)");
  EXPECT_EQ(describe(system_error(EIO, "read \"f\"")),
            "io: cannot read \"f\": input/output error");
  EXPECT_EQ(describe(system_error(EACCES, "read \"f\"")),
            "io: cannot read \"f\": permission denied | check its owner and "
            "mode");
  EXPECT_EQ(describe(system_error(EMFILE, "read \"f\"")),
            "io: cannot read \"f\": too many open files | raise the limit of "
            "open files (ulimit -n)");
  EXPECT_EQ(error_info(system_error(ENOMEM, "x").code).name, "no-memory");
}

}  // namespace
}  // namespace sotto::testing
