// SPDX-License-Identifier: Apache-2.0
//
// Lines, columns and pointers from brackets, commas and line breaks alone are
// those of whom reads every token, kernel by kernel, however the document is
// cut into pieces.

#include "grammar/place_finder.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tokenizer.h"
#include "grammar/json_path.h"
#include "grammar/template.h"

namespace sotto {
namespace {

// In each string that is no key: where it begins, and where it ends.
std::vector<std::size_t> places_in(std::string_view document) {
  std::vector<std::size_t> offsets;
  JsonTokenizer tokens(document, document.size());
  for (;;) {
    const JsonToken token = tokens.next();
    if (token == JsonToken::kEnd) return offsets;
    if (token != JsonToken::kString) continue;
    offsets.push_back(tokens.span().begin + 1);
    offsets.push_back(tokens.span().end - 1);
  }
}

class PlaceFinderTest : public testing::TestWithParam<ScannerKernel> {
 protected:
  void SetUp() override {
    if (!GetParam().supported()) GTEST_SKIP() << "not this processor's";
  }

  void expect_same_places(const std::string& document, std::size_t piece) {
    const Template parsed = parse_template(document);
    ASSERT_TRUE(parsed.ok()) << document;
    const std::vector<std::size_t> offsets = places_in(document);
    const std::vector<std::string> pointers = json_pointers(parsed, offsets);
    PlaceFinder finder(offsets, GetParam());
    for (std::size_t at = 0; at < document.size(); at += piece) {
      // A copy of its own: sanitizers see whatever is read beside it.
      const std::string part = document.substr(at, piece);
      finder.read(std::string_view(part));
    }
    ASSERT_TRUE(finder.done());
    const Source source("flow.json", document);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      ASSERT_EQ(finder.places()[i].pointer, pointers[i])
          << document << "\nin pieces of " << piece;
      ASSERT_EQ(finder.places()[i].location, source.location(offsets[i]))
          << document << "\nin pieces of " << piece;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Kernels, PlaceFinderTest,
                         testing::ValuesIn(scanner_kernels().begin(),
                                           scanner_kernels().end()),
                         [](const auto& kernel) {
                           return std::string(kernel.param.name);
                         });

// Everything that may be cut in two, or taken for something else.
constexpr std::string_view kValues[] = {
    R"("plain")",
    R"("")",
    R"("{[,]}\n\"{\\")",
    R"("\\\\\"\\\\\\\",")",
    R"("é日本😀 caf\u00e9")",
    R"([])",
    R"({})",
    R"(-12.5e+10)",
    R"([[], {}, [[true, "deep"], null], "after"])",
    R"({"a": "x", "b": {"c": ["y", 1, "z"]}, "d": "w"})",
    "{\n  \"~/é\" : \"x\",\r\n\t\"\\\"q\\\\\" :\n\"y\"\n}",
    R"({ "\u0041\ud83d\ude00\ud800" : {"": {"k": "empty key"}}})",
};

std::string some_document(std::mt19937& random, std::size_t values) {
  std::string document = "[";
  for (std::size_t i = 0; i < values; ++i) {
    if (i > 0) document += random() % 3 == 0 ? ",\n  " : ",";
    document.append(random() % 8 == 0 ? random() % 200 : 0, ' ');
    document += kValues[random() % std::size(kValues)];
  }
  return document + "]\n";
}

TEST_P(PlaceFinderTest, FindsWhatATokenizerFinds) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const std::string document = some_document(random, random() % 60);
    expect_same_places(document, document.size());
    expect_same_places(document, 1 + random() % document.size());
  }
}

TEST_P(PlaceFinderTest, APieceMayEndAnywhere) {
  std::mt19937 random(2);
  const std::string document = some_document(random, 60);
  for (std::size_t piece = 1; piece < 1100; piece += 1 + piece / 70) {
    expect_same_places(document, piece);
  }
}

TEST_P(PlaceFinderTest, BlocksMayBeginAnywhere) {
  for (std::size_t shift = 0; shift < 2 * Landmarks::kBlock; shift += 7) {
    std::string document(shift, shift % 2 == 0 ? ' ' : '\n');
    document += '[';
    for (const std::string_view value : kValues) {
      document += std::string(value) + ", ";
    }
    expect_same_places(document + "0]", 4096);
  }
}

// No more of a key is kept than can be shown.
TEST_P(PlaceFinderTest, KeysMayBeLongerThanPieces) {
  const std::string escapes = [] {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "\\u00e9";
    return text;
  }();
  for (const std::string& key :
       {std::string(1000, 'k'), std::string(20'000, '\\') + "n", escapes}) {
    const std::string document = "{\"a\": 1, \"" + key + "\"  : [\"x\", {\"" +
                                 key + "\": {\"b\": \"y\"}}]}";
    for (const std::size_t piece : {7u, 100u, 999u, 7000u, 1'000'000u}) {
      expect_same_places(document, piece);
    }
  }
}

TEST_P(PlaceFinderTest, MinifiedIsOneLongLine) {
  std::string document = "[\"é\"";
  for (int i = 0; i < 5000; ++i) document += ",{\"k\":[\"é\"]}";
  expect_same_places(document + "]", 1000);
}

// The file may change between two readings. What is answered then is not
// looked at, but must do no harm.
TEST_P(PlaceFinderTest, DoesNoHarmWithWhatIsNotValid) {
  std::mt19937 random(3);
  for (int i = 0; i < 500; ++i) {
    std::string document = some_document(random, 30);
    const std::vector<std::size_t> offsets = places_in(document);
    for (int change = 0; change < 20; ++change) {
      constexpr std::string_view kBytes = "\"\\{}[]:, \n\0\xC3";
      document[random() % document.size()] = kBytes[random() % kBytes.size()];
    }
    PlaceFinder finder(offsets, GetParam());
    const std::size_t piece = 1 + random() % document.size();
    for (std::size_t at = 0; at < document.size(); at += piece) {
      const std::string part = document.substr(at, piece);
      finder.read(std::string_view(part));
    }
    EXPECT_TRUE(finder.done());
  }
}

}  // namespace
}  // namespace sotto
