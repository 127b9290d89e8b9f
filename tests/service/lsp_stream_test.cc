// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "service/lsp/stream.h"

namespace sotto::testing {
namespace {

std::string framed(std::string_view body) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

// What is read of these bytes, written in pieces of that size: bodies, "?" for
// a header without a length, "!" for what is too long.
std::vector<std::string> read_all(std::string_view bytes,
                                  std::size_t piece = 1u << 20) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor in(ends[0]);
  const FileDescriptor wake(::eventfd(0, 0));
  std::jthread writer([out = FileDescriptor(ends[1]), bytes, piece] {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::string_view part = bytes.substr(at, piece);
      EXPECT_EQ(::write(out.get(), part.data(), part.size()),
                static_cast<ssize_t>(part.size()));
    }
  });
  std::vector<std::string> read;
  LspReader reader(in.get(), wake.get());
  while (true) {
    LspFrame frame = reader.next();
    switch (frame.kind) {
      case LspFrame::Kind::kEnd:
        return read;
      case LspFrame::Kind::kNoLength:
        read.emplace_back("?");
        break;
      case LspFrame::Kind::kTooLong:
        read.emplace_back("!");
        break;
      case LspFrame::Kind::kMessage:
        read.push_back(std::move(frame.body));
    }
  }
}

using Read = std::vector<std::string>;

TEST(LspStream, ReadsMessagesHoweverTheyArrive) {
  const std::string bytes = framed("{}") + framed("") + framed("[1, 2]");
  for (const std::size_t piece : {1u, 2u, 7u, 1000u}) {
    EXPECT_EQ(read_all(bytes, piece), (Read{"{}", "", "[1, 2]"})) << piece;
  }
}

TEST(LspStream, ReadsHeadersAsTheyAreWritten) {
  EXPECT_EQ(read_all("content-length:2\r\nContent-Type: x\r\n\r\n{}"),
            Read{"{}"});
  EXPECT_EQ(read_all("Content-Type: x\r\nCONTENT-LENGTH:\t 2 \r\n\r\n{}"),
            Read{"{}"});
  EXPECT_EQ(read_all("Content-Length: 2\n\n{}"), Read{"{}"});
}

TEST(LspStream, FindsTheNextMessageBehindWhatIsNone) {
  for (const std::string_view bad :
       {"Content-Type: x\r\n\r\n", "\r\n\r\n", "Content-Length: x\r\n\r\n",
        "Content-Length: -1\r\n\r\n", "Content-Length: 2x\r\n\r\n",
        "Content-Length:\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n"}) {
    EXPECT_EQ(read_all(std::string(bad) + framed("{}")), (Read{"?", "{}"}))
        << bad;
  }
  EXPECT_EQ(read_all("no header at all " + framed("{}")), Read{"{}"});
}

TEST(LspStream, AHeaderWithoutAnEndIsDropped) {
  const Read read = read_all(std::string(300'000, 'x') + framed("{}"), 4096);
  ASSERT_GE(read.size(), 2u);
  EXPECT_EQ(read.front(), "?");
  EXPECT_EQ(read.back(), "{}");
}

TEST(LspStream, SkipsWhatIsTooLong) {
  const std::string body(kMaxLspMessage + 1, ' ');
  EXPECT_EQ(read_all(framed(body) + framed("{}")), (Read{"!", "{}"}));
}

TEST(LspStream, ALengthThatNothingFollowsAllocatesNothing) {
  EXPECT_EQ(read_all("Content-Length: 18446744073709551615\r\n\r\n{}"), Read{});
  EXPECT_EQ(read_all("Content-Length: 67108864\r\n\r\n{}"), Read{});
}

TEST(LspStream, StopsWhenItIsWoken) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor in(ends[0]);
  const FileDescriptor out(ends[1]);
  const FileDescriptor wake(::eventfd(1, 0));
  EXPECT_EQ(LspReader(in.get(), wake.get()).next().kind, LspFrame::Kind::kEnd);
}

TEST(LspStream, WritesWhatItReads) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor wake(::eventfd(0, 0));
  {
    const FileDescriptor out(ends[1]);
    ASSERT_TRUE(write_lsp_message(out.get(), "{\"a\": 1}"));
  }
  const FileDescriptor in(ends[0]);
  LspReader reader(in.get(), wake.get());
  EXPECT_EQ(reader.next().body, "{\"a\": 1}");
}

TEST(LspStream, NobodyWhoReadsIsNoTrouble) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  const FileDescriptor out(ends[1]);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto written = write_lsp_message(out.get(), "{}");
  ::signal(SIGPIPE, before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kCancelled);
  const auto failed = write_lsp_message(-1, "{}");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message,
            "cannot write to the editor: bad file descriptor");
}

}  // namespace
}  // namespace sotto::testing
