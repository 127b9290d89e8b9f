// SPDX-License-Identifier: Apache-2.0
//
// What an editor sent and nobody has looked at yet: filled by the thread that
// reads, emptied by the one that works. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_INBOX_H_
#define SOTTO_SERVICE_LSP_INBOX_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "service/lsp/json.h"
#include "service/lsp/stream.h"

namespace sotto {

// The errors of JSON-RPC and of the protocol that we answer with.
enum class LspErrorCode : std::int32_t {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kRequestCancelled = -32800,
  kRequestFailed = -32803,
};

// Something that came.
struct LspMail {
  enum class Kind : std::uint8_t {
    kRequest,       // To be answered, with `id`.
    kNotification,  // Not to be answered.
    kBroken,        // To be answered with `error`.
    kEnd,           // Nothing comes any more.
  };
  Kind kind = Kind::kEnd;
  LspJson id;
  std::string method;
  LspJson params;
  bool cancelled = false;
  LspErrorCode error{};
  std::string message;
  std::size_t size = 0;  // Of the whole, in bytes.
};

// What a frame of any kind but kEnd has in it; none for what is to be ignored:
// an answer to a request of ours.
std::optional<LspMail> open_lsp_frame(const LspFrame& frame);

// Thread-safe.
class LspInbox {
 public:
  // Waits while more than this is unread: whoever writes without end has to
  // wait for us.
  static constexpr std::size_t kMaxBytes = 2 * kMaxLspMessage;

  void push(LspMail mail);
  // The request of that id is to be answered with kRequestCancelled, if it is
  // still here.
  void cancel(const LspJson& id);
  // Waits so long; none if nothing has come.
  std::optional<LspMail> pop(std::chrono::milliseconds wait);

  // Nothing comes any more: behind what is still here, pop() answers kEnd.
  void finish() noexcept;
  // Nobody pops any more: push() waits no longer.
  void close() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable has_mail_;
  std::condition_variable has_room_;
  std::deque<LspMail> mails_;
  std::size_t bytes_ = 0;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_INBOX_H_
