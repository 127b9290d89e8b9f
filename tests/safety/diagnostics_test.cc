// SPDX-License-Identifier: Apache-2.0
//
// The way that fails must not say what the way that works hides: whatever goes
// wrong with a value, the report is the same for every value.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/bindings.h"
#include "base/diagnostic.h"
#include "base/json_tokenizer.h"
#include "base/source.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render.h"

namespace sotto {
namespace {

SecretString secret(std::string_view text) {
  return SecretString::copy_of(text).value();
}

// Everything that is said about rendering `document` with `value` bound to
// group.KEY; "" if nothing is.
std::string report_of(std::string_view document, std::string_view value,
                      SecretValue::Kind kind = SecretValue::Kind::kString) {
  const Template parsed = parse_template(document);
  EXPECT_TRUE(parsed.ok());
  Bindings bindings;
  bindings.bind({"group", "KEY"}, SecretValue{secret(value), kind});
  WipedBuffer out;
  const RenderReport report = render(parsed, bindings, out);
  EXPECT_EQ(report.ok(), !out.empty());
  const Source source("flow.json", document);
  std::string text;
  for (const Diagnostic& diagnostic : report.diagnostics(parsed)) {
    text += format_diagnostic(source, diagnostic);
  }
  return text;
}

// A value as no other text has it.
constexpr std::string_view kCanary = "kV9xQ2mZ7rT4wB1nC8sL5dF3gH6jK0pY";

bool leaks(std::string_view text) {
  for (std::size_t i = 0; i + 8 <= kCanary.size(); ++i) {
    if (text.find(kCanary.substr(i, 8)) != std::string_view::npos) return true;
  }
  return false;
}

TEST(Diagnostics, L01_AnAnswerThatIsCutAnywhereIsToldWithoutItsBytes) {
  const std::string answer =
      R"({"data": {"data": {"KEY": ")" + std::string(kCanary) + R"("}}})";
  for (std::size_t size = 0; size < answer.size(); ++size) {
    JsonTokenizer tokens(std::string_view(answer).substr(0, size));
    while (tokens.next() != JsonToken::kEnd) {
    }
    ASSERT_FALSE(tokens.ok()) << size;
    for (const JsonError& error : tokens.errors()) {
      EXPECT_FALSE(leaks(json_error_message(error.kind))) << size;
    }
  }
}

TEST(Diagnostics, L01_AValueThatIsCutAnywhereIsToldWithoutItsBytes) {
  const std::string value = R"({"a": [")" + std::string(kCanary) + R"(", 1]})";
  const std::string_view document =
      R"({"x": "<< FN.json(SECRETS.group.KEY) >>"})";
  EXPECT_EQ(report_of(document, value), "");
  for (std::size_t size = 0; size < value.size(); ++size) {
    const std::string report =
        report_of(document, std::string_view(value).substr(0, size));
    EXPECT_NE(report, "") << size;
    EXPECT_FALSE(leaks(report)) << report;
  }
}

struct Trouble {
  const char* name;
  const char* document;
  std::string value;
  SecretValue::Kind kind = SecretValue::Kind::kString;
};

void PrintTo(const Trouble& trouble, std::ostream* out) {
  *out << trouble.name;
}

class EveryTrouble : public testing::TestWithParam<Trouble> {};

TEST_P(EveryTrouble, IsToldWithoutTheValue) {
  const Trouble& trouble = GetParam();
  const std::string report =
      report_of(trouble.document, trouble.value, trouble.kind);
  EXPECT_NE(report, "");
  EXPECT_FALSE(leaks(report)) << report;
}

INSTANTIATE_TEST_SUITE_P(
    L01, EveryTrouble,
    testing::Values(
        Trouble{"NotUtf8", R"({"x": "<< SECRETS.group.KEY >>"})",
                std::string(kCanary) + "\xff" + std::string(kCanary)},
        Trouble{"NotJson", R"({"x": "<< FN.json(SECRETS.group.KEY) >>"})",
                std::string(kCanary)},
        Trouble{"JsonWithMore", R"({"x": "<< FN.json(SECRETS.group.KEY) >>"})",
                "1 " + std::string(kCanary)},
        Trouble{"TooDeep", R"({"x": "<< FN.json(SECRETS.group.KEY) >>"})",
                std::string(600, '[') + "\"" + std::string(kCanary) + "\"" +
                    std::string(600, ']')},
        Trouble{"NoString", R"({"x": "<< SECRETS.group.KEY >>"})",
                "\"" + std::string(kCanary) + "\"", SecretValue::Kind::kJson},
        Trouble{"TooLarge", R"({"x": "<< SECRETS.group.KEY >>"})",
                std::string((1u << 20) + 1, 'x') + std::string(kCanary)},
        Trouble{"ColonInUserName",
                R"({"x": "<< FN.basic(SECRETS.group.KEY, 'x') >>"})",
                std::string(kCanary) + ":" + std::string(kCanary)},
        Trouble{"ElsewhereMissing",
                R"({"x": "<< SECRETS.group.KEY >> << SECRETS.group.NONE >>"})",
                std::string(kCanary)}),
    [](const auto& test) { return std::string(test.param.name); });

// A value of one to three characters cannot be recognized in a text. So the
// text must not depend on it at all.
TEST(Diagnostics, L06_TheReportIsTheSameForEveryValue) {
  const std::string_view document =
      R"({"x": "<< SECRETS.group.KEY >>, << SECRETS.group.NONE >>"})";
  const std::string report = report_of(document, "q");
  EXPECT_THAT(report, testing::HasSubstr("group.NONE"));
  for (const std::string_view value : {"Z", "q7", "q7Z", "true", "none", "."}) {
    EXPECT_EQ(report_of(document, value), report);
  }
}

TEST(Diagnostics, L06_ShortValuesAreRenderedAsTheyAre) {
  for (const std::string_view value : {"q", "q7", "q7Z"}) {
    const Template parsed =
        parse_template(R"({"x": "<< SECRETS.group.KEY >>"})");
    Bindings bindings;
    bindings.bind({"group", "KEY"}, secret(value));
    WipedBuffer out;
    EXPECT_TRUE(render(parsed, bindings, out).ok());
    EXPECT_EQ(out.expose(), "{\"x\": \"" + std::string(value) + "\"}");
  }
}

}  // namespace
}  // namespace sotto
