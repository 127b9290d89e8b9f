// SPDX-License-Identifier: Apache-2.0
//
// The JSON of the language server's messages, as a small tree. It is not the
// one of the JSON library: whatever an editor sends, reading it neither throws
// (memory apart) nor recurses deeper than kMaxLspDepth, and a member that is
// not there, or is something else, reads as null. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_JSON_H_
#define SOTTO_SERVICE_LSP_JSON_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sotto {

inline constexpr std::size_t kMaxLspDepth = 64;

class LspJson {
 public:
  struct Member;
  using Array = std::vector<LspJson>;
  using Object = std::vector<Member>;

  // All of them are defined where Member is known.
  LspJson();  // null
  LspJson(const LspJson&);
  LspJson(LspJson&&) noexcept;
  LspJson& operator=(const LspJson&);
  LspJson& operator=(LspJson&&) noexcept;
  ~LspJson();
  template <std::integral T>
  LspJson(T value);                // NOLINT: is to be written as the value is.
  LspJson(std::string text);       // NOLINT
  LspJson(std::string_view text);  // NOLINT
  LspJson(const char* text);       // NOLINT
  LspJson(Array items);            // NOLINT
  LspJson(Object members);         // NOLINT

  // None if it is not JSON, or deeper. A lone surrogate is read as U+FFFD.
  static std::optional<LspJson> parse(std::string_view text);
  // Without blanks. What is not UTF-8 in a string is written as U+FFFD.
  std::string dump() const;

  bool is_null() const { return std::holds_alternative<Null>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_true() const;
  // Null if it is none.
  const std::string* string() const {
    return std::get_if<std::string>(&value_);
  }
  std::optional<std::int64_t> integer() const;
  // Empty if it is no array.
  std::span<const LspJson> items() const;
  // The first member of that name; null if there is none.
  const LspJson& operator[](std::string_view name) const;
  // Adds one to an object.
  void add(std::string name, LspJson value);

  friend bool operator==(const LspJson& a, const LspJson& b);

 private:
  using Null = std::monostate;
  struct Number {
    std::string text;  // As it was spelled: an id is answered as it came.
    friend bool operator==(const Number&, const Number&) = default;
  };

  class Reader;
  void append_to(std::string& out) const;

  std::variant<Null, bool, Number, std::string, Array, Object> value_;
};

struct LspJson::Member {
  std::string name;
  LspJson value;

  friend bool operator==(const Member&, const Member&) = default;
};

inline LspJson::LspJson() = default;
inline LspJson::LspJson(const LspJson&) = default;
inline LspJson::LspJson(LspJson&&) noexcept = default;
inline LspJson& LspJson::operator=(const LspJson&) = default;
inline LspJson& LspJson::operator=(LspJson&&) noexcept = default;
inline LspJson::~LspJson() = default;

template <std::integral T>
LspJson::LspJson(T value) {
  if constexpr (std::same_as<T, bool>) {
    value_ = value;
  } else {
    value_ = Number{std::to_string(value)};
  }
}
inline LspJson::LspJson(std::string text) : value_(std::move(text)) {}
inline LspJson::LspJson(std::string_view text) : value_(std::string(text)) {}
inline LspJson::LspJson(const char* text) : value_(std::string(text)) {}
inline LspJson::LspJson(Array items) : value_(std::move(items)) {}
inline LspJson::LspJson(Object members) : value_(std::move(members)) {}

inline bool operator==(const LspJson& a, const LspJson& b) {
  return a.value_ == b.value_;
}

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_JSON_H_
