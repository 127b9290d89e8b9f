// SPDX-License-Identifier: Apache-2.0
//
// What one editor and the language server have agreed on, the documents that it
// has open, and what is done for each message. Internal to service/.

#ifndef SOTTO_SERVICE_LSP_SESSION_H_
#define SOTTO_SERVICE_LSP_SESSION_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "service/lsp/document.h"
#include "service/lsp/inbox.h"
#include "service/lsp/json.h"
#include "service/lsp/project.h"
#include "service/lsp/text.h"

namespace sotto {

// Belongs to one thread.
class LspSession {
 public:
  // Takes a message to the editor. Fails if the editor is gone.
  using Send = std::function<Result<void>(const LspJson& message)>;

  LspSession(ConfigOptions flags, std::string version, Send send);

  // Does what one message asks for. Linting can wait: lint_next(). Fails as
  // Send alone.
  Result<void> take(const LspMail& mail);
  // The exit status, once the session is over.
  std::optional<int> status() const { return status_; }

  bool has_documents() const { return !documents_.empty(); }
  // The document that has waited longest to be linted; null: none has.
  LspDocument* next_to_lint();
  Result<void> lint(LspDocument& document);
  // Looks whether a configuration or a catalog has changed; what it counts for
  // is to be linted again.
  Result<void> look_again();

 private:
  enum class State : std::uint8_t { kNew, kServing, kShutDown };

  // What a request is answered with. kUsage is the fault of the request.
  using Request = Result<LspJson> (LspSession::*)(const LspJson& params);
  using Notification = Result<void> (LspSession::*)(const LspJson& params);
  static Request request_of(std::string_view method);
  static Notification notification_of(std::string_view method);

  Result<LspJson> initialize(const LspJson& params);
  Result<LspJson> shut_down(const LspJson& params);
  Result<LspJson> complete(const LspJson& params);
  Result<LspJson> hover(const LspJson& params);
  Result<LspJson> define(const LspJson& params);
  Result<LspJson> act(const LspJson& params);
  Result<void> initialized(const LspJson& params);
  Result<void> did_open(const LspJson& params);
  Result<void> did_change(const LspJson& params);
  Result<void> did_save(const LspJson& params);
  Result<void> did_close(const LspJson& params);
  Result<void> did_change_files(const LspJson& params);

  Result<void> take_request(const LspMail& mail);
  Result<void> take_notification(const LspMail& mail);
  Result<void> answer(const LspJson& id, LspJson result);
  Result<void> refuse(const LspJson& id, LspErrorCode code,
                      std::string_view message);
  Result<void> notify(std::string_view method, LspJson params);
  Result<void> say(const Error& error, std::string_view so);

  void note_capabilities(const LspJson& capabilities);
  LspDocument* find(const LspJson& params);
  Result<LspDocument*> document_of(const LspJson& params);
  Result<std::size_t> offset_in(const LspDocument& document,
                                const LspJson& params) const;
  void lint_all_again();

  Send send_;
  std::string version_;
  LspProjects projects_;
  State state_ = State::kNew;
  std::optional<int> status_;
  std::map<std::string, LspDocument> documents_;  // By URI.
  std::set<std::string> said_;  // What the editor was told already.

  // What the editor can.
  LspEncoding encoding_ = LspEncoding::kUtf16;
  bool tells_encoding_ = false;
  bool has_snippets_ = false;
  bool has_markdown_ = false;
  bool has_document_changes_ = false;
  bool watches_files_ = false;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LSP_SESSION_H_
