// SPDX-License-Identifier: Apache-2.0

#include "tests/oracle/naive_expression.h"

#include <map>

#include "tests/oracle/naive_json.h"

namespace sotto::oracle {
namespace {

constexpr std::size_t kMaxCallDepth = 32;
constexpr std::size_t kMaxName = 127;

// What does not fit: the byte, or the beginning of the word, that is pointed
// at, and where scanning goes on.
struct Misfit {
  explicit Misfit(std::size_t at) : place(at), resume(at) {}
  Misfit(std::size_t at, std::size_t go_on) : place(at), resume(go_on) {}

  std::size_t place;
  std::size_t resume;
};

// How many arguments each function takes.
const std::map<std::string, std::size_t>& arities() {
  static const std::map<std::string, std::size_t> table = {
      {"base64", 1},      {"base64url", 1}, {"basic", 2}, {"json", 1},
      {"json_string", 1}, {"literal", 1},   {"trim", 1},  {"url", 1},
  };
  return table;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Reads one expression that is known to be committed. Every method reads one
// production at position_ or throws a Misfit.
class Reader {
 public:
  Reader(std::string_view text, std::size_t position, Surroundings surroundings)
      : text_(text), position_(position), surroundings_(surroundings) {}

  std::size_t position() const { return position_; }

  NaiveNode expression() {
    expect("<<");
    blanks();
    NaiveNode root = alternatives();
    blanks();
    expect(">>");
    // FN.json stands alone: in its expression, and that in its string.
    if (json_calls_.size() > 1 ||
        (!json_calls_.empty() && !is_json_call(root))) {
      throw Misfit(json_calls_.front(), position_);
    }
    const bool whole_string = surroundings_ == Surroundings::kJsonString &&
                              begin_ == 0 && position_ == text_.size();
    if (!json_calls_.empty() && !whole_string) throw Misfit(begin_, position_);
    return root;
  }

 private:
  NaiveNode alternatives() {
    return joined("||", NaiveNode::Kind::kAlternatives, [&] { return sum(); });
  }

  NaiveNode sum() {
    return joined("+", NaiveNode::Kind::kSum, [&] { return term(); });
  }

  // part *( ws SEPARATOR ws part )
  template <typename Part>
  NaiveNode joined(std::string_view separator, NaiveNode::Kind kind,
                   Part part) {
    std::vector<NaiveNode> parts;
    parts.push_back(part());
    while (true) {
      const std::size_t before = position_;
      blanks();
      if (!at(separator)) {
        position_ = before;
        break;
      }
      expect(separator);
      blanks();
      parts.push_back(part());
    }
    if (parts.size() == 1) return std::move(parts.front());
    NaiveNode node;
    node.kind = kind;
    node.children = std::move(parts);
    return node;
  }

  NaiveNode term() {
    if (at("SECRETS.")) return reference();
    if (at("FN.")) return call();
    if (at("'") || at("\"")) return string();
    throw Misfit(position_);
  }

  NaiveNode reference() {
    const std::size_t begin = position_;
    expect("SECRETS.");
    NaiveNode node;
    node.kind = NaiveNode::Kind::kReference;
    node.name.first = name();
    // The old form without a group is known by what ends it.
    if (!at(".") && at_end_of_term()) throw Misfit(begin, position_);
    expect(".");
    node.name.second = name();
    if (at(".")) throw Misfit(position_);
    return node;
  }

  NaiveNode call() {
    expect("FN.");
    const std::size_t begin = position_;
    const std::string function = word();
    const auto known = arities().find(function);
    if (known == arities().end()) throw Misfit(begin);
    if (++depth_ > kMaxCallDepth) throw Misfit(begin);
    expect("(");
    blanks();
    NaiveNode node;
    node.kind = NaiveNode::Kind::kCall;
    node.text = function;
    if (!at(")")) {
      node.children.push_back(alternatives());
      blanks();
      while (at(",")) {
        expect(",");
        blanks();
        node.children.push_back(alternatives());
        blanks();
      }
    }
    expect(")");
    if (node.children.size() != known->second) throw Misfit(begin);
    --depth_;
    if (function == "json") json_calls_.push_back(begin);
    return node;
  }

  NaiveNode string() {
    const char quote = text_[position_++];
    NaiveNode node;
    node.kind = NaiveNode::Kind::kString;
    check_string(quote);
    while (true) {
      if (position_ == text_.size()) throw Misfit(position_);
      const char c = text_[position_++];
      if (c != quote) {
        node.text += c;
      } else if (position_ < text_.size() && text_[position_] == quote) {
        node.text += text_[position_++];
      } else {
        return node;
      }
    }
  }

  std::string name() {
    const std::size_t begin = position_;
    std::string text = word();
    if (text.empty() || text.front() == '-' || text.size() > kMaxName) {
      throw Misfit(begin);
    }
    return text;
  }

  std::string word() {
    std::string text;
    while (position_ < text_.size() && is_word(text_[position_])) {
      text += text_[position_++];
    }
    return text;
  }

  void blanks() {
    while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
  }

  bool at(std::string_view token) const {
    return text_.substr(position_, token.size()) == token;
  }

  void expect(std::string_view token) {
    if (!at(token)) throw Misfit(position_);
    position_ += token.size();
  }

  bool at_end_of_term() const {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", position_);
    return next == std::string_view::npos ||
           std::string_view(">|+,)").find(text_[next]) !=
               std::string_view::npos;
  }

  // The text of a string up to its closing quote must be UTF-8. (As the text
  // of a JSON string is, but for lone surrogates.)
  void check_string(char quote) const {
    std::size_t end = position_;
    while (end < text_.size()) {
      if (text_[end] != quote) {
        ++end;
      } else if (end + 1 < text_.size() && text_[end + 1] == quote) {
        end += 2;
      } else {
        break;
      }
    }
    for (std::size_t i = position_; i < end;) {
      const std::size_t length = naive_utf8_length(text_.substr(0, end), i);
      if (length == 0) throw Misfit(i, end);
      i += length;
    }
  }

  std::string_view text_;
  std::size_t position_;
  const std::size_t begin_ = position_;
  Surroundings surroundings_;
  std::size_t depth_ = 0;
  std::vector<std::size_t> json_calls_;  // As they end: innermost first.
};

// Does an expression begin at `position`: "<<", but not of a longer run,
// blanks, and a root with its dot?
bool commits(std::string_view text, std::size_t position) {
  std::size_t run = 0;
  while (position + run < text.size() && text[position + run] == '<') ++run;
  if (run != 2) return false;
  std::size_t root = position + run;
  while (root < text.size() && is_blank(text[root])) ++root;
  return text.substr(root, 8) == "SECRETS." || text.substr(root, 3) == "FN.";
}

}  // namespace

NaiveScan naive_scan(std::string_view text, Surroundings surroundings) {
  NaiveScan scan;
  std::size_t position = 0;
  while (position < text.size()) {
    if (text[position] != '<') {
      ++position;
      continue;
    }
    if (!commits(text, position)) {
      while (position < text.size() && text[position] == '<') ++position;
      continue;
    }
    Reader reader(text, position, surroundings);
    try {
      NaiveNode root = reader.expression();
      scan.expressions.push_back({position, reader.position(), root});
      position = reader.position();
    } catch (const Misfit& misfit) {
      scan.errors.push_back(misfit.place);
      position = misfit.resume;
    }
  }
  return scan;
}

bool is_json_call(const NaiveNode& root) {
  return root.kind == NaiveNode::Kind::kCall && root.text == "json";
}

void collect_names(const NaiveNode& node, std::set<Name>& names) {
  if (node.kind == NaiveNode::Kind::kReference) names.insert(node.name);
  for (const NaiveNode& child : node.children) collect_names(child, names);
}

std::string to_text(const NaiveNode& node) {
  if (node.kind == NaiveNode::Kind::kReference) {
    return node.name.first + '.' + node.name.second;
  }
  if (node.kind == NaiveNode::Kind::kString) return "'" + node.text + "'";
  std::string text = "(";
  if (node.kind == NaiveNode::Kind::kSum) text += '+';
  if (node.kind == NaiveNode::Kind::kAlternatives) text += "||";
  if (node.kind == NaiveNode::Kind::kCall) text += node.text;
  for (const NaiveNode& child : node.children) text += ' ' + to_text(child);
  return text + ')';
}

}  // namespace sotto::oracle
