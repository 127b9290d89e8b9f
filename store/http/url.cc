// SPDX-License-Identifier: Apache-2.0

#include "store/http/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/guarded.h"
#include "base/host_name.h"
#include "store/http/client.h"

namespace sotto {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

tl::unexpected<Error> not_an_address() {
  return fail(ErrorCode::kInvalidConfig, "not the address of a server",
              "expected https://HOST or https://HOST:PORT, without a path, a "
              "user or a password");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The one way to write an address in brackets; empty if it is none.
std::string normal_ipv6(std::string_view host) {
  const std::string address(host.substr(1, host.size() - 2));
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(AF_INET6, &bytes, text.data(), text.size()) == nullptr) {
    return {};
  }
  return '[' + std::string(text.data()) + ']';
}

bool is_ipv4(const std::string& host) {
  in_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1;
}

// Is its last label a number? Then some take it for an IPv4 address: "127.1",
// "0x7f.1" and "2130706433" are 127.0.0.1 to them.
bool may_be_ipv4(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return std::ranges::all_of(last, is_digit) || last.starts_with("0x");
}

// Lower case, in its one spelling; empty if it is no host.
std::string normal_host(std::string_view host) {
  if (host.starts_with('*') || !is_host_pattern(host)) return {};
  if (host.starts_with('[')) return normal_ipv6(host);
  std::string folded = fold_host(host);
  if (folded.empty() || (may_be_ipv4(folded) && !is_ipv4(folded))) return {};
  return folded;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" ||
         (is_ipv4(host) && host.starts_with("127."));
}

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !is_digit(text.front()) || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
  return fold_host(url.substr(0, scheme.size())) == scheme;
}

Result<HttpUrl> parse(std::string_view url) {
  const bool plain = starts_with_scheme(url, kHttp);
  if (!plain && !starts_with_scheme(url, kHttps)) return not_an_address();
  const std::string_view scheme = plain ? kHttp : kHttps;
  url.remove_prefix(scheme.size());
  const std::size_t end = std::min(url.find_first_of("/?#\\"), url.size());
  std::string_view authority = url.substr(0, end);
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon =
      authority.find(':', bracket == authority.npos ? 0 : bracket);
  std::optional<int> port = plain ? 80 : 443;
  if (colon != authority.npos) {
    port = port_of(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  const std::string host = normal_host(authority);
  if (host.empty() || !port) return not_an_address();
  HttpUrl parsed{.origin = fmt::format("{}{}:{}", scheme, host, *port),
                 .peer = fmt::format("{}:{}", host, *port),
                 .target = std::string(url.substr(end))};
  if (plain && !is_this_machine(host)) {
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("\"{}\" is neither encrypted nor an address of "
                            "this machine",
                            parsed.origin),
                "use https://");
  }
  return parsed;
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view url) {
  return guarded([&] { return parse(url); });
}

Result<std::string> normal_origin(std::string_view url) {
  return guarded([&]() -> Result<std::string> {
    SOTTO_ASSIGN_OR_RETURN(HttpUrl parsed, parse(url));
    if (!parsed.target.empty() && parsed.target != "/") return not_an_address();
    return std::move(parsed.origin);
  });
}

}  // namespace sotto
