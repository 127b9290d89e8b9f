// SPDX-License-Identifier: Apache-2.0

#include "tests/render/testing_documents.h"

#include <cstdio>

namespace sotto {

using oracle::NaiveValue;
using oracle::NaiveValues;
using std::string_view_literals::operator""sv;

namespace {

constexpr int kGroups = 3;
constexpr int kKeys = 4;

std::string escaped_unit(unsigned unit) {
  char buffer[8];
  std::snprintf(buffer, sizeof buffer, "\\u%04x", unit);
  return buffer;
}

}  // namespace

std::string_view DocumentMaker::pick(
    std::initializer_list<std::string_view> choices) {
  return choices.begin()[below(choices.size())];
}

std::string DocumentMaker::json() { return blank() + value(4) + blank(); }

std::string DocumentMaker::json_lines() {
  one_line_ = true;
  std::string lines;
  for (std::size_t i = below(5); i > 0; --i) {
    lines += one_in(6) ? " " : json();
    lines += pick({"\n", "\r\n", "\n\n"});
  }
  if (one_in(2)) lines += json();
  one_line_ = false;
  return lines;
}

std::string DocumentMaker::plain_text() {
  std::string text;
  for (std::size_t i = below(8); i > 0; --i) {
    if (one_in(2)) {
      text += "<< " + alternatives(2) + " >>";
    } else {
      text += pick({"export A=", "\n", "\"", "\\", "\\u003c", "<<", "<", ">>",
                    "\xff", "\0"sv, "é", "# ", "<<< ", "< < SECRETS.a.B",
                    "<< secrets.a.B >>", "1 << 2"});
    }
  }
  return text;
}

std::string DocumentMaker::value(int depth) {
  switch (below(depth > 0 ? 8 : 5)) {
    case 0:
      return number();
    case 1:
      return std::string(pick({"true", "false", "null"}));
    case 2:
    case 3:
    case 4:
      return string_token();
    case 5:
      return array(depth);
    default:
      return object(depth);
  }
}

std::string DocumentMaker::object(int depth) {
  std::string text = "{" + blank();
  for (std::size_t i = 0, n = below(5); i < n; ++i) {
    if (i > 0) text += "," + blank();
    text += key_token() + blank() + ":" + blank() + value(depth - 1) + blank();
  }
  return text + "}";
}

std::string DocumentMaker::array(int depth) {
  std::string text = "[" + blank();
  for (std::size_t i = 0, n = below(5); i < n; ++i) {
    if (i > 0) text += "," + blank();
    text += value(depth - 1) + blank();
  }
  return text + "]";
}

std::string DocumentMaker::number() {
  return std::string(pick({"0", "-0", "1e400", "-1E+400", "1.0", "1E2",
                           "123456789012345678901234567890", "0.1e-7", "-12",
                           "18446744073709551616", "1.50", "0e0"}));
}

std::string DocumentMaker::blank() {
  if (one_line_) return std::string(pick({"", "", " ", "\t"}));
  return std::string(pick({"", "", "", " ", "\n", "\t", "\r\n  "}));
}

// Few keys, so that some come twice. Some look nearly like expressions.
std::string DocumentMaker::key_token() {
  return '"' +
         std::string(pick({"a", "b", "a/b", "~", "", "é", "\\u0061", "\\\"",
                           "<< SECRETS", "<<", "url", "\\ud83d\\ude00"})) +
         '"';
}

std::string DocumentMaker::string_token() {
  if (one_in(12)) {
    return '"' + spelled("<<FN.json(" + alternatives(1) + ")>>") + '"';
  }
  std::string text = "\"";
  for (std::size_t i = below(5); i > 0; --i) {
    text += one_in(2) ? expression() : text_piece();
  }
  return text + "\"";
}

std::string DocumentMaker::text_piece() {
  return std::string(pick({"a",
                           " ",
                           "Bearer ",
                           "\\n",
                           "\\\"",
                           "\\\\",
                           "\\/",
                           "\\u0000",
                           "é",
                           "€",
                           "😀",
                           "\\ud83d\\ude00",
                           "\\u2028",
                           "\x7f",
                           "<",
                           ">",
                           ">>",
                           "<<",
                           "<<<",
                           "{{ SECRETS.g0.K0 }}",
                           "<< secrets.g0.K0 >>",
                           "<<< SECRETS.g0.K0 >>",
                           "\\u003c",
                           "1 << 2",
                           "<< parameters.x >>",
                           "< < SECRETS.g0.K0 >>",
                           "'",
                           "\\t",
                           "SECRETS.g0.K0"}));
}

std::string DocumentMaker::expression() {
  const std::string_view before = pick({"", " ", "  ", "\n", "\t"});
  const std::string_view after = pick({"", " ", "\r\n"});
  std::string text = "<<";
  text += before;
  text += alternatives(3);
  text += after;
  return spelled(text + ">>");
}

std::string DocumentMaker::alternatives(int depth) {
  std::string text = sum(depth);
  while (one_in(5)) {
    text += pick({"||", " || ", "\n||\t"});
    text += one_in(3) ? quoted_string() : sum(depth);
  }
  return text;
}

std::string DocumentMaker::sum(int depth) {
  std::string text = term(depth, true);
  while (one_in(4)) {
    text += pick({"+", " + "});
    text += term(depth, false);
  }
  return text;
}

std::string DocumentMaker::term(int depth, bool first) {
  if (!first && one_in(2)) return quoted_string();
  if (depth > 0 && one_in(3)) {
    std::string call = "FN.";
    call += pick({"base64", "base64url", "url", "trim", "json_string",
                  "literal", "basic"});
    const bool two = call == "FN.basic";
    call += '(' + (one_in(4) ? quoted_string() : alternatives(depth - 1));
    if (two) call += ", " + alternatives(depth - 1);
    return call + (one_in(2) ? ")" : " )");
  }
  return "SECRETS.g" + std::to_string(below(kGroups)) + ".K" +
         std::to_string(below(kKeys));
}

std::string DocumentMaker::quoted_string() {
  return std::string(pick({"''", "'x'", "'it''s'", "\"a\"", "\"a\"\"b\"",
                           "'<< SECRETS.g0.K0 >>'", "'>>'", "\"'\"", "'é😀'",
                           "'\\'", "'\n'"}));
}

// Text as JSON string content, some of it escaped without need.
std::string DocumentMaker::spelled(std::string_view text) {
  const bool odd = one_in(4);
  std::string content;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (odd && byte < 0x80 && one_in(4)) {
      content += escaped_unit(byte);
    } else if (c == '"' || c == '\\') {
      content += {'\\', c};
    } else if (byte < 0x20) {
      content += escaped_unit(byte);
    } else {
      content += c;
    }
  }
  return content;
}

