// SPDX-License-Identifier: Apache-2.0

#include "service/content_digest.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace sotto {

std::string content_digest(std::string_view text) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace sotto
