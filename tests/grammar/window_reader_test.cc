// SPDX-License-Identifier: Apache-2.0
//
// A document that is shown window by window reads as one that is shown whole:
// the same expressions, references and warnings, in the same places, wherever
// the borders of the windows fall.

#include "grammar/window_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/place_finder.h"

namespace sotto {
namespace {

// The smallest that always goes on.
constexpr std::size_t kSmallWindow = 2 * kScanAround + 1024;

std::optional<WindowedTemplate> read_windows(std::string_view document,
                                             std::size_t size = kSmallWindow,
                                             const ParseOptions& options = {}) {
  WindowReader reader(options);
  for (;;) {
    const std::size_t scanned = reader.scanned();
    const std::size_t begin = scanned < kScanAround ? 0 : scanned - kScanAround;
    // A copy of its own: sanitizers see whatever is read beside it.
    const std::string window(document.substr(begin, size));
    const bool is_last = begin + window.size() == document.size();
    if (!reader.read({window, begin, is_last})) return std::nullopt;
    if (is_last) return reader.finish();
    EXPECT_GT(reader.scanned(), scanned);
  }
}

std::vector<Expression> all_of(const ExpressionList& list) {
  std::vector<Expression> all;
  ExpressionList::Reader reader(list);
  while (const auto next = reader.next()) all.push_back(*next);
  return all;
}

// The tree below a node, in words.
std::string tree(const Template& parsed, NodeId id) {
  const Node& node = parsed.node(id);
  if (node.kind == Node::Kind::kReference) {
    return std::string(parsed.name(node));
  }
  if (node.kind == Node::Kind::kString) {
    return "'" + std::string(parsed.string(node)) + "'";
  }
  std::string text = std::to_string(static_cast<int>(node.kind)) + "." +
                     std::to_string(static_cast<int>(node.function)) + "(";
  for (const NodeId child : parsed.children(node)) {
    text += tree(parsed, child) + " ";
  }
  return text + ")";
}

std::vector<std::string> in_words(const Template& parsed,
                                  std::span<const Expression> expressions) {
  std::vector<std::string> words;
  for (const Expression& each : expressions) {
    words.push_back(std::to_string(each.span.begin) + "-" +
                    std::to_string(each.span.end) + " " +
                    tree(parsed, each.root));
  }
  return words;
}

std::vector<std::string> in_words(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> words;
  for (const Diagnostic& each : diagnostics) {
    words.push_back(
        std::to_string(each.span.begin) + "-" + std::to_string(each.span.end) +
        " " + std::string(each.rule) + " " + each.message + " " + each.hint);
  }
  return words;
}

// What the finder says of each warning is what the whole document says.
void expect_same_places(const std::string& document,
                        const std::vector<Diagnostic>& expected,
                        std::size_t piece) {
  std::vector<std::size_t> offsets;
  for (const Diagnostic& each : expected) offsets.push_back(each.span.begin);
  PlaceFinder finder(offsets);
  for (std::size_t at = 0; at < document.size() && !finder.done();
       at += piece) {
    finder.read(std::string_view(document).substr(at, piece));
  }
  ASSERT_TRUE(finder.done());
  const Source source("flow.json", document);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(finder.places()[i].pointer, expected[i].pointer);
    EXPECT_EQ(finder.places()[i].location, source.location(offsets[i]));
  }
}

// True if the windows were enough.
bool expect_same(const std::string& document, std::size_t size = kSmallWindow) {
  const Template whole = parse_template(document);
  const auto read = read_windows(document, size);
  if (!read) return false;
  EXPECT_TRUE(whole.ok());
  EXPECT_TRUE(read->parsed.ok());
  EXPECT_EQ(in_words(read->parsed, all_of(read->expressions)),
            in_words(whole, whole.expressions()));
  EXPECT_EQ(read->expressions.size(), whole.expressions().size());
  EXPECT_TRUE(
      std::ranges::equal(read->parsed.references(), whole.references()));
  EXPECT_EQ(in_words(read->parsed.diagnostics()),
            in_words(whole.diagnostics()));
  // The first of each root, in order.
  std::set<NodeId> roots;
  std::size_t end = 0;
  for (const Expression& each : read->parsed.expressions()) {
    EXPECT_TRUE(roots.insert(each.root).second);
    EXPECT_GE(each.span.begin, end);
    end = each.span.end;
  }
  for (const Expression& each : all_of(read->expressions)) {
    EXPECT_TRUE(roots.contains(each.root));
  }
  expect_same_places(document, whole.diagnostics(), 1013);
  return true;
}

// Everything that a border may cut in two.
constexpr std::string_view kPieces[] = {
    R"("<< SECRETS.a.B >>")",
    R"("x << SECRETS.group.KEY >> y<<SECRETS.a.B>>")",
    R"("\u003c\u003c SECRETS.a.\u0042 \u003e\u003e")",
    R"("<< FN.base64(SECRETS.a.B + ':' + SECRETS.c.D) >>")",
    R"("<< SECRETS.a.MISSING || SECRETS.a.B >>")",
    R"("caf\u00e9 \ud83d\ude00 é 日本 😀 \\\" \\")",
    R"("cat <<EOF > x\n << SECRET.a.b >> \"<< SECRETS >>\"")",
    R"({"<b>": 1, "k<<<": [], "\u003c": {"~/é": "<< SECRET.a.b >>"}})",
    R"([-12.5e+10, 0, 1234567890, true, false, null, {}, [[]]])",
};

