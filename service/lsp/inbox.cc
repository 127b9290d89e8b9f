// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/inbox.h"

#include <fmt/format.h>

#include <utility>

namespace sotto {
namespace {

LspMail broken(LspErrorCode error, std::string message, LspJson id = {}) {
  LspMail mail;
  mail.kind = LspMail::Kind::kBroken;
  mail.id = std::move(id);
  mail.error = error;
  mail.message = std::move(message);
  return mail;
}

bool is_id(const LspJson& json) {
  return json.is_number() || json.string() != nullptr;
}

}  // namespace

std::optional<LspMail> open_lsp_frame(const LspFrame& frame) {
  switch (frame.kind) {
    case LspFrame::Kind::kEnd:
      return std::nullopt;
    case LspFrame::Kind::kNoLength:
      return broken(LspErrorCode::kParseError,
                    "expected \"Content-Length: N\" before a message");
    case LspFrame::Kind::kTooLong:
      return broken(
          LspErrorCode::kInvalidRequest,
          fmt::format("a message has {} bytes at most", kMaxLspMessage));
    case LspFrame::Kind::kMessage:
      break;
  }
  auto json = LspJson::parse(frame.body);
  if (!json) {
    return broken(LspErrorCode::kParseError, "the message is not JSON");
  }
  const LspJson& id = (*json)["id"];
  const std::string* const method = (*json)["method"].string();
  if (json->is_object() && method == nullptr && (*json)["method"].is_null() &&
      is_id(id)) {
    return std::nullopt;
  }
  if (method == nullptr || !(id.is_null() || is_id(id))) {
    return broken(LspErrorCode::kInvalidRequest,
                  "expected an object with a \"method\"",
                  is_id(id) ? id : LspJson());
  }
  LspMail mail;
  mail.kind =
      id.is_null() ? LspMail::Kind::kNotification : LspMail::Kind::kRequest;
  mail.id = id;
  mail.method = *method;
  mail.params = (*json)["params"];
  mail.size = frame.body.size();
  return mail;
}

void LspInbox::push(LspMail mail) {
  std::unique_lock lock(mutex_);
  has_room_.wait(lock, [&] { return bytes_ < kMaxBytes || closed_; });
  bytes_ += mail.size;
  mails_.push_back(std::move(mail));
  has_mail_.notify_one();
}

void LspInbox::cancel(const LspJson& id) {
  const std::scoped_lock lock(mutex_);
  for (LspMail& mail : mails_) {
    if (mail.kind == LspMail::Kind::kRequest && mail.id == id) {
      mail.cancelled = true;
    }
  }
}

std::optional<LspMail> LspInbox::pop(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  has_mail_.wait_for(lock, wait, [&] { return !mails_.empty() || finished_; });
  if (mails_.empty()) {
    if (finished_) return LspMail{};
    return std::nullopt;
  }
  LspMail mail = std::move(mails_.front());
  mails_.pop_front();
  bytes_ -= mail.size;
  has_room_.notify_one();
  return mail;
}

void LspInbox::finish() noexcept {
  const std::scoped_lock lock(mutex_);
  finished_ = true;
  has_mail_.notify_all();
}

void LspInbox::close() noexcept {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  has_room_.notify_all();
}

}  // namespace sotto
