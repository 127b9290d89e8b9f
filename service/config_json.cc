// SPDX-License-Identifier: Apache-2.0

#include "service/config_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/source.h"
#include "service/config.h"

namespace sotto {
namespace {

using Json = nlohmann::json;
using Kind = ConfigValue::Kind;

constexpr std::size_t kMaxConfigDepth = 32;

// Tells how much the library, which reads byte by byte, has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(std::string_view rest, std::size_t& read)
      : at_(rest.data()), read_(&read) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*read_;
    return *this;
  }
  friend bool operator==(CountingIterator a, CountingIterator b) {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  std::size_t* read_;
};

// Makes what the library reads into a tree. No function returns false but
// where nothing is to be read any more.
class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  // `read`: how much of `text` has been.
  TreeBuilder(std::string_view text, const std::size_t& read)
      : text_(text), read_(read) {}

  bool null() override { return add(Kind::kNull); }
  bool boolean(bool value) override {
    add(Kind::kBoolean);
    last_->truth = value;
    return true;
  }
  bool number_integer(number_integer_t) override { return add(Kind::kNumber); }
  bool number_unsigned(number_unsigned_t value) override {
    add(Kind::kNumber);
    last_->number = value;
    return true;
  }
  bool number_float(number_float_t, const string_t&) override {
    return add(Kind::kNumber);
  }
  bool string(string_t& text) override {
    add(Kind::kString);
    last_->text = text;
    last_->span = span_of_string();
    return true;
  }
  bool binary(binary_t&) override { return false; }  // Not in JSON.

  bool start_object(std::size_t) override { return open(Kind::kObject); }
  bool start_array(std::size_t) override { return open(Kind::kArray); }
  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second && !duplicate_) {
      duplicate_ = name;
    }
    name_ = name;
    return true;
  }
  bool end_object() override {
    std::ranges::sort(open_.back().value->members, {}, &ConfigValue::name);
    return close();
  }
  bool end_array() override { return close(); }

  // The words of the library's own errors are never used: they quote the
  // input. A number that is too large is the one without a place.
  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception& error) override {
    if (dynamic_cast<const Json::parse_error*>(&error) != nullptr) {
      error_at_ = position == 0 ? 0 : position - 1;
    }
    return false;
  }

  bool too_deep() const { return too_deep_; }
  const std::optional<std::string>& duplicate() const { return duplicate_; }
  std::optional<std::size_t> error_at() const { return error_at_; }
  ConfigValue& root() { return root_; }

 private:
  struct Container {
    ConfigValue* value;  // Stays where it is until it is closed.
    std::set<std::string> names;
  };

  bool add(Kind kind) {
    last_ =
        open_.empty() ? &root_ : &open_.back().value->members.emplace_back();
    last_->kind = kind;
    last_->name = std::exchange(name_, {});
    return true;
  }

  // What stands between the quote that was read last and the one before it;
  // one behind an odd number of backslashes is none.
  Span span_of_string() const {
    const std::size_t end = read_ - 1;
    std::size_t begin = end;
    for (std::size_t quote = end; quote > 0;) {
      quote = text_.rfind('"', quote - 1);
      const std::size_t before = text_.find_last_not_of('\\', quote - 1);
      begin = quote + 1;
      if ((quote - before) % 2 == 1) break;
    }
    return {begin, end};
  }

  bool open(Kind kind) {
    too_deep_ = open_.size() >= kMaxConfigDepth;
    if (too_deep_) return false;
    add(kind);
    open_.push_back({last_, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::size_t& read_;
  ConfigValue root_;
  ConfigValue* last_ = nullptr;
  std::vector<Container> open_;
  std::string name_;  // Of the value that comes next.
  std::optional<std::string> duplicate_;
  std::optional<std::size_t> error_at_;
  bool too_deep_ = false;
};

tl::unexpected<Error> invalid(std::string place, std::string_view message,
                              std::string hint = {}) {
  return fail(ErrorCode::kInvalidConfig, fmt::format("{}: {}", place, message),
              std::move(hint));
}

}  // namespace

const ConfigValue* ConfigValue::find(std::string_view member) const {
  const auto found =
      std::ranges::lower_bound(members, member, {}, &ConfigValue::name);
  return found == members.end() || found->name != member ? nullptr : &*found;
}

Result<ConfigValue> parse_config_json(const std::filesystem::path& file,
                                      std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    return invalid(file.native(), "a configuration is at most 1 MiB");
  }
  std::size_t read = 0;
  TreeBuilder tree(text, read);
  const bool whole =
      Json::sax_parse(CountingIterator(text, read),
                      CountingIterator(text.substr(text.size()), read), &tree,
                      Json::input_format_t::json, /*strict=*/true,
                      /*ignore_comments=*/true);
  if (tree.too_deep()) {
    return invalid(file.native(), "nested deeper than 32 levels");
  }
  if (const auto offset = tree.error_at()) {
    const Source source(file.native(), text);
    const Location at = source.location(std::min(*offset, text.size()));
    return invalid(fmt::format("{}:{}:{}", file.native(), at.line, at.column),
                   "this is not valid JSON",
                   "comments are allowed, trailing commas are not");
  }
  if (!whole) return invalid(file.native(), "this is not valid JSON");
  if (const auto& key = tree.duplicate()) {
    return invalid(file.native(),
                   fmt::format("the key \"{}\" stands there twice", *key),
                   "keep one of them");
  }
  return std::move(tree.root());
}

}  // namespace sotto
