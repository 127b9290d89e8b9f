// SPDX-License-Identifier: Apache-2.0
//
// A document in windows becomes what it becomes as a whole, and nothing is read
// outside of the windows.

#include "render/window_splicer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "render/render.h"
#include "tests/render/testing_documents.h"
#include "tests/render/testing_values.h"

namespace sotto {
namespace {

// A document as WindowReader gives it, also where that leaves the word to
// parse_template().
WindowedTemplate windowed(std::string_view document,
                          Format format = Format::kJson) {
  Template parsed = parse_template(document, {.format = format, .limits = {}});
  ExpressionList expressions;
  for (const Expression& each : parsed.expressions()) expressions.add(each);
  return {std::move(parsed), std::move(expressions)};
}

std::string rendered_whole(const Template& parsed, const Bindings& bindings) {
  WipedBuffer out;
  EXPECT_TRUE(render(parsed, bindings, out).ok());
  return std::string(out.expose());
}

// Gives the document in windows, each in a piece of memory of its own that is
// no larger.
std::string spliced(WindowSplicer& splicer, std::string_view document,
                    std::size_t window_size) {
  std::string out;
  const auto put = [&out](std::string_view piece) {
    out += piece;
    return true;
  };
  for (std::size_t at = 0; at < document.size(); at += window_size) {
    const std::string_view bytes = document.substr(at, window_size);
    const auto window = std::make_unique<char[]>(bytes.size());
    std::memcpy(window.get(), bytes.data(), bytes.size());
    EXPECT_TRUE(splicer.splice({window.get(), bytes.size()}, put));
  }
  return out;
}

TEST(WindowSplicerTest, WindowsOfEverySizeMakeTheSameBytes) {
  const std::string document = varied_document();
  const WindowedTemplate read = windowed(document);
  const Bindings bindings = bindings_of(varied_values('v'));
  const std::string whole = rendered_whole(read.parsed, bindings);
  for (std::size_t size = 1; size <= 200; ++size) {
    WindowSplicer splicer(read);
    ASSERT_TRUE(splicer.prepare(bindings, {}).ok());
    ASSERT_EQ(spliced(splicer, document, size), whole) << size;
  }
  WindowSplicer splicer(read);
  ASSERT_TRUE(splicer.prepare(bindings, {}).ok());
  EXPECT_EQ(spliced(splicer, document, document.size()), whole);
}

TEST(WindowSplicerTest, RandomDocumentsInRandomWindows) {
  for (const Format format : {Format::kJson, Format::kLines, Format::kText}) {
    DocumentMaker maker(11);
    for (std::size_t i = 0; i < 300; ++i) {
      const std::string document = format == Format::kJson ? maker.json()
                                   : format == Format::kLines
                                       ? maker.json_lines()
                                       : maker.plain_text();
      const WindowedTemplate read = windowed(document, format);
      const Bindings bindings = bindings_of(maker.values(false));
      WindowSplicer splicer(read);
      if (!read.parsed.ok() || !splicer.prepare(bindings, {}).ok()) continue;
      ASSERT_EQ(spliced(splicer, document, 1 + i % 50),
                rendered_whole(read.parsed, bindings))
          << document;
    }
  }
}

TEST(WindowSplicerTest, AnEmptyWindowIsNothing) {
  const std::string document = R"(["<< SECRETS.g.K >>"])";
  const WindowedTemplate read = windowed(document);
  WindowSplicer splicer(read);
  ASSERT_TRUE(splicer.prepare(bindings_of(one_value("g.K", "v")), {}).ok());
  std::string out;
  const auto put = [&out](std::string_view piece) {
    out += piece;
    return true;
  };
  EXPECT_TRUE(splicer.splice({}, put));
  EXPECT_TRUE(splicer.splice(document, put));
  EXPECT_TRUE(splicer.splice({}, put));
  EXPECT_EQ(out, R"(["v"])");
}

TEST(WindowSplicerTest, EndsWhereAPieceIsRefused) {
  const std::string document = R"(["<< SECRETS.g.K >>", "x"])";
  const WindowedTemplate read = windowed(document);
  for (int taken = 0; taken < 3; ++taken) {
    WindowSplicer splicer(read);
    ASSERT_TRUE(splicer.prepare(bindings_of(one_value("g.K", "v")), {}).ok());
    int asked = 0;
    const auto put = [&](std::string_view) { return asked++ < taken; };
    EXPECT_FALSE(splicer.splice(document, put));
    EXPECT_EQ(asked, taken + 1) << "nothing is put behind it";
  }
}

}  // namespace
}  // namespace sotto
