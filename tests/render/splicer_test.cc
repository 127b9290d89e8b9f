// SPDX-License-Identifier: Apache-2.0
//
// A template is spliced again and again, and nothing is touched but the
// document and the output.

#include "render/splicer.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "render/render.h"
#include "render/saturating.h"
#include "tests/render/testing_documents.h"
#include "tests/render/testing_values.h"

namespace sotto {
namespace {

using oracle::NaiveValues;

std::string rendered_whole(const Template& parsed, const Bindings& bindings) {
  WipedBuffer out;
  EXPECT_TRUE(render(parsed, bindings, out).ok());
  return std::string(out.expose());
}

std::string spliced(const Splicer& splicer) {
  WipedBuffer out;
  EXPECT_TRUE(splicer.splice(out));
  return std::string(out.expose());
}

TEST(SplicerTest, SplicesAsOftenAsIsWanted) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  const Bindings bindings = bindings_of(varied_values('v'));
  const std::string whole = rendered_whole(parsed, bindings);
  Splicer splicer(parsed);
  ASSERT_TRUE(splicer.prepare(bindings).ok());
  EXPECT_EQ(splicer.rendered_size(), whole.size());
  WipedBuffer out;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(splicer.splice(out));
  EXPECT_EQ(out.expose(), whole + whole + whole);
}

TEST(SplicerTest, PreparesForOtherValues) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  Splicer splicer(parsed);
  for (const char filler : {'a', 'b', '"', '\x01', 'c'}) {
    const Bindings bindings = bindings_of(varied_values(filler));
    ASSERT_TRUE(splicer.prepare(bindings).ok());
    EXPECT_EQ(spliced(splicer), rendered_whole(parsed, bindings));
  }
}

TEST(SplicerTest, WithoutAllValuesNothingIsSpliced) {
  const std::string document = varied_document();
  const Template parsed = parse_template(document);
  Splicer splicer(parsed);
  WipedBuffer out;
  ASSERT_TRUE(out.append("before"));
  EXPECT_FALSE(splicer.splice(out)) << "nothing is prepared";
  ASSERT_TRUE(splicer.prepare(bindings_of(varied_values('v'))).ok());
  NaiveValues values = varied_values('v');
  values.erase({"g", "SHORT"});
  const RenderReport report = splicer.prepare(bindings_of(values));
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(splicer.splice(out)) << "old values are gone";
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

TEST(SplicerTest, ReadsNothingOutsideOfTheDocument) {
  Island island;
  const Bindings bindings = bindings_of(one_value("g.K", "value"));
  for (std::size_t size = 0; size < 400; ++size) {
    const std::string filler(size / 2, 'x');
    const std::string more(size, 'y');
    const std::string document = "[\"" + filler +
                                 "<< SECRETS.g.K >>\", \"<< SECRETS.g.K >>" +
                                 more + "\"]";
    const std::string expected =
        "[\"" + filler + "value\", \"value" + more + "\"]";
    EXPECT_EQ(
        rendered_whole(parse_template(island.at_the_end(document)), bindings),
        expected);
    EXPECT_EQ(rendered_whole(parse_template(island.at_the_beginning(document)),
                             bindings),
              expected);
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
    ASSERT_TRUE(splicer.splice(out));
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
