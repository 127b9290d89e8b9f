// SPDX-License-Identifier: Apache-2.0

#include "service/import_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "base/guarded.h"
#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/source.h"
#include "base/utf8.h"
#include "service/dotenv.h"
#include "service/input_file.h"

namespace sotto {
namespace {

constexpr std::string_view kForm =
    R"(write {"group": {"KEY": "value"}} or {"group.KEY": "value"})";

bool is_surrogate(std::uint32_t code_point) {
  return code_point >= 0xD800 && code_point <= 0xDFFF;
}

class ImportReader {
 public:
  ImportReader(std::string_view text, std::string_view name)
      : source_(std::string(name), text), tokens_(text) {}

  Result<std::vector<ImportItem>> read() {
    // The whole text first: what is half right is not imported.
    SOTTO_RETURN_IF_ERROR(check_json());
    if (tokens_.next() != JsonToken::kObjectBegin) {
      return wrong("expected an object", std::string(kForm));
    }
    while (tokens_.next() == JsonToken::kKey) {
      SOTTO_RETURN_IF_ERROR(read_member());
    }
    return std::move(items_);
  }

 private:
  tl::unexpected<Error> wrong_at(std::size_t offset, std::string_view what,
                                 std::string hint = {}) const {
    const Location at = source_.location(offset);
    return fail(
        ErrorCode::kMalformed,
        fmt::format("{}:{}:{}: {}", source_.name(), at.line, at.column, what),
        std::move(hint));
  }
  tl::unexpected<Error> wrong(std::string_view what,
                              std::string hint = {}) const {
    return wrong_at(tokens_.span().begin, what, std::move(hint));
  }

  Result<void> check_json() const {
    JsonTokenizer tokens(source_.bytes(), /*max_depth=*/8);
    while (tokens.next() != JsonToken::kEnd) {
    }
    if (tokens.ok()) return {};
    const JsonError& error = tokens.errors().front();
    return wrong_at(error.span.begin, json_error_message(error.kind));
  }

  // A member of the outer object: a group, or a secret by its whole name.
  Result<void> read_member() {
    const std::string_view name = tokens_.content();
    if (name.find('.') != std::string_view::npos) {
      auto ref = parse_secret_ref(name);
      if (!ref) {
        if (ref.error().code == ErrorCode::kNoMemory) {
          return tl::unexpected<Error>(std::move(ref).error());
        }
        return wrong(ref.error().message, ref.error().hint);
      }
      const JsonToken token = tokens_.next();
      return read_value(*std::move(ref), token);
    }
    SOTTO_ASSIGN_OR_RETURN(const std::string group, read_name("group"));
    if (tokens_.next() != JsonToken::kObjectBegin) {
      return wrong(
          fmt::format("expected an object for the group \"{}\"", group),
          std::string(kForm));
    }
    while (tokens_.next() == JsonToken::kKey) {
      SOTTO_ASSIGN_OR_RETURN(std::string key, read_name("key"));
      const JsonToken token = tokens_.next();
      SOTTO_RETURN_IF_ERROR(read_value({group, std::move(key)}, token));
    }
    return {};
  }

  Result<std::string> read_name(std::string_view what) const {
    const std::string_view name = tokens_.content();
    if (is_name(name)) return std::string(name);
    return wrong(fmt::format("this is not the name of a {}", what),
                 std::string(kNameRule));
  }

  Result<void> read_value(SecretRef ref, JsonToken token) {
    if (token != JsonToken::kString) {
      return wrong(
          fmt::format("the value of \"{}\" is not a string", to_string(ref)),
          std::string(kForm));
    }
    if (!seen_.insert(ref).second) {
      return wrong(fmt::format("\"{}\" stands there twice", to_string(ref)),
                   "keep one of them");
    }
    ImportItem item{std::move(ref), {}};
    SOTTO_ASSIGN_OR_RETURN(item.value, unescape(item.ref));
    if (item.value.size() > kMaxValueBytes) {
      return fail(ErrorCode::kLimit,
                  fmt::format("the value of \"{}\" is larger than 1 MiB",
                              to_string(item.ref)));
    }
    items_.push_back(std::move(item));
    return {};
  }

  Result<SecretString> unescape(const SecretRef& ref) const {
    const std::string_view raw = tokens_.content();
    SecretBuilder value(std::max<std::size_t>(raw.size(), 1));
    for (std::size_t at = 0; at < raw.size();) {
      const std::size_t plain = std::min(raw.find('\\', at), raw.size());
      value.append(raw.substr(at, plain - at));
      at = plain;
      if (at == raw.size()) break;
      const JsonChar c = decode_json_escape(raw, at);
      if (is_surrogate(c.code_point)) {
        return wrong(fmt::format("the value of \"{}\" has a lone surrogate",
                                 to_string(ref)));
      }
      std::array<char, 4> bytes{};
      value.append({bytes.data(), encode_utf8(c.code_point, bytes.data())});
      at += c.raw_length;
    }
    return value.take();
  }

  Source source_;
  JsonTokenizer tokens_;
  std::set<SecretRef> seen_;
  std::vector<ImportItem> items_;
};

}  // namespace

Result<std::vector<ImportItem>> parse_import_json(std::string_view text,
                                                  std::string_view name) {
  return guarded([&]() -> Result<std::vector<ImportItem>> {
    return ImportReader(text, name).read();
  });
}

Result<std::vector<ImportItem>> parse_import_dotenv(std::string_view text,
                                                    std::string_view name,
                                                    const std::string& group) {
  return guarded([&]() -> Result<std::vector<ImportItem>> {
    SOTTO_ASSIGN_OR_RETURN(std::vector<DotenvEntry> entries,
                           parse_dotenv(text, name));
    std::vector<ImportItem> items;
    items.reserve(entries.size());
    for (DotenvEntry& entry : entries) {
      items.push_back({{group, std::move(entry.name)}, std::move(entry.value)});
    }
    return items;
  });
}

}  // namespace sotto
