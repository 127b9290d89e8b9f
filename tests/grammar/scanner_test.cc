// SPDX-License-Identifier: Apache-2.0
//
// The fast reader against the plain one, kernel by kernel: the same documents
// are valid, the same '<'s are told, the same templates come out. The number
// of documents can be raised by SOTTO_TEST_CASES.

#include "grammar/scanner.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/json_tokenizer.h"
#include "grammar/template.h"

namespace sotto {
namespace {

std::size_t case_count() {
  const char* const count = std::getenv("SOTTO_TEST_CASES");
  return count != nullptr ? std::strtoull(count, nullptr, 10) : 200'000;
}

// Random JSON, with everything in it that the scanner treats differently.
class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  std::string next() {
    text_.clear();
    text_.append(below(4) == 0 ? below(130) : 0, ' ');
    value(0);
    blanks();
    const std::size_t changes = below(3) == 0 ? 1 + below(3) : 0;
    for (std::size_t i = 0; i < changes; ++i) change();
    return text_;
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  template <std::size_t N>
  std::string_view pick(const std::string_view (&choices)[N]) {
    return choices[below(N)];
  }

  void value(std::size_t depth) {
    static constexpr std::string_view kScalars[] = {
        "true", "false", "null", "0",    "7",      "-1",     "123456789",
        "1.5",  "-0.0",  "1e5",  "2E-3", "1e+400", "100000", "0.25"};
    blanks();
    switch (depth > 5 ? 5 + below(5) : below(10)) {
      case 0:
      case 1:
      case 2:
        object(depth);
        break;
      case 3:
      case 4:
        array(depth);
        break;
      case 5:
      case 6:
        text_ += pick(kScalars);
        break;
      default:
        string();
    }
    blanks();
  }
  void object(std::size_t depth) {
    text_ += '{';
    const std::size_t size = below(5);
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) text_ += ',';
      blanks();
      string();
      blanks();
      text_ += ':';
      value(depth + 1);
    }
    blanks();
    text_ += '}';
  }
  void array(std::size_t depth) {
    text_ += '[';
    const std::size_t size = below(5);
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) text_ += ',';
      value(depth + 1);
    }
    blanks();
    text_ += ']';
  }
  void string() {
    static constexpr std::string_view kPieces[] = {
        "a",
        "plain text ",
        "\\\"",
        "\\\\",
        "\\n",
        "\\u00e9",
        "\\u003c",
        "\\u003C",
        "\\u003e",
        "<",
        "<<",
        "<<<",
        ">>",
        " ",
        "SECRETS.a.B",
        "<< SECRETS.a.B >>",
        "<<SECRETS.group.KEY>>",
        "<< SECRETS.a.B || 'x' >>",
        "<< FN.url(SECRETS.c.D) >>",
        "<< FN.json(SECRETS.c.D) >>",
        "\\u003c\\u003c SECRETS.e.F \\u003e\\u003e",
        "<< SECRET.a.b >>",
        "<< SECRETS >>",
        "< < SECRETS.a.B >>",
        "<< 'x' + SECRETS.a.B >>",
        "<< SECRETS.a >>",
        "<< SECRETS.-a.B >>",
        "<< \\\"v\\\" << x",
        "\xC3\xA9",
        "\xE6\x97\xA5",
        "\xF0\x9F\x98\x80",
        "\\ud83d\\ude00",
        "\\ud800",
        "{}[]:,",
        "1 << 4",
        "<<EOF",
        "\\t<< SECRETS.a.B\\t>>",
        "<< \\u0053ECRETS.a.B >>",
        "FN.",
        "\x7F",
        "/",
        "\\/",
        "<div>"};
    text_ += '"';
    const std::size_t size = below(3) == 0 ? below(12) : below(3);
    for (std::size_t i = 0; i < size; ++i) text_ += pick(kPieces);
    text_ += '"';
  }
  void blanks() {
    static constexpr std::string_view kBlanks[] = {" ", "\n", "\t", "\r\n",
                                                   "        "};
    for (std::size_t i = below(3); i > 0; --i) text_ += pick(kBlanks);
  }
  // A mistake, most likely.
  void change() {
    static constexpr std::string_view kBytes[] = {
        "\"", "\\", "{", "}", "[",    "]",    ":",    ",",    "0",
        "-",  ".",  "e", "t", "\x01", "\x1F", "\xFF", "\xC3", "\xED\xA0\x80",
        "\n", "<",  "u", " "};
    const std::size_t at = below(text_.size() + 1);
    switch (below(3)) {
      case 0:
        text_.insert(at, pick(kBytes));
        break;
      case 1:
        if (at < text_.size()) text_.erase(at, 1 + below(3));
        break;
      default:
        if (at < text_.size()) text_.replace(at, 1, pick(kBytes));
    }
  }

  std::mt19937 random_;
  std::string text_;
};

