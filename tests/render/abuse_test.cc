// SPDX-License-Identifier: Apache-2.0
//
// The abuse cases of expressions and JSON, each named after its case, and
// values that nobody would choose.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "tests/oracle/naive_json.h"
#include "tests/render/testing_values.h"

namespace sotto {
namespace {

using oracle::NaiveValue;
using oracle::NaiveValues;
using std::string_view_literals::operator""sv;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

Template parse_text(std::string_view text) {
  return parse_template(text, {.format = Format::kText, .limits = {}});
}

// The decoded value of the only string of a JSON text.
std::string only_string(std::string_view json) {
  const auto strings = oracle::naive_strings(json);
  EXPECT_EQ(strings.size(), 1u);
  return strings.empty() ? "" : strings.front().text;
}

void expect_refused(std::string_view document) {
  SCOPED_TRACE(document.substr(0, 80));
  const Template parsed = parse_template(document);
  EXPECT_FALSE(parsed.ok());
  EXPECT_TRUE(has_error(parsed.diagnostics()));
  const Rendered rendered = render_with(document, one_value("a.B", "v"));
  EXPECT_FALSE(rendered.ok);
}

#ifdef NDEBUG
constexpr std::size_t kHostileSize = 10u << 20;
#else
constexpr std::size_t kHostileSize = 1u << 20;
#endif

// Bounded time, generously: machines and sanitizers differ.
template <typename Work>
void expect_quick(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(AbuseTest, E01_ValueThatIsAnExpressionIsText) {
  const std::string value = "<< SECRETS.g.OTHER >>";
  NaiveValues values = one_value("g.K", value);
  values[{"g", "OTHER"}] = {NaiveValue::Kind::kString, "must not appear"};
  const std::string document = R"(["<< SECRETS.g.K >>"])";
  EXPECT_EQ(render_with(document, values).text, "[\"" + value + "\"]");
  EXPECT_EQ(parse_template(document).references().size(), 1u);
  // Nor what a value and the text around it make together.
  values[{"g", "K"}].text = "<";
  EXPECT_EQ(
      render_with(R"(["<< SECRETS.g.K >>< SECRETS.g.OTHER >>"])", values).text,
      R"(["<< SECRETS.g.OTHER >>"])");
}

TEST(AbuseTest, E02_ExpressionInAKeyIsAnErrorOfItsOwn) {
  const std::string document = R"({"<< SECRETS.g.K >>": 1})";
  const Template parsed = parse_template(document);
  ASSERT_EQ(parsed.diagnostics().size(), 1u);
  EXPECT_EQ(parsed.diagnostics()[0].rule, "expression-in-key");
  EXPECT_EQ(parsed.diagnostics()[0].severity, Severity::kError);
  EXPECT_EQ(parsed.diagnostics()[0].span, (Span{2, 19}));
  EXPECT_TRUE(parsed.references().empty());
  EXPECT_FALSE(render_with(document, one_value("g.K", "v")).ok);
  // Broken or escaped, it is one all the same.
  expect_refused(R"({"<< SECRETS.g": 1})");
  expect_refused(R"({"\u003c\u003c SECRETS.g.K >>": 1})");
  EXPECT_TRUE(parse_template(R"({"<< parameters.x >>": 1})").ok());
}

TEST(AbuseTest, E03_ValueCannotLeaveItsString) {
  const NaiveValues values = one_value("g.K", R"(x","admin":true,"y":")");
  const std::string document = R"({"a": "<< SECRETS.g.K >>", "b": 1})";
  const Rendered rendered = render_with(document, values);
  EXPECT_EQ(rendered.text, R"({"a": "x\",\"admin\":true,\"y\":\"", "b": 1})");
  EXPECT_EQ(oracle::naive_events(rendered.text)->size(), 6u);
}

TEST(AbuseTest, E04_OtherNotationsAreTextAndBlanksAreOptional) {
  for (const std::string_view text :
       {"{{ SECRETS.a.b }}", "${{ SECRETS.a.b }}", "%SECRETS.a.b%"}) {
    const std::string document = "[\"" + std::string(text) + "\"]";
    EXPECT_EQ(render_with(document, one_value("a.b", "v")).text, document);
    EXPECT_TRUE(parse_template(document).diagnostics().empty());
  }
  EXPECT_EQ(render_with(R"(["<<SECRETS.a.b>>"])", one_value("a.b", "v")).text,
            R"(["v"])");
}

TEST(AbuseTest, E05_BrokenExpressionIsAnErrorWithItsPlace) {
  const struct {
    std::string_view text;
    std::size_t place;
  } cases[] = {
      {"<< SECRETS.a.b", 14},
      {"<< SECRETS.a.b > >", 15},
      {"<< SECRETS.<< SECRETS.a.b >>.K >>", 11},
  };
  for (const auto& [text, place] : cases) {
    SCOPED_TRACE(text);
    const Template parsed = parse_text(text);
    ASSERT_EQ(parsed.diagnostics().size(), 1u);
    EXPECT_EQ(parsed.diagnostics()[0].rule, "syntax");
    EXPECT_EQ(parsed.diagnostics()[0].span.begin, place);
    EXPECT_FALSE(render_with(text, one_value("a.b", "v"), Format::kText).ok);
  }
}

TEST(AbuseTest, E06_NamesThatAreNoneAreErrorsOrText) {
  for (const std::string& text :
       {std::string("<< SECRETS.../../x.K >>"),
        std::string("<< SECRETS.a%2fb.K >>"),
        std::string("<< SECRETS.a.b.c >>"),
        std::string("<< SECRETS.a.b\\u0000 >>"),
        "<< SECRETS." + repeated("x", 300) + ".K >>",
        "<< SECRETS.a." + repeated("x", 300) + " >>"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_text(text).ok());
    EXPECT_TRUE(parse_text(text).references().empty());
  }
  // A Cyrillic letter in SECRETS.
  for (const std::string_view text :
       {"<< SEСRETS.a.b >>", "<< ЅECRETS.a.b >>"}) {
    EXPECT_TRUE(parse_text(text).ok());
    EXPECT_TRUE(parse_text(text).references().empty());
  }
  EXPECT_FALSE(parse_text("<< SECRETS.а.b >>").ok()) << "Cyrillic group";
}

// In growing sizes, so that what is slow fails before it takes forever.
constexpr std::size_t kFirstSize = 16u << 10;

TEST(AbuseTest, E07_HostileTextsTakeBoundedTime) {
  for (const std::string_view unit :
       {"<<"sv, "<< SECRETS."sv, ">>"sv, "<"sv, "<< "sv, "<< x "sv, "< "sv,
        "<< FN.base64("sv, "<< 'x' + "sv, "<< secrets.a.B >>"sv,
        "<< SECRETS.a "sv, "<<\n"sv, "<< FN.trim('"sv, "<< SECRETS.a.B + '"sv,
        "<< SECRETS "sv}) {
    SCOPED_TRACE(unit);
    for (std::size_t size = kFirstSize; size <= kHostileSize; size *= 4) {
      SCOPED_TRACE(size);
      const std::string text = repeated(unit, size / unit.size());
      expect_quick([&] { (void)parse_text(text).ok(); });
      const std::string document = '"' + text + '"';
      expect_quick([&] { (void)parse_template(document).ok(); });
      const std::string key = "{\"" + text + "\":1}";
      expect_quick([&] { (void)parse_template(key).ok(); });
      if (HasFailure()) return;
    }
  }
}

TEST(AbuseTest, E07_ManyTermsOfOneExpressionTakeBoundedTime) {
  for (std::size_t terms = 1'000; terms <= 64'000; terms *= 4) {
    SCOPED_TRACE(terms);
    const std::string document =
        "\"<< SECRETS.a.B" + repeated(" + SECRETS.a.B", terms - 1) + " >>\"";
    expect_quick([&] {
      EXPECT_EQ(render_with(document, one_value("a.B", "v")).text.size(),
                terms + 2);
    });
    expect_quick([&] { EXPECT_FALSE(render_with(document, {}).ok); });
    if (HasFailure()) return;
  }
}

TEST(AbuseTest, E07_ManyFindingsBelowALongKeyTakeBoundedTime) {
  for (std::size_t size = kFirstSize; size <= kHostileSize; size *= 4) {
    SCOPED_TRACE(size);
    const std::string document = "{\"" + repeated("k", size) + "\":[" +
                                 repeated("\"<< secrets.a.B >>\",", size / 20) +
                                 "1]}";
    expect_quick([&] { EXPECT_TRUE(parse_template(document).ok()); });
    if (HasFailure()) return;
  }
}

TEST(AbuseTest, E08_SoManyExpressionsAreOneReference) {
  const std::string document =
      "[\"" + repeated("<< SECRETS.a.B >>", 9'999) + "\"]";
  const Template parsed = parse_template(document);
  EXPECT_EQ(parsed.expressions().size(), 9'999u);
  EXPECT_EQ(parsed.references().size(), 1u);
  EXPECT_EQ(render_with(document, one_value("a.B", "v")).text,
            "[\"" + repeated("v", 9'999) + "\"]");

  ParseOptions options;
  options.limits.expressions = 9'998;
  const Template over = parse_template(document, options);
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.diagnostics().front().rule, "limit");
  options.limits.expressions = 9'999;
  EXPECT_TRUE(parse_template(document, options).ok());
}

TEST(AbuseTest, E09_DeepNestingIsALimit) {
  for (const std::size_t depth : {100'000u, 1'000'000u}) {
    for (const std::string_view open : {"["sv, "{\"a\":"sv}) {
      const std::string document = repeated(open, depth);
      const Template parsed = parse_template(document);
      ASSERT_FALSE(parsed.ok());
      EXPECT_EQ(parsed.diagnostics().front().rule, "limit");
      EXPECT_EQ(parsed.diagnostics().front().message, "nested deeper than 512");
    }
  }
  expect_refused(repeated("[", 100'000) + repeated("]", 100'000));
}

TEST(AbuseTest, E09_DeepNestingOfCallsIsALimit) {
  const auto nested = [](std::size_t depth) {
    return "<< " + repeated("FN.trim(", depth) + "SECRETS.a.B" +
           repeated(")", depth) + " >>";
  };
  EXPECT_TRUE(parse_text(nested(32)).ok());
  const Template parsed = parse_text(nested(33));
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.diagnostics().front().rule, "limit");
  EXPECT_FALSE(parse_text(nested(1'000'000)).ok());
}

TEST(AbuseTest, E10_DuplicateKeysAreKept) {
  const std::string document = R"({"a":"<< SECRETS.g.K >>","a":"x"})";
  EXPECT_TRUE(parse_template(document).ok());
  EXPECT_EQ(render_with(document, one_value("g.K", "v")).text,
            R"({"a":"v","a":"x"})");
}

TEST(AbuseTest, E11_BytesThatAreNotUtf8AreRefusedWithoutRepeatingThem) {
  for (const std::string_view document :
       {"[\"\xff canary\"]"sv, "[\"\xc0\xaf canary\"]"sv,
        "[\"\xed\xa0\x80 canary\"]"sv, "\xef\xbb\xbf[\"canary\"]"sv,
        "\xff\xfe[\0\"\0c\0\"\0]\0"sv, "\xfe\xff\0[\0\"\0c\0\"\0]"sv,
        "[\0\"\0c\0\"\0]\0"sv}) {
    expect_refused(document);
    const Template parsed = parse_template(document);
    for (const Diagnostic& diagnostic : parsed.diagnostics()) {
      EXPECT_EQ(diagnostic.message.find("canary"), std::string::npos);
      EXPECT_EQ(oracle::naive_escape(diagnostic.message).find("\\u"),
                std::string::npos);
    }
  }
}

TEST(AbuseTest, E11_LoneSurrogateEscapesPassAsText) {
  const std::string document = R"(["\ud800 << SECRETS.g.K >> \udc00"])";
  EXPECT_EQ(render_with(document, one_value("g.K", "v")).text,
            R"(["\ud800 v \udc00"])");
  // Not inside an expression.
  expect_refused(R"(["<< SECRETS.g.K + '\ud800' >>"])");
  expect_refused(R"(["<< SECRETS.g.K \ud800 >>"])");
  EXPECT_TRUE(parse_template(R"(["<< SECRETS.g.K + '\ud83d\ude00' >>"])").ok());
}

TEST(AbuseTest, E12_NumbersKeepTheirSpelling) {
  const std::string_view numbers =
      "1e400,123456789012345678901234567890,-0,1.0,1E2,-1.50e-07,1e+05";
  const std::string document =
      "[" + std::string(numbers) + ",\"<< SECRETS.g.K >>\"]";
  EXPECT_EQ(render_with(document, one_value("g.K", "v")).text,
            "[" + std::string(numbers) + ",\"v\"]");
}

TEST(AbuseTest, E13_EscapedSpellingIsTheSameExpression) {
  for (const std::string_view spelled :
       {R"("\u003c\u003c SECRETS.g.K \u003e\u003e")",
        R"("\u003C\u003C SECRETS.g.K \u003E\u003E")",
        R"("<\u003c\nSECRETS\u002eg.\u004b\t>>")"}) {
    const Template parsed = parse_template(spelled);
    ASSERT_EQ(parsed.expressions().size(), 1u) << spelled;
    EXPECT_EQ(parsed.expressions()[0].span, (Span{1, spelled.size() - 1}));
    EXPECT_EQ(render_with(spelled, one_value("g.K", "v")).text, "\"v\"");
  }
  EXPECT_EQ(
      render_with(R"("<< SECRETS.g.K + \"-\\\" >>")", one_value("g.K", "v"))
          .text,
      R"("v-\\")");
  // An escaped backslash is a backslash, and no beginning of an escape.
  EXPECT_TRUE(parse_template(R"("\\u003c\\u003c SECRETS.g.K >>")")
                  .expressions()
                  .empty());
}

TEST(AbuseTest, E14_AnyUtf8ValueArrivesAsItIs) {
  const std::string everything = std::string("\0 nul", 5) +
                                 "\x01\x1f\x7f \u2028\u2029 😀 \\ \" ' / \b\f\n"
                                 "\r\t \u0085 \ufeff \uffff <b>&</b>";
  for (const std::string& value :
       {everything, std::string(1, '\0'), std::string("\""), std::string("\\"),
        std::string("\\u0041"), std::string("\\\""), std::string("é")}) {
    const Rendered rendered =
        render_with(R"("<< SECRETS.g.K >>")", one_value("g.K", value));
    ASSERT_TRUE(rendered.ok) << rendered.errors();
    EXPECT_TRUE(oracle::naive_json_valid(rendered.text));
    EXPECT_EQ(only_string(rendered.text), value);
    EXPECT_EQ(
        render_with("<< SECRETS.g.K >>", one_value("g.K", value), Format::kText)
            .text,
        value);
  }
}

TEST(AbuseTest, E14_ValueThatIsNotUtf8IsAnErrorExceptInBase64) {
  for (const std::string_view value :
       {"\xff"sv, "\xc0\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
        "half \xe2\x82"sv}) {
    const NaiveValues values = one_value("g.K", value);
    const Rendered rendered = render_with(R"("<< SECRETS.g.K >>")", values);
    EXPECT_EQ(rendered.errors(), "secret \"g.K\" is not UTF-8\n");
    EXPECT_FALSE(render_with("<< SECRETS.g.K >>", values, Format::kText).ok);
    EXPECT_TRUE(render_with(R"("<< FN.base64(SECRETS.g.K) >>")", values).ok);
  }
  // Two halves that are no UTF-8 alone may make a whole.
  NaiveValues halves = one_value("g.A", "\xc3");
  halves[{"g", "B"}] = {NaiveValue::Kind::kString, "\xa9"};
  EXPECT_EQ(render_with(R"("<< SECRETS.g.A + SECRETS.g.B >>")", halves).text,
            "\"é\"");
}

TEST(AbuseTest, E15_WhatIsNotJsonIsRefused) {
  for (const std::string_view document :
       {R"(["<< SECRETS.a.B >>"] x)", R"({} {"a":"<< SECRETS.a.B >>"})",
        "// comment\n[\"<< SECRETS.a.B >>\"]", "[\"<< SECRETS.a.B >>\", NaN]",
        "[\"<< SECRETS.a.B >>\",]", "{\"a\":\"<< SECRETS.a.B >>\",}",
        "[\"<< SECRETS.a.B >>\" /* x */]", "<< SECRETS.a.B >>", ""}) {
    expect_refused(document);
  }
}

TEST(AbuseTest, E16_EmptyValueIsAValueWithAWarning) {
  const Rendered rendered =
      render_with(R"(["<< SECRETS.g.K >>"])", one_value("g.K", ""));
  EXPECT_TRUE(rendered.ok);
  EXPECT_EQ(rendered.text, R"([""])");
  EXPECT_TRUE(rendered.warns("empty-value"));
  // It is there, so its alternative is not.
  NaiveValues values = one_value("g.K", "");
  values[{"g", "L"}] = {NaiveValue::Kind::kString, "other"};
  EXPECT_EQ(render_with(R"(["<< SECRETS.g.K || SECRETS.g.L >>"])", values).text,
            R"([""])");
}

TEST(AbuseTest, E16_ValueOf1MiBIsTheLimit) {
  const std::string largest(1u << 20, 'x');
  EXPECT_EQ(render_with(R"("<< SECRETS.g.K >>")", one_value("g.K", largest))
                .text.size(),
            largest.size() + 2);
  const Rendered over =
      render_with(R"("<< SECRETS.g.K >>")", one_value("g.K", largest + 'x'));
  ASSERT_FALSE(over.ok);
  EXPECT_EQ(over.diagnostics.front().rule, "limit");
  EXPECT_EQ(over.errors(),
            "secret \"g.K\" has 1048577 bytes, more than the limit of "
            "1048576\n");
  // Its escaped form may be larger.
  const std::string controls(1u << 20, '\x01');
  EXPECT_EQ(render_with(R"("<< SECRETS.g.K >>")", one_value("g.K", controls))
                .text.size(),
            6 * controls.size() + 2);
}

TEST(AbuseTest, E17_ValueThatIsNoStringNeedsFnJson) {
  for (const std::string_view json : {"42", "true", "null", "[1]", "{}"}) {
    NaiveValues values;
    values[{"g", "K"}] = {NaiveValue::Kind::kJson, std::string(json)};
    const Rendered rendered = render_with(R"(["<< SECRETS.g.K >>"])", values);
    EXPECT_EQ(rendered.errors(), "secret \"g.K\" is JSON, not a string\n");
    EXPECT_FALSE(render_with(R"(["<< FN.base64(SECRETS.g.K) >>"])", values).ok);
    EXPECT_EQ(render_with(R"(["<< FN.json(SECRETS.g.K) >>"])", values).text,
              "[" + std::string(json) + "]");
  }
}

TEST(AbuseTest, E17_FnJsonTakesOnlyJson) {
  for (const std::string_view text :
       {"", "x", "{", "1 2", "'a'", "\"a\nb\"", "[1,]", "\xff"}) {
    EXPECT_FALSE(
        render_with(R"("<< FN.json(SECRETS.g.K) >>")", one_value("g.K", text))
            .ok)
        << text;
  }
  // Its depth counts where it is put.
  const std::string value = repeated("[", 500) + repeated("]", 500);
  const auto inside = [](std::size_t depth) {
    return repeated("[", depth) + "\"<< FN.json(SECRETS.g.K) >>\"" +
           repeated("]", depth);
  };
  EXPECT_TRUE(render_with(inside(12), one_value("g.K", value)).ok);
  EXPECT_FALSE(render_with(inside(13), one_value("g.K", value)).ok);
}

TEST(AbuseTest, E17_AbsenceAloneAllowsAnAlternative) {
  NaiveValues values = one_value("g.B", "second");
  const std::string document = R"("<< SECRETS.g.A || SECRETS.g.B >>")";
  EXPECT_EQ(render_with(document, values).text, "\"second\"");
  values[{"g", "A"}] = {NaiveValue::Kind::kTrouble, ""};
  EXPECT_EQ(render_with(document, values).errors(), "access was refused\n");
  values[{"g", "A"}] = {NaiveValue::Kind::kJson, "1"};
  EXPECT_FALSE(render_with(document, values).ok);
  values[{"g", "A"}] = {NaiveValue::Kind::kString, "first"};
  values[{"g", "B"}] = {NaiveValue::Kind::kTrouble, ""};
  EXPECT_EQ(render_with(document, values).text, "\"first\"");
}

TEST(AbuseTest, E17_AllOrNothingAndEveryFailureIsListed) {
  NaiveValues values = one_value("g.OK", "fine");
  values[{"g", "NO"}] = {NaiveValue::Kind::kTrouble, ""};
  values[{"g", "NUM"}] = {NaiveValue::Kind::kJson, "1"};
  const Rendered rendered = render_with(
      R"({"a": "<< SECRETS.g.OK >>", "b": ["<< SECRETS.g.GONE >>"],
          "c": "<< SECRETS.g.NO >>", "d": "<< SECRETS.g.NUM >>"})",
      values);
  ASSERT_EQ(rendered.diagnostics.size(), 3u);
  EXPECT_EQ(rendered.diagnostics[0].rule, "undefined-secret");
  EXPECT_EQ(rendered.diagnostics[0].pointer, "/b/0");
  EXPECT_EQ(rendered.diagnostics[1].rule, "forbidden");
  EXPECT_EQ(rendered.diagnostics[2].rule, "malformed");
}

TEST(AbuseTest, E17_OneMissingNameIsListedOnceForEachPlace) {
  const Rendered rendered =
      render_with(R"(["<< SECRETS.g.K + SECRETS.g.K >>"])", {});
  ASSERT_EQ(rendered.diagnostics.size(), 2u);
  EXPECT_LT(rendered.diagnostics[0].span.begin,
            rendered.diagnostics[1].span.begin);
}

TEST(AbuseTest, T01_DocumentNeverNamesAScope) {
  const std::string document =
      R"({"org": "B", "tenant": "B", "namespace": "B", "scope": "org/B",
          "k": "<< SECRETS.g.K >>"})";
  const Template parsed = parse_template(document);
  ASSERT_EQ(parsed.references().size(), 1u);
  EXPECT_EQ(to_string(parsed.references()[0]), "g.K");
  for (const std::string_view text :
       {"<< SECRETS.org/B.g.K >>", "<< SECRETS.B.g.K >>",
        "<< SECRETS.platform:g.K >>", "<< SECRETS.org.B.g.K >>"}) {
    EXPECT_FALSE(parse_text(text).ok()) << text;
  }
}

TEST(AbuseTest, T09_TheGrammarDecidesWhatAGroupIsCalled) {
  const auto reference = [](std::string_view group) {
    return "<< SECRETS." + std::string(group) + ".K >>";
  };
  for (const std::string& group :
       {std::string("con"), std::string("__proto__"), std::string("a-"),
        std::string("_"), std::string("0"), repeated("x", 127)}) {
    const std::string text = reference(group);
    const Template parsed = parse_text(text);
    ASSERT_EQ(parsed.references().size(), 1u) << text;
    EXPECT_EQ(parsed.references()[0].group, group);
    EXPECT_TRUE(is_name(group));
  }
  for (const std::string& group :
       {std::string("."), std::string(".."), std::string("-"), std::string(""),
        std::string("-a"), std::string("a b"), std::string("a/b"),
        std::string("é"), repeated("x", 128)}) {
    EXPECT_FALSE(parse_text(reference(group)).ok()) << group;
    EXPECT_FALSE(is_name(group));
  }
}

}  // namespace
}  // namespace sotto
