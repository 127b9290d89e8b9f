// SPDX-License-Identifier: Apache-2.0

#include "tests/oracle/naive_render.h"

#include <cstdint>
#include <cstdio>

#include "tests/oracle/naive_json.h"

namespace sotto::oracle {
namespace {

using Kind = NaiveResult::Kind;

// RFC 4648, six bits at a time.
std::string base64(std::string_view bytes, std::string_view last_two,
                   bool padded) {
  const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" +
      std::string(last_two);
  std::string bits;
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      bits += (static_cast<unsigned char>(c) >> bit) & 1 ? '1' : '0';
    }
  }
  while (bits.size() % 6 != 0) bits += '0';
  std::string text;
  for (std::size_t i = 0; i < bits.size(); i += 6) {
    text += alphabet[std::stoul(bits.substr(i, 6), nullptr, 2)];
  }
  while (padded && text.size() % 4 != 0) text += '=';
  return text;
}

// RFC 3986: all but the unreserved characters.
std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      char buffer[4];
      std::snprintf(buffer, sizeof buffer, "%%%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      encoded += buffer;
    }
  }
  return encoded;
}

std::string trimmed(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find_last_not_of(kBlanks);
  return std::string(text.substr(begin, end - begin + 1));
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

bool is_utf8(std::string_view text) {
  return naive_json_valid('"' + naive_escape(text) + '"');
}

class Evaluation {
 public:
  Evaluation(const NaiveValues& values, std::set<Name>& used)
      : values_(values), used_(used) {}

  NaiveResult value(const NaiveNode& node, bool json) {
    switch (node.kind) {
      case NaiveNode::Kind::kReference:
        return reference(node.name, json);
      case NaiveNode::Kind::kString:
        return {Kind::kText, node.text};
      case NaiveNode::Kind::kAlternatives:
        return alternatives(node, json);
      case NaiveNode::Kind::kSum:
        return sum(node);
      case NaiveNode::Kind::kCall:
        return call(node);
    }
    return {Kind::kFailure, {}};
  }

 private:
  NaiveResult reference(const Name& name, bool json) {
    used_.insert(name);
    const auto entry = values_.find(name);
    if (entry == values_.end()) return {Kind::kMissing, {}};
    switch (entry->second.kind) {
      case NaiveValue::Kind::kMissing:
        return {Kind::kMissing, {}};
      case NaiveValue::Kind::kTrouble:
        return {Kind::kFailure, {}};
      case NaiveValue::Kind::kJson:
        if (!json) return {Kind::kFailure, {}};
        break;
      case NaiveValue::Kind::kString:
        break;
    }
    return {Kind::kText, entry->second.text};
  }

  NaiveResult alternatives(const NaiveNode& node, bool json) {
    for (const NaiveNode& child : node.children) {
      NaiveResult result = value(child, json);
      if (result.kind != Kind::kMissing) return result;
    }
    return {Kind::kMissing, {}};
  }

  // What is missing makes the whole missing, and so an alternative to it
  // possible; any other trouble in it is trouble.
  NaiveResult sum(const NaiveNode& node) {
    NaiveResult total;
    for (const NaiveNode& child : node.children) {
      const NaiveResult result = value(child, false);
      if (total.kind == Kind::kFailure) continue;
      if (result.kind != Kind::kText) total.kind = result.kind;
      total.text += result.text;
    }
    return total;
  }

  NaiveResult call(const NaiveNode& node) {
    std::vector<std::string> arguments;
    NaiveResult total;
    for (const NaiveNode& child : node.children) {
      NaiveResult result = value(child, node.text == "json");
      if (result.kind != Kind::kText && total.kind != Kind::kFailure) {
        total.kind = result.kind;
      }
      arguments.push_back(result.text);
    }
    if (total.kind != Kind::kText) return total;
    return apply(node.text, arguments);
  }

  static NaiveResult apply(const std::string& function,
                           const std::vector<std::string>& arguments) {
    const std::string& first = arguments.front();
    if (function == "base64") return {Kind::kText, base64(first, "+/", true)};
    if (function == "base64url") {
      return {Kind::kText, base64(first, "-_", false)};
    }
    if (function == "basic") {
      const bool fits = first.find(':') == std::string::npos &&
                        !has_control(first) && !has_control(arguments[1]);
      if (!fits) return {Kind::kFailure, {}};
      return {Kind::kText, base64(first + ':' + arguments[1], "+/", true)};
    }
    if (function == "url") return {Kind::kText, percent_encoded(first)};
    if (function == "trim") return {Kind::kText, trimmed(first)};
    if (function == "json_string") return {Kind::kText, naive_escape(first)};
    if (function == "json" && !naive_json_valid(first)) {
      return {Kind::kFailure, {}};
    }
    return {Kind::kText, first};  // json, literal
  }

  const NaiveValues& values_;
  std::set<Name>& used_;
};

}  // namespace

