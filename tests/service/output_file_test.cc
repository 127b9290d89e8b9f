// SPDX-License-Identifier: Apache-2.0

#include "service/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "service/signal_hold.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kText = "rendered\n";

Result<FileWrite> write(const fs::path& file, std::string_view text = kText) {
  WipedBuffer buffer;
  EXPECT_TRUE(buffer.append(text));
  return write_output_file(file, buffer);
}

// One of the twelve things that may stand where the output goes.
struct Situation {
  std::string name;
  std::function<void(const TempFolder&)> arrange;
  std::string error;   // "" if it is written; FOLDER stands for the folder.
  std::string target;  // What is written.
};

void make_socket(const fs::path& file) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  file.native().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address),
            0);
  ::close(fd);
}

void make_file(const fs::path& file, std::string_view text, mode_t mode) {
  const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_EQ(::write(fd, text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  ASSERT_EQ(::fchmod(fd, mode), 0);
  ::close(fd);
}

std::vector<Situation> situations() {
  return {
      {"Nothing", [](const TempFolder&) {}, "", "out"},
      {"FileOf0600",
       [](const TempFolder& f) { make_file(f / "out", "old", 0600); }, "",
       "out"},
      {"FileOf0644",
       [](const TempFolder& f) { make_file(f / "out", "old", 0644); }, "",
       "out"},
      {"SameContentOf0666",
       [](const TempFolder& f) { make_file(f / "out", kText, 0666); }, "",
       "out"},
      {"ReadOnlyFile",
       [](const TempFolder& f) { make_file(f / "out", "old", 0400); }, "",
       "out"},
      {"HardLink",
       [](const TempFolder& f) {
         make_file(f / "other", "old", 0644);
         fs::create_hard_link(f / "other", f / "out");
       },
       "", "out"},
      {"SymbolicLink",
       [](const TempFolder& f) {
         make_file(f / "other", "old", 0600);
         fs::create_symlink("other", f / "out");
       },
       "unsafe-file: \"FOLDER/out\" is a symbolic link, and is not written "
       "through | name the file that it leads to",
       "out"},
      {"DanglingLink",
       [](const TempFolder& f) { fs::create_symlink("nowhere", f / "out"); },
       "unsafe-file: \"FOLDER/out\" is a symbolic link, and is not written "
       "through | name the file that it leads to",
       "out"},
      {"Fifo", [](const TempFolder& f) { ::mkfifo((f / "out").c_str(), 0600); },
       "unsafe-file: \"FOLDER/out\" is a FIFO, and is not written through | "
       "write to standard output instead",
       "out"},
      {"Socket", [](const TempFolder& f) { make_socket(f / "out"); },
       "unsafe-file: \"FOLDER/out\" is a socket, and is not written through | "
       "write to standard output instead",
       "out"},
      {"Folder", [](const TempFolder& f) { fs::create_directory(f / "out"); },
       "unsafe-file: \"FOLDER/out\" is a folder, not a file | name the file to "
       "be written in it",
       "out"},
      {"NoFolderAroundIt", [](const TempFolder&) {},
       "io: cannot write \"FOLDER/no/out\": the folder \"FOLDER/no\" does not "
       "exist | make the folder first",
       "no/out"},
  };
}

class W09_OutputPath
    : public ::testing::TestWithParam<std::tuple<Situation, int>> {};

TEST_P(W09_OutputPath, EndsAsDocumentedWithNoWiderModeAndNothingLeft) {
  const auto& [situation, mask] = GetParam();
  TempFolder folder;
  situation.arrange(folder);
  const std::size_t before = folder.count();
  const bool was_there = fs::exists(fs::symlink_status(folder / "out"));

  const mode_t old_mask = ::umask(static_cast<mode_t>(mask));
  const auto written = write(folder / situation.target);
  ::umask(old_mask);

  std::string expected = situation.error;
  for (std::size_t at; (at = expected.find("FOLDER")) != std::string::npos;) {
    expected.replace(at, 6, folder.path().native());
  }
  EXPECT_EQ(error_of(written), expected);
  if (expected.empty()) {
    EXPECT_EQ(*written, FileWrite::kWritten);
    EXPECT_EQ(read_file(folder / "out"), kText);
    EXPECT_EQ(mode_of(folder / "out"), 0600u);
    EXPECT_EQ(folder.count(), before + (was_there ? 0 : 1));
  } else {
    EXPECT_EQ(folder.count(), before);
  }
  // What a link leads to was not touched.
  if (fs::exists(folder / "other")) {
    EXPECT_EQ(read_file(folder / "other"), "old");
  }
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
}

std::string name_of_case(
    const ::testing::TestParamInfo<std::tuple<Situation, int>>& chosen) {
  const Situation& situation = std::get<0>(chosen.param);
  return situation.name + "Umask" + std::to_string(std::get<1>(chosen.param));
}

INSTANTIATE_TEST_SUITE_P(T12, W09_OutputPath,
                         ::testing::Combine(::testing::ValuesIn(situations()),
                                            ::testing::Values(0000, 0022,
                                                              0077)),
                         name_of_case);

TEST(OutputFile, OfADeviceIsRefused) {
  EXPECT_EQ(error_of(write("/dev/full")),
            "unsafe-file: \"/dev/full\" is a device, and is not written "
            "through | write to standard output instead");
}

TEST(OutputFile, ThatNamesAFolderIsRefused) {
  TempFolder folder;
  EXPECT_EQ(error_of(write(folder.path() / "")),
            "unsafe-file: \"" + folder.path().native() +
                "/\" is a folder, not a file | name the file to be written in "
                "it");
}

TEST(OutputFile, WithTheSameContentIsLeftAsItIs) {
  TempFolder folder;
  ASSERT_EQ(write(folder / "out").value(), FileWrite::kWritten);
  struct stat before{};
  ASSERT_EQ(::stat((folder / "out").c_str(), &before), 0);
  EXPECT_EQ(write(folder / "out").value(), FileWrite::kUnchanged);
  struct stat after{};
  ASSERT_EQ(::stat((folder / "out").c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(write(folder / "out", "other").value(), FileWrite::kWritten);
  EXPECT_EQ(read_file(folder / "out"), "other");
}

TEST(OutputFile, OfManyMebibytesIsWhole) {
  TempFolder folder;
  std::string text(5u << 20, 'x');
  text[4u << 20] = 'y';
  ASSERT_EQ(write(folder / "out", text).value(), FileWrite::kWritten);
  EXPECT_EQ(read_file(folder / "out"), text);
  EXPECT_EQ(write(folder / "out", text).value(), FileWrite::kUnchanged);
  text[4u << 20] = 'z';
  EXPECT_EQ(write(folder / "out", text).value(), FileWrite::kWritten);
}

TEST(OutputFile, InPiecesIsThereOnlyWhenItIsCommitted) {
  TempFolder folder;
  const fs::path file = folder.write("out.json", "old");
  {
    auto output = OutputFile::open(file);
    ASSERT_TRUE(output) << error_of(output);
    ASSERT_TRUE(output->write("new "));
    ASSERT_TRUE(output->write("text"));
    EXPECT_EQ(read_file(file), "old");
    const auto done = output->commit();
    ASSERT_TRUE(done) << error_of(done);
    EXPECT_EQ(*done, FileWrite::kWritten);
  }
  EXPECT_EQ(read_file(file), "new text");
  EXPECT_EQ(mode_of(file), 0600u);
  {
    auto output = OutputFile::open(file);
    ASSERT_TRUE(output && output->write("never there"));
  }
  EXPECT_EQ(read_file(file), "new text");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(OutputFile, InPiecesWithTheSameContentIsLeftAsItIs) {
  TempFolder folder;
  const std::string text(3u << 20, 'x');
  const fs::path file = folder.write("out.json", text);
  const auto write_pieces = [&](std::string_view whole) {
    auto output = OutputFile::open(file);
    EXPECT_TRUE(output) << error_of(output);
    for (std::size_t at = 0; at < whole.size(); at += 100'000) {
      EXPECT_TRUE(output->write(whole.substr(at, 100'000)));
    }
    return *output->commit();
  };
  EXPECT_EQ(write_pieces(text), FileWrite::kUnchanged);
  EXPECT_EQ(write_pieces(std::string_view(text).substr(1)),
            FileWrite::kWritten);
  EXPECT_EQ(write_pieces(text), FileWrite::kWritten);
  EXPECT_EQ(write_pieces(text), FileWrite::kUnchanged);
  std::string other = text;
  other.back() = 'y';
  EXPECT_EQ(write_pieces(other), FileWrite::kWritten);
  EXPECT_EQ(read_file(file), other);
}

TEST(OutputFile, InPiecesRefusesWhatIsRefusedAsAWhole) {
  const TempFolder folder;
  fs::create_symlink("elsewhere", folder / "link");
  const auto link = OutputFile::open(folder / "link");
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, ErrorCode::kUnsafeFile);
  EXPECT_FALSE(OutputFile::open(folder / "missing" / "out.json"));
  EXPECT_FALSE(OutputFile::open(folder.path()));
}

TEST(OutputFile, TakesThePlaceOfAnEmptyFile) {
  TempFolder folder;
  const fs::path file = folder.write("out", "");
  EXPECT_EQ(write(file).value(), FileWrite::kWritten);
  EXPECT_EQ(read_file(file), kText);
}

TEST(OutputFile, MayBeEmpty) {
  TempFolder folder;
  EXPECT_EQ(write(folder / "out", "").value(), FileWrite::kWritten);
  EXPECT_EQ(write(folder / "out", "").value(), FileWrite::kUnchanged);
  EXPECT_EQ(mode_of(folder / "out"), 0600u);
}

TEST(OutputFile, WithTheLongestNameThereCanBeIsWritten) {
  TempFolder folder;
  const std::string name(255, 'n');
  make_file(folder / name, "old", 0600);
  EXPECT_EQ(write(folder / name).value(), FileWrite::kWritten);
  EXPECT_EQ(folder.count(), 1u);
}

// In a child: the limit is the process's own.
TEST(OutputFile, W02_PastTheLimitOfFileSizesLeavesTheOldOne) {
  TempFolder folder;
  ASSERT_TRUE(write(folder / "out", "old"));
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write(folder / "out", std::string(8192, 'x'));
    ::_exit(written ? 1
                    : (written.error().code == ErrorCode::kNoSpace ? 0 : 2));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(folder / "out"), "old");
  EXPECT_EQ(folder.count(), 1u);
}

// The signals themselves, at many instants: tests/cli/signals_test.cc.
TEST(SignalHold, W10_KnowsASignalThatCameAndLetsItThroughAtItsEnd) {
  const pid_t child = ::fork();
  if (child == 0) {
    {
      const SignalHold hold;
      if (hold.came()) ::_exit(1);
      ::kill(::getpid(), SIGTERM);
      if (!hold.came()) ::_exit(2);
    }
    ::_exit(3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
}

TEST(SignalHold, LeavesAloneWhatWasHeldBackBefore) {
  const pid_t child = ::fork();
  if (child == 0) {
    const SignalHold outer;
    ::kill(::getpid(), SIGTERM);
    const SignalHold inner;
    ::_exit(outer.came() && !inner.came() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(OutputFolder, IsForItsOwnerWhateverTheUmaskAndLeftAsItIs) {
  TempFolder folder;
  ASSERT_EQ(::mkdir((folder / "open").c_str(), 0755), 0);
  const mode_t before = ::umask(0777);
  const auto made = make_output_folder(folder / "open/a/b");
  ::umask(before);
  ASSERT_TRUE(made) << error_of(made);
  EXPECT_EQ(mode_of(folder / "open"), 0755u);
  EXPECT_EQ(mode_of(folder / "open/a"), 0700u);
  EXPECT_EQ(mode_of(folder / "open/a/b"), 0700u);
  EXPECT_TRUE(make_output_folder(folder / "open/a/b"));
  ASSERT_TRUE(write(folder / "file"));
  const std::string below = (folder / "file/a").native();
  EXPECT_EQ(error_of(make_output_folder(below)),
            "io: cannot make the folder \"" + below + "\": not a directory");
}

TEST(OutputFile, W10_IsNotWrittenOnceASignalCameThatAnotherHolds) {
  TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const SignalHold hold;
    ::kill(::getpid(), SIGTERM);
    WipedBuffer buffer;
    const bool filled = buffer.append(kText);
    const auto written = write_output_file(folder / "out", buffer, hold);
    const bool cancelled =
        !written && written.error().code == ErrorCode::kCancelled;
    ::_exit(filled && cancelled && !fs::exists(folder / "out") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(PrivateFile, IsFor0600Alone) {
  TempFolder folder;
  ASSERT_TRUE(write_private_file(folder / "config", "text"));
  EXPECT_EQ(read_file(folder / "config"), "text");
  EXPECT_EQ(mode_of(folder / "config"), 0600u);
}

TEST(PlainFile, KeepsTheModeOfWhatItReplaces) {
  TempFolder folder;
  ASSERT_TRUE(write_plain_file(folder / "new", "text"));
  EXPECT_EQ(mode_of(folder / "new"), 0644u);
  make_file(folder / "old", "before", 0754);
  EXPECT_EQ(*write_plain_file(folder / "old", "after"), FileWrite::kWritten);
  EXPECT_EQ(read_file(folder / "old"), "after");
  EXPECT_EQ(mode_of(folder / "old"), 0754u);
  EXPECT_EQ(*write_plain_file(folder / "old", "after"), FileWrite::kUnchanged);
  EXPECT_EQ(mode_of(folder / "old"), 0754u);
  EXPECT_EQ(folder.count(), 2u);
}

TEST(PlainFile, KeepsTheOwnerOfWhatItReplaces) {
  if (::geteuid() != 0) GTEST_SKIP() << "root alone may give files away";
  TempFolder folder;
  make_file(folder / "file", "before", 0640);
  ASSERT_EQ(::chown((folder / "file").c_str(), 12345, 23456), 0);
  ASSERT_TRUE(write_plain_file(folder / "file", "after"));
  struct stat info{};
  ASSERT_EQ(::stat((folder / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 12345u);
  EXPECT_EQ(info.st_gid, 23456u);
  EXPECT_EQ(info.st_mode & 07777, 0640u);
}

TEST(PlainFile, IsNotWrittenThroughALink) {
  TempFolder folder;
  make_file(folder / "file", "before", 0644);
  fs::create_symlink("file", folder / "link");
  EXPECT_EQ(error_of(write_plain_file(folder / "link", "after")),
            "unsafe-file: \"" + (folder / "link").native() +
                "\" is a symbolic link, and is not written through | name the "
                "file that it leads to");
  EXPECT_EQ(read_file(folder / "file"), "before");
}

}  // namespace
}  // namespace sotto::testing
