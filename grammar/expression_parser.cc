// SPDX-License-Identifier: Apache-2.0

#include "grammar/expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/edit_distance.h"
#include "base/secret_ref.h"
#include "base/utf8.h"
#include "grammar/rules.h"

namespace sotto {
namespace {

namespace pegtl = tao::pegtl;

using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf,
                                  const char*>;

// The state of one parse: open lists of nodes, innermost last.
class Builder {
 public:
  Builder(std::string_view text, std::size_t max_depth, ExpressionSink& sink)
      : text_(text), max_depth_(max_depth), sink_(sink) {}

  std::size_t offset(const char* at) const {
    return static_cast<std::size_t>(at - text_.data());
  }
  std::string_view text(Span span) const {
    return text_.substr(span.begin, span.size());
  }
  std::string_view text() const { return text_; }

  // A list of nodes begins, ends well, or turns out not to be one.
  void begin_list() { lists_.push_back(nodes_.size()); }
  std::span<const NodeId> list() const {
    return std::span(nodes_).subspan(lists_.back());
  }
  void end_list(NodeId replaced_by) {
    nodes_.resize(lists_.back());
    nodes_.push_back(replaced_by);
    lists_.pop_back();
  }
  void drop_list() {
    nodes_.resize(lists_.back());
    lists_.pop_back();
  }
  void end_list_as(Node::Kind kind) {
    if (list().size() > 1) return end_list(sink_.on_list(kind, list()));
    lists_.pop_back();
  }

  void on_group(Span span) { group_ = span; }
  void on_key(Span span) {
    nodes_.push_back(sink_.on_reference(text(group_), text(span),
                                        {group_.begin - 8, span.end}));
  }
  void on_string(Span span, char quote) {
    const std::string_view content = text(span);
    const std::size_t invalid = find_invalid_utf8(content);
    if (invalid != std::string_view::npos) {
      const Span byte = {span.begin + invalid, span.begin + invalid + 1};
      throw ExpressionMistake{"syntax", byte, span.end,
                              "a string in an expression must be UTF-8: no "
                              "lone surrogate, no stray byte",
                              ""};
    }
    nodes_.push_back(sink_.on_string(content, quote));
  }
  void on_function(Span span);
  void on_call_end();

  Span group() const { return group_; }
  ParsedExpression finish(std::size_t end) const;

 private:
  struct Call {
    Function function;
    Span name;
  };

  std::string_view text_;
  std::size_t max_depth_;
  ExpressionSink& sink_;
  std::vector<NodeId> nodes_;
  std::vector<std::size_t> lists_;
  std::vector<Call> calls_;
  Span group_;
  Span json_call_;
  std::size_t json_calls_ = 0;
  NodeId json_node_ = 0;
};

std::string known_functions() {
  std::string names;
  for (const FunctionInfo& info : functions()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", info.name);
  }
  return names;
}

[[noreturn]] void throw_unknown_function(std::string_view name, Span span) {
  std::vector<std::string> names;
  for (const FunctionInfo& info : functions()) names.emplace_back(info.name);
  const auto meant = nearest(name, names);
  throw ExpressionMistake{
      "syntax", span, span.end,
      name.size() > kMaxNameLength
          ? std::string("there is no function of this name")
          : fmt::format("there is no function \"FN.{}\"", name),
      fmt::format("{}the functions are {}",
                  meant ? fmt::format("did you mean \"FN.{}\"? ", *meant) : "",
                  known_functions())};
}

void Builder::on_function(Span span) {
  const auto function = find_function(text(span));
  if (!function) throw_unknown_function(text(span), span);
  if (calls_.size() == max_depth_) {
    throw ExpressionMistake{
        "limit", span, span.end,
        fmt::format("calls are nested deeper than {}", max_depth_), ""};
  }
  calls_.push_back({*function, span});
}

void Builder::on_call_end() {
  const Call call = calls_.back();
  calls_.pop_back();
  const FunctionInfo& info = function_info(call.function);
  if (list().size() != info.arity) {
    throw ExpressionMistake{
        "syntax", call.name, call.name.end,
        fmt::format("\"FN.{}\" takes {} argument{}, not {}", info.name,
                    info.arity, info.arity == 1 ? "" : "s", list().size()),
        fmt::format("write {}", info.signature)};
  }
  const NodeId node = sink_.on_call(call.function, list());
  if (call.function == Function::kJson && json_calls_++ == 0) {
    json_call_ = call.name;
    json_node_ = node;
  }
  end_list(node);
}

ParsedExpression Builder::finish(std::size_t end) const {
  const NodeId root = nodes_.back();
  if (json_calls_ == 0) return {end, root, false};
  if (json_calls_ == 1 && root == json_node_) return {end, root, true};
  throw ExpressionMistake{"syntax", json_call_, end,
                          "\"FN.json\" must be the whole expression",
                          "FN.json_string gives the value as text"};
}

// The actions: what is done when a rule has matched.
template <typename Rule>
struct Action : pegtl::nothing<Rule> {};

template <typename ActionInput>
Span span_of(const ActionInput& in, const Builder& builder) {
  return {builder.offset(in.begin()), builder.offset(in.end())};
}

template <>
struct Action<rules::group> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.on_group(span_of(in, builder));
  }
};