NaiveResult naive_evaluate(const NaiveNode& node, const NaiveValues& values,
                           std::set<Name>& used) {
  NaiveResult result = Evaluation(values, used).value(node, false);
  if (!is_utf8(result.text)) result.kind = Kind::kFailure;
  return result;
}

NaiveDocument naive_document(std::string_view document,
                             Surroundings surroundings) {
  NaiveDocument result;
  if (surroundings == Surroundings::kPlainText) {
    NaiveScan scan = naive_scan(document, surroundings);
    for (NaiveExpression& found : scan.expressions) {
      result.places.push_back({found.begin, found.end, found.root});
    }
    result.errors = scan.errors;
  } else {
    for (const NaiveString& string : naive_strings(document)) {
      const NaiveScan scan = naive_scan(string.text, surroundings);
      if (string.is_key) {
        if (!scan.expressions.empty() || !scan.errors.empty()) {
          result.expression_in_key = true;
        }
        continue;
      }
      for (const NaiveExpression& found : scan.expressions) {
        const bool whole = is_json_call(found.root);
        result.places.push_back({whole ? string.begin : string.raw[found.begin],
                                 whole ? string.end : string.raw[found.end],
                                 found.root});
      }
      for (const std::size_t error : scan.errors) {
        result.errors.push_back(string.raw[error]);
      }
    }
  }
  for (const NaivePlace& place : result.places) {
    collect_names(place.root, result.names);
  }
  return result;
}

std::optional<std::string> naive_splice(std::string_view document,
                                        Surroundings surroundings,
                                        const NaiveValues& values) {
  const NaiveDocument found = naive_document(document, surroundings);
  if (!found.errors.empty() || found.expression_in_key) return {};
  std::string output;
  std::size_t copied = 0;
  std::set<Name> used;
  for (const NaivePlace& place : found.places) {
    const NaiveResult result = naive_evaluate(place.root, values, used);
    if (result.kind != Kind::kText) return {};
    const bool raw =
        surroundings == Surroundings::kPlainText || is_json_call(place.root);
    output += document.substr(copied, place.begin - copied);
    output += raw ? result.text : naive_escape(result.text);
    copied = place.end;
  }
  output += document.substr(copied);
  return output;
}

std::optional<std::vector<std::string>> naive_substitute(
    std::string_view document, const NaiveValues& values) {
  static constexpr std::string_view kString = "string ";
  const auto events = naive_events(document);
  if (!events) return {};
  std::vector<std::string> substituted;
  std::set<Name> used;
  for (const std::string& event : *events) {
    if (!event.starts_with(kString)) {
      substituted.push_back(event);
      continue;
    }
    const std::string_view text =
        std::string_view(event).substr(kString.size());
    const NaiveScan scan = naive_scan(text, Surroundings::kJsonString);
    if (!scan.errors.empty()) return {};
    std::string replaced;
    std::size_t copied = 0;
    for (const NaiveExpression& expression : scan.expressions) {
      const NaiveResult result = naive_evaluate(expression.root, values, used);
      if (result.kind != Kind::kText) return {};
      if (is_json_call(expression.root)) {
        const auto inner = naive_events(result.text);
        if (!inner) return {};
        substituted.insert(substituted.end(), inner->begin(), inner->end());
      }
      replaced += text.substr(copied, expression.begin - copied);
      replaced += result.text;
      copied = expression.end;
    }
    const bool json = scan.expressions.size() == 1 &&
                      is_json_call(scan.expressions.front().root);
    if (json) continue;
    replaced += text.substr(copied);
    substituted.push_back(std::string(kString) + replaced);
  }
  return substituted;
}

}  // namespace sotto::oracle