std::string some_document(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string document = "[";
  while (document.size() < bytes) {
    if (document.size() > 1) document += random() % 3 == 0 ? ",\n  " : ",";
    document += kPieces[random() % std::size(kPieces)];
  }
  return document + "]\n";
}

TEST(WindowReader, OneWindowIsEnoughForASmallDocument) {
  EXPECT_TRUE(expect_same("{}"));
  EXPECT_TRUE(expect_same(R"(["<< SECRETS.a.B >>"])"));
  EXPECT_TRUE(expect_same(some_document(1000, 1)));
}

TEST(WindowReader, ManyWindowsReadAsOneDocument) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::string document = some_document(300'000, seed);
    EXPECT_TRUE(expect_same(document, kSmallWindow + 97 * seed));
  }
}

// The windows' borders lie where they lie; the document is moved below them.
TEST(WindowReader, NothingDependsOnWhereTheBordersFall) {
  std::string middle;
  for (const std::string_view piece : kPieces) {
    middle += std::string(piece) + ", ";
  }
  for (std::size_t shift = 0; shift < middle.size() + 64; ++shift) {
    // Of the first window the scanner reads all but kScanAround.
    const std::size_t border = kSmallWindow - kScanAround;
    std::string document = "[";
    document.append(border - middle.size() + shift, ' ');
    document += middle + "0";
    document.append(kSmallWindow, ' ');
    document += "]";
    ASSERT_TRUE(expect_same(document)) << shift;
  }
  for (std::size_t shift = 0; shift < middle.size() + 64; ++shift) {
    // And the window itself ends.
    std::string document = "[";
    document.append(kSmallWindow - middle.size() + shift, ' ');
    document += middle + "0";
    document.append(kSmallWindow, ' ');
    document += "]";
    ASSERT_TRUE(expect_same(document)) << shift;
  }
}

TEST(WindowReader, AStringMayBeLongerThanAWindow) {
  std::string text;
  while (text.size() < 3 * kSmallWindow) {
    text += "cat <<EOF \\\"<< SECRETS.a.B >>\\\" << SECRET.a.b >> ";
    text.append(4000, 'x');
  }
  EXPECT_TRUE(expect_same("[\"" + text + "\"]"));
  EXPECT_TRUE(expect_same("{\"k\": \"" + text + "\", \"l\": 1}"));
}

