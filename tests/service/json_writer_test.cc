// SPDX-License-Identifier: Apache-2.0
//
// What is written reads back as it was meant, whatever the strings hold.

#include "service/report/json_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace sotto::testing {
namespace {

using nlohmann::json;

TEST(JsonWriter, IndentsAndSeparates) {
  JsonWriter writer;
  writer.object([&] {
    writer.member("text", "a");
    writer.member("number", 18'446'744'073'709'551'615u);
    writer.member("less", std::numeric_limits<std::int64_t>::min());
    writer.member("truth", true);
    writer.object("nothing", [] {});
    writer.array("none", std::vector<int>{}, [](int) {});
    writer.array("rows", std::array{1, 2}, [&](int row) {
      writer.object([&] { writer.member("row", row); });
    });
    writer.array("rest", std::array{false, true},
                 [&](bool each) { writer.value(each); });
  });
  EXPECT_EQ(writer.take(), R"({
  "text": "a",
  "number": 18446744073709551615,
  "less": -9223372036854775808,
  "truth": true,
  "nothing": {},
  "none": [],
  "rows": [
    {
      "row": 1
    },
    {
      "row": 2
    }
  ],
  "rest": [
    false,
    true
  ]
}
)");
}

TEST(JsonWriter, OfOneValueIsThatValue) {
  JsonWriter writer;
  writer.value("alone");
  EXPECT_EQ(writer.take(), "\"alone\"\n");
  writer.value(7);  // Taken: it can be used again.
  EXPECT_EQ(writer.take(), "7\n");
}

TEST(JsonWriter, EscapesWhatATerminalHeeds) {
  EXPECT_EQ(json_string("a\"\\\n\x01"), R"("a\"\\\n\u0001")");
  EXPECT_EQ(json_string("\x7F"), R"("\u007f")");
  EXPECT_EQ(json_string("long enough\x7F for words"),
            R"("long enough\u007f for words")");
  EXPECT_EQ(json_string("\u009B31m"), R"("\u009b31m")");
  EXPECT_EQ(json_string("\u00A0\u00E9"), "\"\u00A0\u00E9\"");
}

TEST(JsonWriter, MendsWhatIsNotUtf8) {
  EXPECT_EQ(json_string("f\xFF.json"), "\"f\uFFFD.json\"");
  EXPECT_EQ(json_string("\xED\xA0\x80|\xED\xA0"), "\"\uFFFD|\uFFFD\uFFFD\"");
}

// The library, which is slow and right, reads what was written.
TEST(JsonWriter, AnyStringReadsBack) {
  constexpr std::array<std::string_view, 12> kPieces{
      "a",      "\"",     "\\",         "\n",   "\x7F",         "\u0085",
      "\u00FF", "\u20AC", "\U0001F600", "\x80", "\xED\xBF\xBF", "plain words"};
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = random() % 12; count > 0; --count) {
      text += kPieces[random() % kPieces.size()];
    }
    EXPECT_EQ(json::parse(json_string(text)).get<std::string>(), as_utf8(text));
  }
}

}  // namespace
}  // namespace sotto::testing
