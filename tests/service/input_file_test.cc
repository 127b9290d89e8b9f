// SPDX-License-Identifier: Apache-2.0

#include "service/input_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

TEST(InputFile, IsReadAsItIs) {
  TempFolder folder;
  const std::string text("a\0b\r\n\xff", 6);
  const auto input = read_input_file(folder.write("in", text));
  ASSERT_TRUE(input) << error_of(input);
  EXPECT_EQ(input->bytes, text);
  EXPECT_EQ(input->name, (folder / "in").native());
  EXPECT_FALSE(input->is_stream);
  EXPECT_TRUE(check_unchanged(*input));
}

TEST(InputFile, MayBeEmpty) {
  TempFolder folder;
  const auto input = read_input_file(folder.write("in", ""));
  ASSERT_TRUE(input);
  EXPECT_EQ(input->bytes, "");
}

TEST(InputFile, TellsWhatItIsInsteadOfAFile) {
  TempFolder folder;
  const std::string name = (folder / "x").native();
  EXPECT_EQ(error_of(read_input_file(name)),
            "io: \"" + name + "\" does not exist");
  fs::create_directory(name);
  EXPECT_EQ(
      error_of(read_input_file(name)),
      "io: \"" + name + "\" is a folder, not a file | name the files in it");
  EXPECT_EQ(error_of(read_input_file("/dev/zero")),
            "io: \"/dev/zero\" is a device, not a file");
  EXPECT_EQ(error_of(read_input_file(folder.write("f", "") / "below")),
            "io: cannot read \"" + folder.path().native() +
                "/f/below\": not a directory");
}

TEST(InputFile, IsLimitedExactly) {
  TempFolder folder;
  const fs::path file = folder.write("in", "12345678");
  EXPECT_TRUE(read_input_file(file, 8));
  EXPECT_EQ(error_of(read_input_file(file, 7)),
            "limit: \"" + file.native() + "\" is larger than 7 bytes");
}

TEST(InputFile, ThatChangedAfterwardsIsNoticed) {
  TempFolder folder;
  const fs::path file = folder.write("in", "before");
  const auto input = read_input_file(file);
  ASSERT_TRUE(input);
  const std::string expected = "changed: \"" + file.native() +
                               "\" changed while it was being read | run the "
                               "command again";
  // The same size, in place: only its times tell.
  folder.write("in", "after!");
  EXPECT_EQ(error_of(check_unchanged(*input)), expected);
  // Another file under the same name.
  fs::remove(file);
  folder.write("in", "before");
  EXPECT_EQ(error_of(check_unchanged(*input)), expected);
  fs::remove(file);
  EXPECT_EQ(error_of(check_unchanged(*input)), expected);
}

TEST(InputFile, MayBeAFifo) {
  TempFolder folder;
  const fs::path fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const std::string text(1u << 20, 'x');
  std::thread writer([&] {
    const int fd = ::open(fifo.c_str(), O_WRONLY);
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(fd, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(fd);
  });
  const auto input = read_input_file(fifo);
  writer.join();
  ASSERT_TRUE(input) << error_of(input);
  EXPECT_TRUE(input->is_stream);
  EXPECT_EQ(input->bytes, text);
  EXPECT_TRUE(check_unchanged(*input));
}

// A pipe that holds `text`.
class Pipe {
 public:
  explicit Pipe(std::string_view text) {
    EXPECT_EQ(::pipe(ends_), 0);
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    ::close(ends_[1]);
  }
  ~Pipe() { ::close(ends_[0]); }
  int fd() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};

TEST(InputStream, IsReadToItsEndAndLimited) {
  EXPECT_EQ(read_input_stream(Pipe("text").fd())->bytes, "text");
  EXPECT_EQ(read_input_stream(Pipe("text").fd())->name, "-");
  EXPECT_EQ(error_of(read_input_stream(Pipe("12345678").fd(), 7)),
            "limit: standard input is larger than 7 bytes");
  EXPECT_EQ(error_of(read_input_stream(-1)),
            "io: cannot read standard input: bad file descriptor");
}

TEST(SecretInput, IsReadExactlyAndLimitedExactly) {
  TempFolder folder;
  const std::string value("\0 v\n\n", 5);
  EXPECT_TRUE(holds(*read_secret(Pipe(value).fd(), "-"), value));
  EXPECT_TRUE(holds(*read_secret_file(folder.write("v", value)), value));
  EXPECT_TRUE(read_secret(Pipe("12345678").fd(), "-", 8));
  EXPECT_EQ(error_of(read_secret(Pipe("12345678").fd(), "-", 7)),
            "limit: standard input is larger than 7 bytes");
  const std::string large(kMaxValueBytes, 'x');
  EXPECT_TRUE(holds(*read_secret_file(folder.write("large", large)), large));
  EXPECT_EQ(
      error_of(read_secret_file(folder.write("larger", large + "x"))),
      "limit: \"" + (folder / "larger").native() + "\" is larger than 1 MiB");
}

TEST(SecretInput, OfManyValuesIsReadToItsEnd) {
  TempFolder folder;
  const std::string text(1'000'000, 'x');
  const auto read = read_secret_text_file(folder.write("in", text));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), text.size());
  EXPECT_EQ(error_of(read_secret_text_file(folder / "in", 999'999)),
            "limit: \"" + (folder / "in").native() +
                "\" is larger than 999999 bytes");
  EXPECT_EQ(error_of(read_secret_text(-1, "-")),
            "io: cannot read standard input: bad file descriptor");
}

}  // namespace
}  // namespace sotto::testing