template <>
struct Action<rules::key> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.on_key(span_of(in, builder));
  }
};

template <char Quote>
struct Action<rules::text_in<Quote>> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.on_string(span_of(in, builder), Quote);
  }
};

template <>
struct Action<rules::function> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.on_function(span_of(in, builder));
  }
};

// "SECRETS.KEY": the form that had no groups. The place is the whole of it.
[[noreturn]] void throw_flat_reference(const Builder& builder) {
  const Span group = builder.group();
  throw ExpressionMistake{"deprecated-flat-reference",
                          {group.begin - 8, group.end},
                          group.end,
                          fmt::format("reference \"SECRETS.{}\" names no group",
                                      builder.text(group)),
                          "write SECRETS.group.KEY"};
}

bool ends_a_term(std::string_view rest) {
  const std::size_t next = rest.find_first_not_of(" \t\r\n");
  if (next == std::string_view::npos) return true;
  return std::string_view(">|+,)").find(rest[next]) != std::string_view::npos;
}

// What is said of `Rule` at text[at], where it did not match: its message, or a
// better one where it shows what was meant.
template <typename Rule>
std::pair<std::string, std::string> words_for(const Builder& builder,
                                              std::size_t at) {
  static_assert(rules::message<Rule> != nullptr, "a rule without its message");
  const std::string_view rest = builder.text().substr(at);
  constexpr bool is_name =
      std::is_same_v<Rule, rules::group> || std::is_same_v<Rule, rules::key>;
  if constexpr (is_name) {
    const bool too_long =
        !rest.empty() && is_name_char(rest[0]) && rest[0] != '-';
    return {too_long ? fmt::format("the name is longer than {} characters",
                                   kMaxNameLength)
                     : rules::message<Rule>,
            std::string(kNameRule)};
  }
  if constexpr (std::is_same_v<Rule, rules::paren_close>) {
    if (builder.list().empty()) return {"expected an argument or ')'", ""};
  }
  if constexpr (std::is_same_v<Rule, rules::close>) {
    if (rest.starts_with('|')) {
      return {rules::message<Rule>, "alternatives stand on both sides of '||'"};
    }
  }
  return {rules::message<Rule>, ""};
}

template <typename Rule, typename ParseInput>
[[noreturn]] void throw_mistake(const ParseInput& in, const Builder& builder) {
  const std::size_t at = builder.offset(in.current());
  if constexpr (std::is_same_v<Rule, rules::group_dot>) {
    if (ends_a_term(builder.text().substr(at))) throw_flat_reference(builder);
  }
  auto [message, hint] = words_for<Rule>(builder, at);
  const std::size_t width =
      std::max<std::size_t>(1, utf8_length(builder.text(), at));
  throw ExpressionMistake{"syntax",
                          {at, std::min(at + width, builder.text().size())},
                          at,
                          std::move(message),
                          std::move(hint)};
}

// Mistakes are thrown, as PEGTL has it, but never leave this file.
template <typename Rule>
struct Raising : pegtl::normal<Rule> {
  template <typename ParseInput>
  [[noreturn]] static void raise(const ParseInput& in, Builder& builder) {
    throw_mistake<Rule>(in, builder);
  }
};

template <typename Rule>
struct Control : Raising<Rule> {};

// The rules that gather nodes.
template <typename Rule>
struct ListControl : Raising<Rule> {
  template <typename ParseInput>
  static void start(const ParseInput&, Builder& builder) {
    builder.begin_list();
  }
  template <typename ParseInput>
  static void failure(const ParseInput&, Builder& builder) {
    builder.drop_list();
  }
};

template <>
struct Control<rules::sum> : ListControl<rules::sum> {
  template <typename ParseInput>
  static void success(const ParseInput&, Builder& builder) {
    builder.end_list_as(Node::Kind::kSum);
  }
};

template <>
struct Control<rules::alternatives> : ListControl<rules::alternatives> {
  template <typename ParseInput>
  static void success(const ParseInput&, Builder& builder) {
    builder.end_list_as(Node::Kind::kAlternatives);
  }
};

template <>
struct Control<rules::call> : ListControl<rules::call> {
  template <typename ParseInput>
  static void success(const ParseInput&, Builder& builder) {
    builder.on_call_end();
  }
};

}  // namespace

std::variant<std::monostate, ParsedExpression, ExpressionMistake>
parse_expression(std::string_view text, std::size_t at, std::size_t max_depth,
                 ExpressionSink& sink) {
  Input in(text.data() + at, text.data() + text.size(), "");
  Builder builder(text, max_depth, sink);
  try {
    if (!pegtl::parse<rules::expression, Action, Control>(in, builder)) {
      return std::monostate();
    }
    return builder.finish(builder.offset(in.current()));
  } catch (ExpressionMistake& mistake) {
    return std::move(mistake);
  }
}

}  // namespace sotto
