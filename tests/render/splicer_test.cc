// SPDX-License-Identifier: Apache-2.0
//
// A document in windows becomes what it becomes as a whole, and nothing is
// touched but the windows and the output.

#include "render/splicer.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "render/render.h"
#include "render/saturating.h"
#include "tests/render/testing_documents.h"
#include "tests/render/testing_values.h"

namespace sotto {
namespace {

using oracle::NaiveValue;
using oracle::NaiveValues;

// All that the splice tells apart: short and long pieces of text and of values,
// none at all, expressions side by side, escaped ones, and one that takes its
// quotes away.
std::string varied_document() {
  std::string document = R"({"a": "<< SECRETS.g.SHORT >><< SECRETS.g.LONG >>")";
  for (std::size_t size = 0; size < 600; size += 37) {
    document += ", \"" + std::string(size, 'x') + "\": \"";
    document += size % 2 == 0 ? "<< SECRETS.g.EMPTY >>"
                              : "\\u003c\\u003c SECRETS.g.SHORT >>";
    document += std::string(size / 3, 'y') + "<<SECRETS.g.MIDDLE>>\"";
  }
  return document + R"(, "j": "<< FN.json(SECRETS.g.JSON) >>"})";
}

NaiveValues varied_values(char filler) {
  const auto text = [&](std::size_t size) {
    return NaiveValue{NaiveValue::Kind::kString, std::string(size, filler)};
  };
  NaiveValues values;
  values[{"g", "SHORT"}] = text(7);
  values[{"g", "MIDDLE"}] = text(64);
  values[{"g", "LONG"}] = text(1000);
  values[{"g", "EMPTY"}] = text(0);
  values[{"g", "JSON"}] = {NaiveValue::Kind::kString, R"([1, {"x": 2}])"};
  return values;
}

std::string rendered_whole(const Template& parsed, const Bindings& bindings) {
  WipedBuffer out;
  EXPECT_TRUE(render(parsed, bindings, out).ok());
  return std::string(out.expose());
}

// Gives the document in windows, each in a piece of memory of its own that is
// no larger.
std::string spliced(Splicer& splicer, std::string_view document,
                    std::size_t window_size) {
  splicer.rewind();
  WipedBuffer out;
  for (std::size_t at = 0; at < document.size(); at += window_size) {
    const std::string_view bytes = document.substr(at, window_size);
    const auto window = std::make_unique<char[]>(bytes.size());
    std::memcpy(window.get(), bytes.data(), bytes.size());
    if (!splicer.splice({window.get(), bytes.size()}, out)) return "no memory";
  }
  return std::string(out.expose());
}

TEST(SplicerTest, WindowsOfEverySizeMakeTheSameBytes) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  const Bindings bindings = bindings_of(varied_values('v'));
  const std::string whole = rendered_whole(parsed, bindings);
  Splicer splicer(parsed);
  ASSERT_TRUE(splicer.prepare(bindings).ok());
  EXPECT_EQ(splicer.rendered_size(document.size()), whole.size());
  for (std::size_t size = 1; size <= 200; ++size) {
    ASSERT_EQ(spliced(splicer, document, size), whole) << size;
  }
  EXPECT_EQ(spliced(splicer, document, document.size()), whole);
}

TEST(SplicerTest, RandomDocumentsInRandomWindows) {
  for (const Format format : {Format::kJson, Format::kLines, Format::kText}) {
    DocumentMaker maker(11);
    for (std::size_t i = 0; i < 300; ++i) {
      const std::string document = format == Format::kJson ? maker.json()
                                   : format == Format::kLines
                                       ? maker.json_lines()
                                       : maker.plain_text();
      const Template parsed =
          parse_template(document, {.format = format, .limits = {}});
      const Bindings bindings = bindings_of(maker.values(false));
      Splicer splicer(parsed);
      if (!splicer.prepare(bindings).ok()) continue;
      ASSERT_EQ(spliced(splicer, document, 1 + i % 50),
                rendered_whole(parsed, bindings))
          << document;
    }
  }
}

TEST(SplicerTest, AnEmptyWindowIsNothing) {
  const std::string document = R"(["<< SECRETS.g.K >>"])";
  const Template parsed = parse_template(document);
  Splicer splicer(parsed);
  ASSERT_TRUE(splicer.prepare(bindings_of(one_value("g.K", "v"))).ok());
  WipedBuffer out;
  EXPECT_TRUE(splicer.splice({}, out));
  EXPECT_TRUE(splicer.splice(document, out));
  EXPECT_TRUE(splicer.splice({}, out));
  EXPECT_EQ(out.expose(), R"(["v"])");
}

TEST(SplicerTest, PreparesForOtherValues) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  Splicer splicer(parsed);
  for (const char filler : {'a', 'b', '"', '\x01', 'c'}) {
    const Bindings bindings = bindings_of(varied_values(filler));
    ASSERT_TRUE(splicer.prepare(bindings).ok());
    EXPECT_EQ(spliced(splicer, document, document.size()),
              rendered_whole(parsed, bindings));
  }
}

