// SPDX-License-Identifier: Apache-2.0
//
// Messages over a pair of descriptors, as the language server protocol frames
// them: "Content-Length: 52", an empty line, so many bytes. Internal to
// service/.

#ifndef SOTTO_SERVICE_LSP_STREAM_H_
#define SOTTO_SERVICE_LSP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto {

inline constexpr std::size_t kMaxLspMessage = 64u << 20;
inline constexpr std::size_t kMaxLspHeader = 8u << 10;

struct LspFrame {
  enum class Kind : std::uint8_t {
    kMessage,
    kNoLength,  // A header without a length; what came so far is dropped.
    kTooLong,   // More than kMaxLspMessage; it was skipped.
    kEnd,       // Nothing comes any more: the end, a failure, or a wake-up.
  };
  Kind kind = Kind::kEnd;
  std::string body;
};

// Whatever comes, it finds the next header again. Belongs to one thread.
class LspReader {
 public:
  // Both are borrowed. As soon as something can be read from `wake`, next()
  // answers kEnd.
  LspReader(int fd, int wake) : fd_(fd), wake_(wake) {}

  // Lets std::bad_alloc through; the message that there was no memory for is
  // lost then.
  LspFrame next();

 private:
  bool fill();
  bool skip(std::size_t count);
  LspFrame read_body(std::size_t size);

  int fd_;
  int wake_;
  std::string buffer_;
};

// Writes one message. Fails with kIo, and with kCancelled if nobody reads any
// more.
Result<void> write_lsp_message(int fd, std::string_view body);

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_STREAM_H_
