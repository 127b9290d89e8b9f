// SPDX-License-Identifier: Apache-2.0

#include "store/http/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/http/url.h"

namespace sotto {
namespace {

// What says where a message ends and where it goes is said once.
constexpr std::array<std::string_view, 9> kOurOwn{"accept-encoding",
                                                  "connection",
                                                  "content-length",
                                                  "content-type",
                                                  "expect",
                                                  "host",
                                                  "te",
                                                  "transfer-encoding",
                                                  "user-agent"};

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }
bool is_visible_or_blank(char c) { return c >= ' ' && c < '\x7f'; }

// RFC 9110, 5.6.2: token.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 127 &&
         std::ranges::all_of(text, [](char c) {
           return is_visible(c) &&
                  std::string_view("\"(),/:;<=>?@[\\]{}").find(c) ==
                      std::string_view::npos;
         });
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

Result<void> check_name(std::string_view name) {
  if (!is_name(name)) {
    return fail(ErrorCode::kUsage, "a header has a name that is none",
                "expected a word of visible ASCII characters");
  }
  if (std::ranges::find(kOurOwn, lower(name)) != kOurOwn.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("the header \"{}\" is not the caller's", name));
  }
  return {};
}

Result<void> check_value(std::string_view name, std::string_view value) {
  if (std::ranges::all_of(value, is_visible_or_blank)) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("the value of the header \"{}\" has a character that "
                          "no header may have",
                          name),
              "expected visible ASCII characters and blanks");
}

// libcurl takes "Name:" for the wish to leave a header of its own out, and
// sends "Name;" as an empty one.
std::string header_line(std::string_view name, std::string_view value) {
  return value.empty() ? fmt::format("{};", name)
                       : fmt::format("{}: {}", name, value);
}

Result<void> add_credential(const HttpRequest& request, HttpMessage& message) {
  if (request.credential == nullptr) return {};
  const std::string_view value = request.credential->expose();
  SOTTO_RETURN_IF_ERROR(check_name(request.credential_header));
  SOTTO_RETURN_IF_ERROR(check_value(request.credential_header, value));
  SecretBuilder line(request.credential_header.size() + 3 + value.size());
  line.append(request.credential_header);
  line.append(": ");
  line.append(value);
  line.append('\0');  // libcurl wants a string of C.
  SOTTO_ASSIGN_OR_RETURN(message.credential, line.take());
  return {};
}

Result<void> add_url(const HttpRequest& request,
                     std::span<const std::string> origins,
                     HttpMessage& message) {
  SOTTO_ASSIGN_OR_RETURN(HttpUrl url, parse_http_url(request.url));
  if (std::ranges::find(origins, url.origin) == origins.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("\"{}\" is not an address that calls may go to",
                            url.origin),
                "name it in the configuration of the store");
  }
  if (!url.target.starts_with('/') ||
      !std::ranges::all_of(url.target, is_visible) ||
      url.target.find_first_of("#\\\"<>^`{|}") != std::string::npos) {
    return fail(ErrorCode::kUsage,
                fmt::format("a path of \"{}\" is none", url.origin),
                "expected /, then visible ASCII characters, encoded where a "
                "URL wants it");
  }
  message.url = url.origin + url.target;
  message.peer = std::move(url.peer);
  return {};
}

}  // namespace

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet:
      return "GET";
    case HttpMethod::kPost:
      return "POST";
    case HttpMethod::kPut:
      return "PUT";
    case HttpMethod::kPatch:
      return "PATCH";
    case HttpMethod::kDelete:
      return "DELETE";
    case HttpMethod::kList:
      break;
  }
  return "LIST";
}

Result<HttpMessage> make_message(const HttpRequest& request,
                                 std::span<const std::string> origins) {
  HttpMessage message;
  SOTTO_RETURN_IF_ERROR(add_url(request, origins, message));
  for (const HttpHeader& header : request.headers) {
    SOTTO_RETURN_IF_ERROR(check_name(header.name));
    SOTTO_RETURN_IF_ERROR(check_value(header.name, header.value));
    message.lines.push_back(header_line(header.name, header.value));
  }
  if (request.body != nullptr) {
    SOTTO_RETURN_IF_ERROR(check_value("Content-Type", request.content_type));
    message.lines.push_back(header_line("Content-Type", request.content_type));
  }
  SOTTO_RETURN_IF_ERROR(add_credential(request, message));
  return message;
}

}  // namespace sotto
