// SPDX-License-Identifier: Apache-2.0
//
// Properties of rendering on generated documents, with tests/oracle as the
// slow second opinion. SOTTO_PROPERTY_DOCUMENTS says how many.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include "tests/oracle/agreement.h"
#include "tests/oracle/naive_json.h"
#include "tests/oracle/naive_render.h"
#include "tests/render/testing_documents.h"
#include "tests/render/testing_values.h"

namespace sotto {
namespace {

using oracle::NaiveValues;
using oracle::Surroundings;

std::size_t document_count() {
  const char* count = std::getenv("SOTTO_PROPERTY_DOCUMENTS");
  return count ? std::strtoul(count, nullptr, 10) : 20'000;
}

Surroundings surroundings_of(Format format) {
  return format == Format::kText ? Surroundings::kPlainText
                                 : Surroundings::kJsonString;
}

// The output is the input with something else in place of each span.
void expect_same_bytes_outside_spans(const Template& parsed,
                                     std::string_view output) {
  std::size_t copied = 0;
  std::size_t at = 0;
  const std::string_view input = parsed.bytes();
  for (const Expression& expression : parsed.expressions()) {
    const auto piece = input.substr(copied, expression.span.begin - copied);
    const std::size_t found = output.find(piece, at);
    ASSERT_NE(found, std::string_view::npos) << "lost: " << piece;
    EXPECT_TRUE(copied > 0 || found == 0);
    at = found + piece.size();
    copied = expression.span.end;
  }
  EXPECT_TRUE(output.substr(at).ends_with(input.substr(copied)));
}

// Renders and compares with the naive splice; returns the output if any.
std::string check_render(std::string_view document, Format format,
                         const NaiveValues& values) {
  EXPECT_EQ(oracle::disagreement(document, format), "");
  const Rendered rendered = render_with(document, values, format);
  const auto expected =
      oracle::naive_splice(document, surroundings_of(format), values);
  EXPECT_EQ(rendered.ok, expected.has_value()) << rendered.errors();
  if (!rendered.ok || !expected) return {};
  // In JSON Lines the breaks of FN.json's values become blanks.
  if (format != Format::kLines) {
    EXPECT_EQ(rendered.text, *expected);
  }
  const Template parsed =
      parse_template(document, {.format = format, .limits = {}});
  expect_same_bytes_outside_spans(parsed, rendered.text);
  return rendered.text;
}

TEST(PropertyTest, RenderedTreeIsTheTreeWithItsLeavesReplaced) {
  DocumentMaker maker(1);
  std::size_t rendered = 0;
  for (std::size_t i = 0; i < document_count(); ++i) {
    const std::string document = maker.json();
    ASSERT_TRUE(oracle::naive_json_valid(document)) << document;
    const NaiveValues values = maker.values(i % 4 == 0);
    SCOPED_TRACE(document);
    const std::string output = check_render(document, Format::kJson, values);
    if (!output.empty()) {
      ++rendered;
      EXPECT_TRUE(oracle::naive_json_valid(output)) << output;
      EXPECT_EQ(oracle::naive_events(output),
                oracle::naive_substitute(document, values));
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(rendered, document_count() / 2);
}

TEST(PropertyTest, LinesStayLines) {
  DocumentMaker maker(2);
  for (std::size_t i = 0; i < document_count() / 10; ++i) {
    const std::string document = maker.json_lines();
    const NaiveValues values = maker.values(i % 4 == 0);
    SCOPED_TRACE(document);
    const std::string output = check_render(document, Format::kLines, values);
    EXPECT_TRUE(oracle::naive_lines_valid(output)) << output;
    if (!output.empty()) {
      EXPECT_EQ(std::count(output.begin(), output.end(), '\n'),
                std::count(document.begin(), document.end(), '\n'));
    }
    if (HasFailure()) return;
  }
}

TEST(PropertyTest, PlainTextIsSplicedAsItIs) {
  DocumentMaker maker(3);
  for (std::size_t i = 0; i < document_count() / 10; ++i) {
    const std::string document = maker.plain_text();
    SCOPED_TRACE(document);
    check_render(document, Format::kText, maker.values(i % 4 == 0));
    if (HasFailure()) return;
  }
}

// The names whose absence makes `node` absent where nothing exists; none if
// it has a value all the same.
std::set<std::string> missing_names(const oracle::NaiveNode& node) {
  using Kind = oracle::NaiveNode::Kind;
  if (node.kind == Kind::kReference) {
    return {node.name.first + '.' + node.name.second};
  }
  std::set<std::string> all;
  for (const oracle::NaiveNode& child : node.children) {
    std::set<std::string> names = missing_names(child);
    if (node.kind == Kind::kAlternatives && names.empty()) return {};
    all.merge(names);
  }
  return all;
}

// R3, R4: without any value, exactly the names that were needed are listed.
TEST(PropertyTest, EveryMissingNameIsListed) {
  DocumentMaker maker(4);
  for (std::size_t i = 0; i < document_count() / 10; ++i) {
    const std::string document = maker.json();
    SCOPED_TRACE(document);
    std::set<std::string> expected;
    const auto found =
        oracle::naive_document(document, Surroundings::kJsonString);
    for (const oracle::NaivePlace& place : found.places) {
      for (const std::string& name : missing_names(place.root)) {
        expected.insert("secret \"" + name + "\" is not defined");
      }
    }
    std::set<std::string> listed;
    for (const Diagnostic& diagnostic : render_with(document, {}).diagnostics) {
      if (diagnostic.rule == "undefined-secret") {
        listed.insert(diagnostic.message);
      }
    }
    EXPECT_EQ(listed, expected);
    if (HasFailure()) return;
  }
}

// What a template is rendered with does not change it.
TEST(PropertyTest, OneTemplateIsRenderedManyTimes) {
  DocumentMaker maker(5);
  for (int i = 0; i < 200; ++i) {
    const std::string document = maker.json();
    SCOPED_TRACE(document);
    const Template parsed = parse_template(document);
    for (int j = 0; j < 3; ++j) {
      const NaiveValues values = maker.values(j == 0);
      const Bindings bindings = bindings_of(values);
      WipedBuffer out;
      const bool ok = render(parsed, bindings, out).ok();
      const auto expected =
          oracle::naive_splice(document, Surroundings::kJsonString, values);
      ASSERT_EQ(ok, expected.has_value());
      EXPECT_EQ(out.expose(), expected.value_or(""));
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sotto