std::string DocumentMaker::value_text() {
  return std::string(
      pick({"plain", "", "<< SECRETS.g0.K1 >>", "\\u003c\\u003c SECRETS.g0.K1",
            "x\",\"admin\":true,\"y\":\"", "line\nbreak", "\0nul\0"sv, "\u2028",
            "\x7f", "😀", "back\\slash", "{\"a\": [1.0, 1e400]}", "[1,\n 2]",
            "\"json string\"", "12", "  trim me\t\n", "a:b", "\x1b[0m",
            "ends with \\"}));
}

NaiveValues DocumentMaker::values(bool troubled) {
  NaiveValues values;
  for (int group = 0; group < kGroups; ++group) {
    for (int key = 0; key < kKeys; ++key) {
      NaiveValue value{NaiveValue::Kind::kString, value_text()};
      if (troubled && one_in(4)) {
        switch (below(5)) {
          case 0:
            continue;  // Never mentioned.
          case 1:
            value.kind = NaiveValue::Kind::kMissing;
            break;
          case 2:
            value.kind = NaiveValue::Kind::kTrouble;
            break;
          case 3:
            value = {NaiveValue::Kind::kJson, "{\"n\":[1, 2.50]}"};
            break;
          default:
            value.text = "not UTF-8: \xff";
        }
      }
      values[{"g" + std::to_string(group), "K" + std::to_string(key)}] = value;
    }
  }
  return values;
}

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

}  // namespace sotto
