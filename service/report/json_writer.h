// SPDX-License-Identifier: Apache-2.0
//
// Writes JSON for machines, member by member, as it comes: no tree of it is
// ever made, so that a list of a million rows takes no more than its text, and
// where memory ends the one thing thrown is std::bad_alloc. Internal to
// service/.
//
//   JsonWriter json;
//   json.object([&] {
//     json.member("version", 1);
//     json.array("names", names, [&](const auto& each) { json.value(each); });
//   });
//   return json.take();

#ifndef SOTTO_SERVICE_REPORT_JSON_WRITER_H_
#define SOTTO_SERVICE_REPORT_JSON_WRITER_H_

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace sotto {

// Appends `text` as a JSON string, quotes included, fit to be shown: escapes
// also for the control characters that a terminal heeds and JSON lets pass
// (DEL, those of Latin-1). What is not UTF-8 is mended as as_utf8() does.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

// Belongs to one thread. Indents by two blanks.
class JsonWriter {
 public:
  // A value: the whole text, an item of the array or the value of the key that
  // is open.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  template <std::integral T>
  void value(T number) {
    begin_value();
    if constexpr (std::same_as<T, bool>) {
      text_ += number ? "true" : "false";
    } else {
      text_ += std::to_string(number);
    }
  }
  // `fill` writes the members.
  template <std::invocable Fill>
  void object(const Fill& fill) {
    open('{');
    fill();
    close('}');
  }
  // `write` is called with each of `items`, and writes one value.
  template <typename Items, typename Write>
  void array(const Items& items, const Write& write) {
    open('[');
    for (const auto& item : items) write(item);
    close(']');
  }

  // The same as a member of the object that is open.
  template <typename T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  template <std::invocable Fill>
  void object(std::string_view name, const Fill& fill) {
    key(name);
    object(fill);
  }
  template <typename Items, typename Write>
  void array(std::string_view name, const Items& items, const Write& write) {
    key(name);
    array(items, write);
  }

  // The text, with a line break at its end.
  std::string take();

 private:
  void key(std::string_view name);
  void open(char bracket);
  void close(char bracket);
  void begin_value();
  void begin_line();

  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;  // Of the object or array that is open.
  bool has_key_ = false;  // One was written that has no value yet.
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_REPORT_JSON_WRITER_H_
