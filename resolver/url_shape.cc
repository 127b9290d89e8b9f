// SPDX-License-Identifier: Apache-2.0

#include "resolver/url_shape.h"

#include <algorithm>
#include <utility>

#include "base/host_name.h"

namespace sotto {
namespace {

bool is_scheme_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// The end of the scheme, where "://" stands; 0 if there is none.
std::size_t scheme_end(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_scheme_char(text[end])) ++end;
  return text.substr(end, 3) == "://" ? end : 0;
}

}  // namespace

UrlShape::UrlShape(std::string_view text, std::vector<Span> holes)
    : text_(text), holes_(std::move(holes)) {
  scheme_ = {0, scheme_end(text)};
  std::size_t begin = 0;
  if (scheme_.end > 0) {
    begin = scheme_.end + 3;
  } else if (!holes_.empty() && holes_[0].begin == 0 &&
             text.substr(holes_[0].end, 3) == "://") {
    scheme_ = holes_[0];
    begin = scheme_.end + 3;
  } else if (text.starts_with("//")) {
    begin = 2;
  }
  authority_ = {begin, find("/?#\\", begin, text.size())};
  fragment_ = find("#", authority_.end, text.size());
  query_ = find("?", authority_.end, fragment_);
  split_authority();
}

// The first place of one of `any` that is in no expression, or `to`.
std::size_t UrlShape::find(std::string_view any, std::size_t from,
                           std::size_t to) const {
  auto hole = holes_.begin();
  for (std::size_t at = from; at < to;) {
    while (hole != holes_.end() && hole->end <= at) ++hole;
    if (hole != holes_.end() && hole->begin <= at) {
      at = hole->end;
      continue;
    }
    if (any.find(text_[at]) != any.npos) return at;
    ++at;
  }
  return to;
}

bool UrlShape::has_hole(const Span& span) const {
  return std::any_of(holes_.begin(), holes_.end(), [&](const Span& hole) {
    return hole.begin < span.end && hole.end > span.begin;
  });
}

// [user[:password]@]host[:port]; an IPv6 address has colons in brackets.
void UrlShape::split_authority() {
  host_begin_ = authority_.begin;
  for (std::size_t at = authority_.begin;;) {
    at = find("@", at, authority_.end);
    if (at == authority_.end) break;
    host_begin_ = ++at;
  }
  std::size_t from = host_begin_;
  if (text_.substr(from).starts_with('[')) {
    from = find("]", from, authority_.end);
  }
  host_end_ = find(":", from, authority_.end);
}

UrlPart UrlShape::part_at(std::size_t offset) const {
  const bool is_whole = holes_.size() == 1 && holes_[0].begin == 0 &&
                        holes_[0].end == text_.size();
  if (is_whole) return UrlPart::kWhole;
  if (offset < scheme_.end) return UrlPart::kScheme;
  if (offset < host_begin_) return UrlPart::kCredentials;
  if (offset < host_end_) return UrlPart::kHost;
  if (offset < authority_.end) return UrlPart::kPort;
  if (offset < query_) return UrlPart::kPath;
  return offset < fragment_ ? UrlPart::kQuery : UrlPart::kFragment;
}

std::string UrlShape::scheme() const {
  return fold_host(text_.substr(0, has_hole(scheme_) ? 0 : scheme_.end));
}

std::optional<std::string> UrlShape::host() const {
  const bool odd_end =
      authority_.end < text_.size() && text_[authority_.end] == '\\';
  if (odd_end || has_hole(authority_)) return std::nullopt;
  const std::string_view host =
      text_.substr(host_begin_, host_end_ - host_begin_);
  const std::string_view before =
      text_.substr(authority_.begin, host_begin_ - authority_.begin);
  // One '@', and nothing before it that some take for the end of the host.
  if (before.find('@') + 1 < before.size() || host.starts_with('*') ||
      !is_host_pattern(host)) {
    return std::nullopt;
  }
  return fold_host(host);
}

}  // namespace sotto