TEST(WindowReader, AKeyIsNotTakenForAValue) {
  const std::string blanks(3 * kSmallWindow, ' ');
  const std::string key = R"("<< SECRETS.a.B >>)";
  for (const std::size_t length : {0u, 20'000u, 60'000u}) {
    for (const std::size_t before : {0u, 17'000u, 33'000u, 49'000u}) {
      const std::string document = "{\"k\": 1," + blanks.substr(0, before) +
                                   key + std::string(length, 'x') + "\"" +
                                   blanks + ": 1}";
      EXPECT_FALSE(expect_same(document)) << length << " " << before;
      std::string unusual = document;
      unusual.replace(unusual.find("<<"), 2, "\\u003c<");
      EXPECT_FALSE(expect_same(unusual)) << length << " " << before;
    }
  }
}

TEST(WindowReader, WhatIsNotPlainIsLeftToTheWholeDocument) {
  const std::string blanks(2 * kSmallWindow, ' ');
  EXPECT_FALSE(read_windows("[1," + blanks));  // Unclosed.
  EXPECT_FALSE(read_windows("[" + blanks + "tru]"));
  EXPECT_FALSE(read_windows(blanks));
  EXPECT_FALSE(read_windows("[\"<< SECRETS.a >>\"," + blanks + "1]"));
  EXPECT_FALSE(read_windows("[\"<< FN.json(SECRETS.a.B) >>\"]"));
  EXPECT_FALSE(read_windows("[" + std::string(3 * kSmallWindow, '1') + ".5]"));
  EXPECT_FALSE(read_windows("[\"<<" + blanks + "SECRETS.a.B >>\"]"));
  EXPECT_FALSE(read_windows("[\"<< SECRET.a.b >>" +
                            std::string(4 * kSmallWindow, '\\') + "\"]"));
  ParseOptions options;
  options.limits.document_bytes = kSmallWindow;
  EXPECT_FALSE(read_windows("[1" + blanks + "]", kSmallWindow, options));
  options = {};
  options.limits.expressions = 3;
  EXPECT_FALSE(read_windows(some_document(200'000, 1), kSmallWindow, options));
  options = {};
  options.format = Format::kLines;
  EXPECT_FALSE(read_windows("{}", kSmallWindow, options));
}

// Broken somewhere, in any way: either the whole document has to tell, or
// nothing is wrong.
TEST(WindowReader, AgreesOnBrokenDocuments) {
  std::mt19937 random(7);
  const std::string sound = some_document(60'000, 3);
  int sound_after_all = 0;
  for (int i = 0; i < 150; ++i) {
    std::string document = sound;
    const std::size_t at = random() % document.size();
    constexpr std::string_view kBytes = "\"\\<>{}[]:, 01x\n\xC3";
    document[at] = kBytes[random() % kBytes.size()];
    if (read_windows(document)) {
      ++sound_after_all;
      EXPECT_TRUE(expect_same(document));
    } else if (parse_template(document).ok()) {
      // Only what a window shows too little of; nothing here is so large.
      ADD_FAILURE() << "changed at " << at;
    }
  }
  EXPECT_GT(sound_after_all, 10);
}

TEST(ExpressionList, KeepsLargeNumbers) {
  ExpressionList list;
  EXPECT_TRUE(list.empty());
  std::vector<Expression> expected;
  std::mt19937_64 random(1);
  std::size_t at = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::size_t begin =
        at + (random() >> (random() % 8 * 8 + 7)) % (1u << 30);
    at = begin + random() % 300;
    expected.push_back({{begin, at}, static_cast<NodeId>(random())});
    list.add(expected.back());
  }
  const std::vector<Expression> all = all_of(list);
  ASSERT_EQ(all.size(), expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].span, expected[i].span);
    EXPECT_EQ(all[i].root, expected[i].root);
  }
}

}  // namespace
}  // namespace sotto