class Angles : public AngleHandler {
 public:
  std::size_t on_angle(std::size_t at) override {
    offsets.push_back(at);
    return at + 1;
  }
  void on_key(std::size_t colon) override { keys.push_back(colon); }
  std::vector<std::size_t> offsets;
  std::vector<std::size_t> keys;  // Colons.
};

// Where the plain reader finds what the scanner tells of a valid document: the
// first '<' of each run, and each that is an escape.
std::vector<std::size_t> plain_angles(std::string_view text) {
  std::vector<std::size_t> offsets;
  JsonTokenizer tokens(text);
  for (JsonToken token; (token = tokens.next()) != JsonToken::kEnd;) {
    if (token != JsonToken::kString && token != JsonToken::kKey) continue;
    const std::size_t begin = tokens.span().begin + 1;
    const std::string_view raw = tokens.content();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '<' && (i == 0 || raw[i - 1] != '<')) {
        offsets.push_back(begin + i);
      }
      if (raw[i] != '\\') continue;
      if (raw.substr(i + 1, 5) == "u003c" || raw.substr(i + 1, 5) == "u003C") {
        offsets.push_back(begin + i);
      }
      ++i;
    }
  }
  return offsets;
}

// The colons of the keys that hold a '<' that is no escape.
std::vector<std::size_t> plain_keys(std::string_view text) {
  std::vector<std::size_t> colons;
  JsonTokenizer tokens(text);
  for (JsonToken token; (token = tokens.next()) != JsonToken::kEnd;) {
    if (token != JsonToken::kKey) continue;
    if (tokens.content().find('<') == std::string_view::npos) continue;
    colons.push_back(text.find(':', tokens.span().end));
  }
  return colons;
}

bool plainly_valid(std::string_view text, std::size_t max_depth = 512) {
  JsonTokenizer tokens(text, max_depth);
  while (tokens.next() != JsonToken::kEnd) {
  }
  return tokens.ok();
}

class ScannerTest : public testing::TestWithParam<ScannerKernel> {
 protected:
  void SetUp() override {
    if (!GetParam().supported()) {
      GTEST_SKIP() << "this processor has no " << GetParam().name;
    }
  }
  bool scan(std::string_view text, std::size_t max_depth = 512) {
    angles_ = Angles();
    ScanState state;
    return GetParam().scan(state, {.bytes = text}, max_depth, angles_);
  }
  void expect_same(std::string_view text) {
    ASSERT_EQ(scan(text), plainly_valid(text)) << text;
    if (plainly_valid(text)) {
      ASSERT_EQ(angles_.offsets, plain_angles(text)) << text;
      ASSERT_EQ(angles_.keys, plain_keys(text)) << text;
    }
  }
  Angles angles_;
};

INSTANTIATE_TEST_SUITE_P(Kernels, ScannerTest,
                         testing::ValuesIn(scanner_kernels().begin(),
                                           scanner_kernels().end()),
                         [](const auto& kernel) {
                           return std::string(kernel.param.name);
                         });

