// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>

#include "service/lsp/cursor.h"

namespace sotto::testing {
namespace {

// "kind:word", or "kind:group:word" of a key; the last '|' in `text` is
// the cursor.
std::string at_cursor(std::string text) {
  const std::size_t offset = text.rfind('|');
  text.erase(offset, 1);
  const LspCursor cursor = lsp_cursor(text, offset);
  const std::string word =
      text.substr(cursor.word.begin, cursor.word.end - cursor.word.begin);
  switch (cursor.kind) {
    case LspCursor::Kind::kNothing:
      return "nothing";
    case LspCursor::Kind::kTerm:
      return "term:" + word;
    case LspCursor::Kind::kGroup:
      return "group:" + word;
    case LspCursor::Kind::kKey:
      return "key:" + cursor.group + ":" + word;
    case LspCursor::Kind::kFunction:
      return "function:" + word;
  }
  return "";
}

TEST(LspCursor, KnowsWhatIsTyped) {
  EXPECT_EQ(at_cursor("\"<< SECRETS.|"), "group:");
  EXPECT_EQ(at_cursor("\"<< SECRETS.git|"), "group:git");
  EXPECT_EQ(at_cursor("\"<< SECRETS.github.|\""), "key:github:");
  EXPECT_EQ(at_cursor("\"<< SECRETS.github.TO|\""), "key:github:TO");
  EXPECT_EQ(at_cursor("\"<< FN.|\""), "function:");
  EXPECT_EQ(at_cursor("\"<< FN.base64(SECRETS.a.|"), "key:a:");
  EXPECT_EQ(at_cursor("<<SECRETS.a.B || SECRETS.c.|"), "key:c:");
}

TEST(LspCursor, TakesTheWholeName) {
  EXPECT_EQ(at_cursor("<< SECRETS.git|hub.TOKEN >>"), "group:github");
  EXPECT_EQ(at_cursor("<< SECRETS.github.|TOKEN >>"), "key:github:TOKEN");
  EXPECT_EQ(at_cursor("<< SECRETS.a-b_1.X-|Y >>"), "key:a-b_1:X-Y");
}

TEST(LspCursor, OffersTermsWhereOneMayBegin) {
  EXPECT_EQ(at_cursor("<<|"), "term:");
  EXPECT_EQ(at_cursor("<< |"), "term:");
  EXPECT_EQ(at_cursor("<< SEC|"), "term:SEC");
  EXPECT_EQ(at_cursor("<< FN.basic(|"), "term:");
  EXPECT_EQ(at_cursor("<< FN.basic(SECRETS.a.B, |"), "term:");
  EXPECT_EQ(at_cursor("<< SECRETS.a.B + |"), "term:");
  EXPECT_EQ(at_cursor("<< SECRETS.a.B |"), "nothing");
}

TEST(LspCursor, ReadsTheEscapesOfJson) {
  EXPECT_EQ(at_cursor(R"("\u003c\u003c SECRETS.|)"), "group:");
  EXPECT_EQ(at_cursor(R"("\u003C\u003C SECRETS.a.|)"), "key:a:");
  EXPECT_EQ(at_cursor(R"("\u003c\u003c SECRETS.a.B \u003e\u003e SECRETS.|)"),
            "nothing");
}

TEST(LspCursor, OutsideOfExpressionsThereIsNothing) {
  for (const char* const text :
       {"|", "SECRETS.|", "< SECRETS.|", "<< SECRETS.a.B >> SECRETS.|",
        "<< SECRETS..|", "<< SECRETS.a.B.|", "<< X.|", "<< XSECRETS.|",
        "<< A.SECRETS.a.|", "{{ SECRETS.|"}) {
    EXPECT_EQ(at_cursor(text), "nothing") << text;
  }
}

TEST(LspCursor, LooksBackNoFurtherThanItSays) {
  const std::string far(kMaxLookBack, ' ');
  EXPECT_EQ(at_cursor("<<" + far + "SECRETS.|"), "nothing");
  EXPECT_EQ(lsp_cursor("<< SECRETS.", 99).kind, LspCursor::Kind::kGroup);
}

}  // namespace
}  // namespace sotto::testing
