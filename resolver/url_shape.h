// SPDX-License-Identifier: Apache-2.0
//
// The parts of a URL in which expressions stand. Internal to resolver/.

#ifndef SOTTO_RESOLVER_URL_SHAPE_H_
#define SOTTO_RESOLVER_URL_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace sotto {

enum class UrlPart : std::uint8_t {
  kWhole,  // The URL is one expression and nothing else.
  kScheme,
  kCredentials,  // "user:password" before '@'.
  kHost,
  kPort,
  kPath,
  kQuery,
  kFragment,  // Never sent.
};

class UrlShape {
 public:
  // `text` is decoded, and borrowed; `holes` are its expressions, in order.
  UrlShape(std::string_view text, std::vector<Span> holes);

  // The part that an expression begins in.
  UrlPart part_at(std::size_t offset) const;

  // In lower case; empty if it has none.
  std::string scheme() const;
  // Does it begin with a path, so that the host stands elsewhere?
  bool is_relative() const { return authority_.size() == 0; }
  // In lower case, without the port; none unless it stands there letter by
  // letter, in a way that every reader of URLs reads the same.
  std::optional<std::string> host() const;

 private:
  std::size_t find(std::string_view any, std::size_t from,
                   std::size_t to) const;
  bool has_hole(const Span& span) const;
  void split_authority();

  std::string_view text_;
  std::vector<Span> holes_;
  Span scheme_;
  Span authority_;
  std::size_t host_begin_ = 0;  // Behind credentials.
  std::size_t host_end_ = 0;    // Before ':' and the port.
  std::size_t query_ = 0;       // Where '?' stands, or what is behind the URL.
  std::size_t fragment_ = 0;    // Where '#' does.
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_URL_SHAPE_H_