TEST_P(ScannerTest, AgreesWithTheTokenizer) {
  Documents documents(1);
  for (std::size_t i = case_count(); i > 0; --i) {
    ASSERT_NO_FATAL_FAILURE(expect_same(documents.next()));
  }
}

TEST_P(ScannerTest, AgreesWhereverABlockEnds) {
  const std::string_view texts[] = {
      "{\"a\":[1,-2.5e3,true,\"\\u003c\\\\\\\"<<\",null,{}],\"\":0}",
      "[\"\xE6\x97\xA5\xF0\x9F\x98\x80\",12345,\"\\ud83d\\ude00\"]",
      "{\"a\":1,}",
      "[1 2]",
      "[\"\\\\\\\\\\\\\\\\\"]",
      "[01]",
      "[1.]",
      "[\"\\\\\\\\\\\\\\\"]",
      "[\"\xE6\x97\"]",
      "{\"a\" 1}",
      "[tru]",
      "[truex]",
      "[\"\\u00e\"]",
      "{\"a\":1 \"b\":2}",
      "[1],",
      "{\"a\":1}{",
      "[\"a\":1]",
      "{\"a\",\"b\":1}",
      "[\"a\"1]",
      "[1\"a\"]",
      "[{]}",
      "{\"a\":1,2}"};
  for (const std::string_view text : texts) {
    for (std::size_t shift = 0; shift < 130; ++shift) {
      ASSERT_NO_FATAL_FAILURE(
          expect_same(std::string(shift, ' ') + std::string(text)));
      ASSERT_NO_FATAL_FAILURE(expect_same("[\"" + std::string(shift, 'x') +
                                          "\"," + std::string(text) + "]"));
      ASSERT_NO_FATAL_FAILURE(expect_same(
          "[" + std::string(4096 - 65 + shift, ' ') + std::string(text) + "]"));
    }
  }
}

TEST_P(ScannerTest, LimitsDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(scan(nested(512)));
  EXPECT_FALSE(scan(nested(513)));
  EXPECT_TRUE(scan(nested(kMaxScannerDepth), kMaxScannerDepth));
  EXPECT_FALSE(scan(nested(kMaxScannerDepth + 1), kMaxScannerDepth));
  EXPECT_FALSE(scan(std::string(1'000'000, '[')));
  EXPECT_FALSE(scan(std::string(1'000'000, ']')));
}

// A document that ends where its page does, with nothing readable behind it.
TEST_P(ScannerTest, ReadsNotAByteBehindTheEnd) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* const begin = static_cast<char*>(memory) + page;
  ASSERT_EQ(mprotect(memory, page, PROT_NONE), 0);
  ASSERT_EQ(mprotect(begin + page, page, PROT_NONE), 0);
  Documents documents(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = documents.next();
    if (text.size() > page) continue;
    char* const at_end = begin + page - text.size();
    std::memcpy(at_end, text.data(), text.size());
    ASSERT_EQ(scan({at_end, text.size()}), plainly_valid(text));
    std::memcpy(begin, text.data(), text.size());
    ASSERT_EQ(scan({begin, text.size()}), plainly_valid(text));
    (void)parse_template({at_end, text.size()});
  }
  munmap(memory, 3 * page);
}

std::string facts(const Template& parsed) {
  std::string text;
  for (const Expression& expression : parsed.expressions()) {
    text += std::to_string(expression.span.begin) + "-" +
            std::to_string(expression.span.end);
    const Node& node = parsed.node(expression.root);
    if (node.kind == Node::Kind::kReference) {
      text += " " + std::string(parsed.name(node));
    }
    text += "\n";
  }
  for (const SecretRef& ref : parsed.references())
    text += to_string(ref) + "\n";
  const Source source("f", parsed.bytes());
  for (const Diagnostic& diagnostic : parsed.diagnostics()) {
    text += format_diagnostic(source, diagnostic);
  }
  for (const ReferenceUse& use : reference_uses(parsed)) {
    text += std::to_string(use.span.begin) + " ";
  }
  return text;
}

