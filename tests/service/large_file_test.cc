// SPDX-License-Identifier: Apache-2.0

#include "service/large_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

constexpr std::size_t kBytes = 100'000;
constexpr std::size_t kPiece = 777;

class LargeFiles : public ::testing::Test {
 protected:
  LargeFiles() {
    for (std::size_t i = 0; i < kBytes; ++i) {
      text_ += static_cast<char>('a' + i * i % 23);
    }
    std::ofstream(name_, std::ios::binary) << text_;
    // Older than what could have changed unseen.
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
  }

  void expect_bytes(LargeFile& file, Span span, Span next = {}) {
    const auto bytes = file.read(span, next);
    ASSERT_TRUE(bytes) << error_of(bytes);
    EXPECT_EQ(*bytes, text_.substr(span.begin, span.size()));
  }

  TempFolder folder_;
  const std::string name_ = folder_.path() / "large.json";
  std::string text_;
};

TEST_F(LargeFiles, ShowsEveryPieceWhetherReadAheadOrNot) {
  auto file = LargeFile::open(name_, 0);
  ASSERT_TRUE(file);
  for (std::size_t at = 0; at + 3 * kPiece < kBytes; at += kPiece) {
    const Span next{at + kPiece, at + 2 * kPiece};
    expect_bytes(*file, {at, at + kPiece}, next);
    // Something else was asked for, and more of it.
    if (at % 5 == 0) expect_bytes(*file, {at / 2, at / 2 + 2 * kPiece}, next);
  }
}

TEST_F(LargeFiles, AreShownToTwoThreads) {
  auto file = LargeFile::open(name_, 0);
  ASSERT_TRUE(file);
  auto again = file->again();
  ASSERT_TRUE(again) << error_of(again);
  std::thread other([&] {
    for (std::size_t at = 0; at < kBytes; at += 1000) {
      expect_bytes(*again, {at, at + 1000});
    }
  });
  for (std::size_t at = 0; at < kBytes; at += 500) {
    expect_bytes(*file, {at, at + 500}, {at + 500, at + 1000});
  }
  other.join();
}

TEST_F(LargeFiles, SayIfTheyBecameShorterWhoeverReadsThem) {
  auto file = LargeFile::open(name_, 0);
  ASSERT_TRUE(file);
  std::filesystem::resize_file(name_, kPiece);
  const Span gone{kPiece, 2 * kPiece};
  expect_bytes(*file, {0, kPiece}, gone);
  const auto bytes = file->read(gone);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kChanged);
}

}  // namespace
}  // namespace sotto::testing