TEST(SplicerTest, WithoutAllValuesNothingIsSpliced) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  Splicer splicer(parsed);
  WipedBuffer out;
  ASSERT_TRUE(out.append("before"));
  EXPECT_FALSE(splicer.splice(document, out)) << "nothing is prepared";
  ASSERT_TRUE(splicer.prepare(bindings_of(varied_values('v'))).ok());
  NaiveValues values = varied_values('v');
  values.erase({"g", "SHORT"});
  const RenderReport report = splicer.prepare(bindings_of(values));
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(splicer.splice(document, out)) << "old values are gone";
  EXPECT_EQ(out.expose(), "before");
  for (const Diagnostic& diagnostic : report.diagnostics(parsed)) {
    EXPECT_EQ(diagnostic.message, "secret \"g.SHORT\" is not defined");
    EXPECT_NE(diagnostic.pointer, "");
  }
}

TEST(SplicerTest, ADocumentThatIsWrongIsReportedByItsOwnDiagnostics) {
  const Template parsed = parse_template(R"(["<< SECRETS.g >>"])");
  Splicer splicer(parsed);
  const RenderReport report = splicer.prepare({});
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.clean());
  ASSERT_EQ(report.diagnostics(parsed).size(), parsed.diagnostics().size());
  EXPECT_EQ(report.diagnostics(parsed).front().message,
            parsed.diagnostics().front().message);
}

// Two pages between pages that nobody may touch.
class Island {
 public:
  Island() : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    begin_ = static_cast<char*>(::mmap(nullptr, 4 * page_, PROT_NONE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) +
             page_;
    EXPECT_EQ(::mprotect(begin_, 2 * page_, PROT_READ | PROT_WRITE), 0);
  }
  ~Island() { ::munmap(begin_ - page_, 4 * page_); }
  Island(const Island&) = delete;
  Island& operator=(const Island&) = delete;

  // The bytes, up to the very end of what may be read.
  std::string_view at_the_end(std::string_view bytes) {
    char* const begin = begin_ + 2 * page_ - bytes.size();
    std::memcpy(begin, bytes.data(), bytes.size());
    return {begin, bytes.size()};
  }
  std::string_view at_the_beginning(std::string_view bytes) {
    std::memcpy(begin_, bytes.data(), bytes.size());
    return {begin_, bytes.size()};
  }

 private:
  std::size_t page_;
  char* begin_;
};

TEST(SplicerTest, ReadsNothingOutsideOfTheWindow) {
  Island island;
  const Bindings bindings = bindings_of(one_value("g.K", "value"));
  for (std::size_t size = 0; size < 400; ++size) {
    const std::string document = "[\"" + std::string(size / 2, 'x') +
                                 "<< SECRETS.g.K >>\", \"<< SECRETS.g.K >>" +
                                 std::string(size, 'y') + "\"]";
    const Template parsed = parse_template(document);
    const std::string whole = rendered_whole(parsed, bindings);
    Splicer splicer(parsed);
    ASSERT_TRUE(splicer.prepare(bindings).ok());
    WipedBuffer out;
    ASSERT_TRUE(splicer.splice(island.at_the_end(document), out));
    EXPECT_EQ(out.expose(), whole);
    splicer.rewind();
    out.clear();
    ASSERT_TRUE(splicer.splice(island.at_the_beginning(document), out));
    EXPECT_EQ(out.expose(), whole);
  }
}