void expect_same_templates(const std::string& text, Format format) {
  const Template fast = parse_template(
      text, {.format = format, .limits = {}, .reader = Reader::kFast});
  const Template plain = parse_template(
      text, {.format = format, .limits = {}, .reader = Reader::kPlain});
  ASSERT_EQ(fast.ok(), plain.ok()) << text;
  ASSERT_EQ(facts(fast), facts(plain)) << text;
}

// By the kernel of this process: the check runs it under each SOTTO_KERNEL.
TEST(FastReaderTest, MakesTheTemplatesThatThePlainReaderMakes) {
  Documents documents(2);
  for (std::size_t i = case_count() / 4; i > 0; --i) {
    ASSERT_NO_FATAL_FAILURE(
        expect_same_templates(documents.next(), Format::kJson));
  }
}

TEST(FastReaderTest, MakesTheSameOfJsonLines) {
  Documents documents(3);
  for (std::size_t i = case_count() / 20; i > 0; --i) {
    std::string lines;
    for (int line = 0; line < 4; ++line) {
      for (const char c : documents.next()) lines += c == '\n' ? ' ' : c;
      lines += '\n';
    }
    ASSERT_NO_FATAL_FAILURE(expect_same_templates(lines, Format::kLines));
  }
}

// Longer than the windows in which the fast reader decodes.
TEST(FastReaderTest, TakesExpressionsAndNearMissesOfAnyLength) {
  const std::string blanks(3000, ' ');
  const std::string escapes = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "\\u0020";
    return text;
  }();
  std::string sum = "SECRETS.a.B";
  for (int i = 0; i < 500; ++i) sum += " + FN.url(SECRETS.a.B)";
  for (const std::string& text :
       {"<<" + blanks + "SECRETS.a.B" + blanks + ">>", "<< " + sum + " >>",
        "<<" + escapes + "SECRETS.a.B >>", "<" + escapes + "< SECRETS.a.B",
        "<<" + escapes + "SECRET.a.B >>", "<< " + sum,
        std::string(5000, '<') + " SECRETS.a.B",
        "\\u003c" + std::string(5000, '<') + " SECRETS.a.B >>",
        "<< FN.json(SECRETS.a.B || '" + blanks + "') >>"}) {
    ASSERT_NO_FATAL_FAILURE(
        expect_same_templates("[\"" + text + "\"]", Format::kJson));
    ASSERT_NO_FATAL_FAILURE(expect_same_templates(
        "[\"x" + text + escapes + text + "\", \"" + text + "\"]",
        Format::kJson));
  }
}

// So many that names wait to be looked up; what is not plain stands between.
TEST(FastReaderTest, TakesManyNames) {
  std::mt19937 random(5);
  const auto name = [&] {
    const auto number = std::to_string(random() % 12'000);
    return "SECRETS.g" + number + ".KEY_" + number;
  };
  std::string text = "[";
  for (int i = 0; i < 40'000; ++i) {
    if (i > 0) text += ",\n";
    switch (random() % 40) {
      case 0:
        text += "\"<< FN.base64(" + name() + ") >>\"";
        break;
      case 1:
        text += "\"cat << EOF << SECRET.a.b >> \\u003c< " + name() + " >>\"";
        break;
      case 2:
        text += "{\"a<b\": \"<< " + name() + " >>\"}";
        break;
      default:
        text += "\"<< " + name() + " >> << " + name() + " >>\"";
    }
  }
  expect_same_templates(text + "]", Format::kJson);
  text += ", {\"<< " + name() + " >>\": 1}";  // A mistake: it stands in a key.
  expect_same_templates(text + "]", Format::kJson);
}

}  // namespace
}  // namespace sotto
