// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/server.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/file_descriptor.h"
#include "base/guarded.h"
#include "service/lsp/inbox.h"
#include "service/lsp/session.h"
#include "service/lsp/stream.h"
#include "service/no_signals.h"
#include "service/system_error.h"

namespace sotto {
namespace {

using Clock = std::chrono::steady_clock;

// Newer text comes first: what was linted would be old before it is shown. But
// somebody who types without a pause is to see something too.
constexpr std::chrono::milliseconds kPatience{200};

void read_all(LspReader& reader, LspInbox& inbox) noexcept {
  while (true) {
    try {
      const LspFrame frame = reader.next();
      if (frame.kind == LspFrame::Kind::kEnd) break;
      auto mail = open_lsp_frame(frame);
      if (!mail) continue;
      const bool is_notification = mail->kind == LspMail::Kind::kNotification;
      if (is_notification && mail->method == "$/cancelRequest") {
        inbox.cancel(mail->params["id"]);
        continue;
      }
      const bool is_last = is_notification && mail->method == "exit";
      inbox.push(*std::move(mail));
      if (is_last) break;
    } catch (const std::bad_alloc&) {
      // A message is lost; the next one may be smaller.
    }
  }
  inbox.finish();
}

// The thread that reads, for as long as it lives.
class Reading {
 public:
  explicit Reading(int fd)
      : wake_(::eventfd(0, EFD_CLOEXEC)), reader_(fd, wake_.get()) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (!thread_.joinable()) return;
    inbox_.close();
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
  }

  Result<void> start() {
    if (!wake_) return system_failure(errno, "wait for the editor");
    try {
      const NoSignals no_signals;
      thread_ = std::thread([this] { read_all(reader_, inbox_); });
      return {};
    } catch (const std::system_error& error) {
      return system_failure(error.code().value(), "wait for the editor");
    }
  }

  LspInbox& inbox() { return inbox_; }

 private:
  FileDescriptor wake_;
  LspReader reader_;
  LspInbox inbox_;
  std::thread thread_;
};

// One turn: a message, or what there is to do while none comes.
Result<void> work(LspSession& session, LspInbox& inbox,
                  std::chrono::milliseconds look_again) {
  LspDocument* const waiting = session.next_to_lint();
  const bool is_overdue =
      waiting != nullptr && Clock::now() - waiting->changed() > kPatience;
  if (is_overdue) return session.lint(*waiting);
  const auto wait = waiting != nullptr ? std::chrono::milliseconds(0)
                    : session.has_documents()
                        ? look_again
                        : std::chrono::milliseconds(std::chrono::hours(1));
  if (const auto mail = inbox.pop(wait)) return session.take(*mail);
  if (waiting != nullptr) return session.lint(*waiting);
  return session.look_again();
}

Result<int> serve(const LspOptions& options) {
  Reading reading(options.in);
  LspSession session(options.config, options.version,
                     [&](const LspJson& message) {
                       return write_lsp_message(options.out, message.dump());
                     });
  SOTTO_RETURN_IF_ERROR(reading.start());
  while (!session.status()) {
    const auto done = guarded(
        [&] { return work(session, reading.inbox(), options.look_again); });
    if (done || done.error().code == ErrorCode::kNoMemory) continue;
    if (done.error().code == ErrorCode::kCancelled) return 1;
    return tl::unexpected<Error>(done.error());
  }
  return *session.status();
}

}  // namespace

Result<int> serve_lsp(const LspOptions& options) {
  return guarded([&] { return serve(options); });
}

}  // namespace sotto