TEST(SplicerTest, WritesNothingBehindWhatTheOutputPrepared) {
  const std::string document = R"("<< SECRETS.g.K >>")";
  const Template parsed = parse_template(document);
  for (std::size_t size = 0; size < 600; ++size) {
    const std::string value(size, 'v');
    Splicer splicer(parsed);
    ASSERT_TRUE(splicer.prepare(bindings_of(one_value("g.K", value))).ok());
    // Small ones come from the arena, which AddressSanitizer watches.
    WipedBuffer out;
    ASSERT_TRUE(splicer.splice(document, out));
    EXPECT_EQ(out.expose(), '"' + value + '"');
    // What was copied too much is wiped with the rest.
    const char* const begin = out.expose().data();
    out.clear();
    EXPECT_EQ(std::string_view(begin, size + 2), std::string(size + 2, '\0'));
  }
}

TEST(SplicerTest, AWarningIsToldByAnyTemplateOfTheDocument) {
  const std::string document = varied_document();
  NaiveValues values = varied_values('v');
  RenderReport report;
  {
    const Template parsed = parse_template(document);
    WipedBuffer out;
    report = render(parsed, bindings_of(values), out);
  }
  EXPECT_TRUE(report.ok());
  EXPECT_FALSE(report.clean());
  const Template again = parse_template(document);
  const auto warnings = report.diagnostics(again);
  ASSERT_EQ(warnings.size(), 9u);
  for (const Diagnostic& warning : warnings) {
    EXPECT_EQ(warning.rule, "empty-value");
    EXPECT_EQ(warning.severity, Severity::kWarning);
    EXPECT_EQ(warning.message, "secret \"g.EMPTY\" is empty");
    EXPECT_EQ(document.substr(warning.span.begin, warning.span.size()),
              "SECRETS.g.EMPTY");
    EXPECT_TRUE(warning.pointer.starts_with("/x") || warning.pointer == "/");
  }
}

TEST(SaturatingTest, SizesStopAtTheLargest) {
  constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(saturating_sum(1, 2), 3u);
  EXPECT_EQ(saturating_sum(kLargest, 0), kLargest);
  EXPECT_EQ(saturating_sum(kLargest - 1, 2), kLargest);
  EXPECT_EQ(saturating_sum(kLargest, kLargest), kLargest);
  EXPECT_EQ(saturating_product(6, 7), 42u);
  EXPECT_EQ(saturating_product(kLargest, 0), 0u);
  EXPECT_EQ(saturating_product(0, kLargest), 0u);
  EXPECT_EQ(saturating_product(kLargest, 1), kLargest);
  EXPECT_EQ(saturating_product(kLargest / 2, 2), kLargest - 1);
  EXPECT_EQ(saturating_product(kLargest / 2 + 1, 2), kLargest);
  EXPECT_EQ(saturating_product(std::size_t{1} << 40, std::size_t{1} << 40),
            kLargest);
}

TEST(SplicerTest, ADocumentOfEveryByteThereIsDoesNotFit) {
  const Template parsed = parse_template(R"("<< SECRETS.g.K >>")");
  Splicer splicer(parsed);
  const std::string value(100, 'v');
  ASSERT_TRUE(splicer.prepare(bindings_of(one_value("g.K", value))).ok());
  EXPECT_EQ(splicer.rendered_size(19), 102u);
  constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(splicer.rendered_size(kLargest), kLargest);
}

// As large as a value may be where no limit is set.
TEST(SplicerTest, ALimitOfEveryByteThereIsIsNone) {
  constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();
  const Rendered rendered =
      render_with(R"(["<< SECRETS.g.K + 'x' >>"])", one_value("g.K", "v"),
                  Format::kJson, {.value_bytes = kLargest, .depth = 512});
  EXPECT_EQ(rendered.text, R"(["vx"])");
  EXPECT_EQ(rendered.errors(), "");
}

}  // namespace
}  // namespace sotto
