// SPDX-License-Identifier: Apache-2.0
//
// Numbers and texts as the local store's file holds them: little-endian, texts
// after their length. Reading never goes past the end.

#ifndef SOTTO_STORE_LOCAL_BYTE_CODEC_H_
#define SOTTO_STORE_LOCAL_BYTE_CODEC_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sotto {

// `Buffer`: whatever has append(std::string_view), std::string for what is no
// secret and SecretBuilder for what is.
template <std::unsigned_integral Number, typename Buffer>
void append_number(Buffer& buffer, Number number) {
  std::array<char, sizeof(Number)> bytes;
  for (char& byte : bytes) {
    byte = static_cast<char>(number & 0xff);
    if constexpr (sizeof(Number) > 1) number = static_cast<Number>(number >> 8);
  }
  buffer.append(std::string_view(bytes.data(), bytes.size()));
}

// At most 4 GiB (assert).
template <typename Buffer>
void append_text(Buffer& buffer, std::string_view text) {
  append_number(buffer, static_cast<std::uint32_t>(text.size()));
  buffer.append(text);
}

// Reads from front to back. After the first thing that is not there ok() is
// false and everything reads as empty: a row of reads needs one check.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    Number number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      number = static_cast<Number>((std::uint64_t{number} << 8) |
                                   static_cast<unsigned char>(bytes[i - 1]));
    }
    return number;
  }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view text() { return take(number<std::uint32_t>()); }

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_BYTE_CODEC_H_
