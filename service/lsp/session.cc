// SPDX-License-Identifier: Apache-2.0

#include "service/lsp/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "base/guarded.h"
#include "service/lsp/findings.h"
#include "service/lsp/names.h"
#include "service/lsp/uri.h"
#include "service/normal_path.h"

namespace sotto {
namespace {

// "MessageType"s of the protocol.
constexpr int kWarning = 2;
constexpr int kInfo = 3;

bool has(const LspJson& list, std::string_view wanted) {
  return std::ranges::any_of(list.items(), [&](const LspJson& item) {
    return item.string() != nullptr && *item.string() == wanted;
  });
}

tl::unexpected<Error> bad_params(std::string_view expected) {
  return fail(ErrorCode::kUsage, fmt::format("expected {}", expected));
}

LspJson capabilities_json(bool tells_encoding, LspEncoding encoding) {
  LspJson json = LspJson::Object{
      {"textDocumentSync",
       LspJson::Object{{"openClose", true}, {"change", 2}, {"save", true}}},
      {"completionProvider",
       LspJson::Object{{"triggerCharacters", LspJson::Array{".", "<"}}}},
      {"hoverProvider", true},
      {"definitionProvider", true},
      {"codeActionProvider",
       LspJson::Object{{"codeActionKinds",
                        LspJson::Array{"quickfix", "source.fixAll.sotto"}}}}};
  if (tells_encoding) {
    json.add("positionEncoding",
             encoding == LspEncoding::kUtf8 ? "utf-8" : "utf-16");
  }
  return json;
}

LspJson watchers_json() {
  LspJson::Array watchers;
  for (const char* const pattern :
       {"**/sotto.json", "**/secrets.lock", "**/catalog.db*"}) {
    watchers.push_back(LspJson::Object{{"globPattern", pattern}});
  }
  LspJson registration = LspJson::Object{
      {"id", "sotto-files"},
      {"method", "workspace/didChangeWatchedFiles"},
      {"registerOptions", LspJson::Object{{"watchers", std::move(watchers)}}}};
  return LspJson::Object{
      {"registrations", LspJson::Array{std::move(registration)}}};
}

}  // namespace

LspSession::LspSession(ConfigOptions flags, std::string version, Send send)
    : send_(std::move(send)),
      version_(std::move(version)),
      projects_(std::move(flags)) {}

LspSession::Request LspSession::request_of(std::string_view method) {
  static constexpr std::array<std::pair<std::string_view, Request>, 6> kTable{{
      {"initialize", &LspSession::initialize},
      {"shutdown", &LspSession::shut_down},
      {"textDocument/completion", &LspSession::complete},
      {"textDocument/hover", &LspSession::hover},
      {"textDocument/definition", &LspSession::define},
      {"textDocument/codeAction", &LspSession::act},
  }};
  for (const auto& [name, request] : kTable) {
    if (name == method) return request;
  }
  return nullptr;
}

LspSession::Notification LspSession::notification_of(std::string_view method) {
  static constexpr std::array<std::pair<std::string_view, Notification>, 6>
      kTable{{
          {"initialized", &LspSession::initialized},
          {"textDocument/didOpen", &LspSession::did_open},
          {"textDocument/didChange", &LspSession::did_change},
          {"textDocument/didSave", &LspSession::did_save},
          {"textDocument/didClose", &LspSession::did_close},
          {"workspace/didChangeWatchedFiles", &LspSession::did_change_files},
      }};
  for (const auto& [name, notification] : kTable) {
    if (name == method) return notification;
  }
  return nullptr;
}

Result<void> LspSession::take(const LspMail& mail) {
  switch (mail.kind) {
    case LspMail::Kind::kRequest:
      return take_request(mail);
    case LspMail::Kind::kNotification:
      return take_notification(mail);
    case LspMail::Kind::kBroken:
      return refuse(mail.id, mail.error, mail.message);
    case LspMail::Kind::kEnd:
      status_ = state_ == State::kShutDown ? 0 : 1;
  }
  return {};
}

Result<void> LspSession::take_request(const LspMail& mail) {
  if (mail.cancelled) {
    return refuse(mail.id, LspErrorCode::kRequestCancelled, "cancelled");
  }
  const bool is_first = mail.method == "initialize";
  if (state_ == State::kNew && !is_first) {
    return refuse(mail.id, LspErrorCode::kServerNotInitialized,
                  "expected \"initialize\" first");
  }
  if (state_ == State::kShutDown || (state_ != State::kNew && is_first)) {
    return refuse(
        mail.id, LspErrorCode::kInvalidRequest,
        is_first ? "\"initialize\" came before" : "\"shutdown\" came before");
  }
  const Request request = request_of(mail.method);
  if (request == nullptr) {
    return refuse(mail.id, LspErrorCode::kMethodNotFound,
                  fmt::format("there is no \"{}\"", mail.method));
  }
  auto result = guarded([&] { return (this->*request)(mail.params); });
  if (result) return answer(mail.id, *std::move(result));
  const Error& error = result.error();
  return refuse(mail.id,
                error.code == ErrorCode::kUsage ? LspErrorCode::kInvalidParams
                                                : LspErrorCode::kRequestFailed,
                error.message);
}

Result<void> LspSession::take_notification(const LspMail& mail) {
  if (mail.method == "exit") {
    status_ = state_ == State::kShutDown ? 0 : 1;
    return {};
  }
  if (state_ != State::kServing) return {};
  const Notification notification = notification_of(mail.method);
  if (notification == nullptr) return {};
  return (this->*notification)(mail.params);
}

Result<void> LspSession::answer(const LspJson& id, LspJson result) {
  return send_(LspJson::Object{
      {"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

Result<void> LspSession::refuse(const LspJson& id, LspErrorCode code,
                                std::string_view message) {
  return send_(LspJson::Object{
      {"jsonrpc", "2.0"},
      {"id", id},
      {"error", LspJson::Object{{"code", static_cast<int>(code)},
                                {"message", message}}}});
}

Result<void> LspSession::notify(std::string_view method, LspJson params) {
  return send_(LspJson::Object{
      {"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

// Once, until something changes.
Result<void> LspSession::say(const Error& error, std::string_view so) {
  if (!said_.insert(error.message).second) return {};
  std::string text = fmt::format("sotto: {}{}", error.message, so);
  if (!error.hint.empty()) text += fmt::format("\nhint: {}", error.hint);
  return notify(
      "window/showMessage",
      LspJson::Object{
          {"type", error.code == ErrorCode::kMissing ? kInfo : kWarning},
          {"message", std::move(text)}});
}

void LspSession::note_capabilities(const LspJson& capabilities) {
  const LspJson& encodings = capabilities["general"]["positionEncodings"];
  tells_encoding_ = encodings.is_array();
  encoding_ =
      has(encodings, "utf-8") ? LspEncoding::kUtf8 : LspEncoding::kUtf16;
  const LspJson& text = capabilities["textDocument"];
  has_snippets_ =
      text["completion"]["completionItem"]["snippetSupport"].is_true();
  has_markdown_ = has(text["hover"]["contentFormat"], "markdown");
  const LspJson& workspace = capabilities["workspace"];
  has_document_changes_ =
      workspace["workspaceEdit"]["documentChanges"].is_true();
  watches_files_ =
      workspace["didChangeWatchedFiles"]["dynamicRegistration"].is_true();
}

Result<LspJson> LspSession::initialize(const LspJson& params) {
  if (!params.is_object()) return bad_params("an object");
  note_capabilities(params["capabilities"]);
  const LspJson* root =
      params["rootUri"].string() ? &params["rootUri"] : nullptr;
  const auto folders = params["workspaceFolders"].items();
  if (root == nullptr && !folders.empty()) root = &folders.front()["uri"];
  if (root != nullptr && root->string() != nullptr) {
    std::string folder = path_of_uri(*root->string());
    if (!folder.empty()) projects_.set_folder(std::move(folder));
  }
  state_ = State::kServing;
  return LspJson(LspJson::Object{
      {"capabilities", capabilities_json(tells_encoding_, encoding_)},
      {"serverInfo",
       LspJson::Object{{"name", "sotto"}, {"version", version_}}}});
}

Result<LspJson> LspSession::shut_down(const LspJson&) {
  state_ = State::kShutDown;
  return LspJson();
}

Result<void> LspSession::initialized(const LspJson&) {
  if (!watches_files_) return {};
  return send_(LspJson::Object{{"jsonrpc", "2.0"},
                               {"id", "sotto-register"},
                               {"method", "client/registerCapability"},
                               {"params", watchers_json()}});
}

LspDocument* LspSession::find(const LspJson& params) {
  const std::string* const uri = params["textDocument"]["uri"].string();
  if (uri == nullptr) return nullptr;
  const auto found = documents_.find(*uri);
  return found == documents_.end() ? nullptr : &found->second;
}

Result<void> LspSession::did_open(const LspJson& params) {
  const LspJson& opened = params["textDocument"];
  const std::string* const uri = opened["uri"].string();
  const std::string* const text = opened["text"].string();
  if (uri == nullptr || text == nullptr) return {};
  const std::string* const language = opened["languageId"].string();
  std::string path = path_of_uri(*uri);
  const Format format =
      lsp_format(language == nullptr ? std::string_view() : *language, path);
  documents_.erase(*uri);
  const auto [document, is_new] = documents_.try_emplace(
      *uri, *uri, std::move(path), format, LspText(*text, encoding_));
  document->second.set_version(opened["version"]);
  return {};
}

Result<void> LspSession::did_change(const LspJson& params) {
  LspDocument* const document = find(params);
  if (document == nullptr) return {};
  try {
    for (const LspJson& change : params["contentChanges"].items()) {
      document->edit(change);
    }
    document->set_version(params["textDocument"]["version"]);
  } catch (const std::bad_alloc&) {
    // What is left of it is not what the editor has.
    documents_.erase(documents_.find(document->uri()));
    throw;
  }
  return {};
}

Result<void> LspSession::did_save(const LspJson& params) {
  const std::string* const uri = params["textDocument"]["uri"].string();
  if (uri == nullptr) return {};
  const std::string path = path_of_uri(*uri);
  const std::string_view name =
      std::string_view(path).substr(folder_part(path).size());
  if (name == kConfigName) lint_all_again();
  return {};
}

Result<void> LspSession::did_close(const LspJson& params) {
  LspDocument* const document = find(params);
  if (document == nullptr) return {};
  const std::string uri = document->uri();
  documents_.erase(uri);
  return notify(
      "textDocument/publishDiagnostics",
      LspJson::Object{{"uri", uri}, {"diagnostics", LspJson::Array{}}});
}

Result<void> LspSession::did_change_files(const LspJson&) {
  lint_all_again();
  return {};
}

void LspSession::lint_all_again() {
  projects_.forget();
  said_.clear();
  for (auto& [uri, document] : documents_) document.forget_findings();
}

Result<void> LspSession::look_again() {
  auto tried = projects_.retry();
  if (!tried) return say(tried.error(), "");
  for (auto& [uri, document] : documents_) {
    const auto project = projects_.of(document.path());
    if (!project || *project == document.project()) continue;
    said_.clear();
    document.forget_findings();
  }
  return {};
}

LspDocument* LspSession::next_to_lint() {
  LspDocument* next = nullptr;
  for (auto& [uri, document] : documents_) {
    if (document.is_linted()) continue;
    if (next == nullptr || document.changed() < next->changed()) {
      next = &document;
    }
  }
  return next;
}

Result<void> LspSession::lint(LspDocument& document) {
  constexpr std::string_view kSo = "; rules that need the catalog find nothing";
  const auto project = projects_.of(document.path());
  const auto linted = document.lint(project ? *project : nullptr);
  SOTTO_RETURN_IF_ERROR(
      notify("textDocument/publishDiagnostics",
             LspJson::Object{{"uri", document.uri()},
                             {"version", document.version()},
                             {"diagnostics", lsp_diagnostics(document)}}));
  if (!project) return say(project.error(), "; nothing is looked at");
  if (const auto& trouble = (*project)->trouble()) {
    SOTTO_RETURN_IF_ERROR(say(*trouble, kSo));
  }
  if (!linted) SOTTO_RETURN_IF_ERROR(say(linted.error(), kSo));
  for (const Error& error : (*project)->rules().errors()) {
    SOTTO_RETURN_IF_ERROR(say(error, ""));
  }
  return {};
}

// Null: it is not open.
Result<LspDocument*> LspSession::document_of(const LspJson& params) {
  if (params["textDocument"]["uri"].string() == nullptr) {
    return bad_params("\"textDocument\" with a \"uri\"");
  }
  return find(params);
}

Result<std::size_t> LspSession::offset_in(const LspDocument& document,
                                          const LspJson& params) const {
  const LspJson& position = params["position"];
  if (!position["line"].integer() || !position["character"].integer()) {
    return bad_params("\"position\" with \"line\" and \"character\"");
  }
  return document.text().offset_of(lsp_position(position));
}

Result<LspJson> LspSession::complete(const LspJson& params) {
  SOTTO_ASSIGN_OR_RETURN(LspDocument* const document, document_of(params));
  if (document == nullptr) return LspJson();
  SOTTO_ASSIGN_OR_RETURN(const std::size_t offset,
                         offset_in(*document, params));
  SOTTO_ASSIGN_OR_RETURN(const auto project, projects_.of(document->path()));
  return lsp_completion(*document, *project, offset, has_snippets_);
}

Result<LspJson> LspSession::hover(const LspJson& params) {
  SOTTO_ASSIGN_OR_RETURN(LspDocument* const document, document_of(params));
  if (document == nullptr) return LspJson();
  SOTTO_ASSIGN_OR_RETURN(const std::size_t offset,
                         offset_in(*document, params));
  if (!document->is_linted()) SOTTO_RETURN_IF_ERROR(lint(*document));
  SOTTO_ASSIGN_OR_RETURN(const auto project, projects_.of(document->path()));
  return lsp_hover(*document, *project, offset, has_markdown_);
}

Result<LspJson> LspSession::define(const LspJson& params) {
  SOTTO_ASSIGN_OR_RETURN(LspDocument* const document, document_of(params));
  if (document == nullptr) return LspJson();
  SOTTO_ASSIGN_OR_RETURN(const std::size_t offset,
                         offset_in(*document, params));
  SOTTO_ASSIGN_OR_RETURN(const auto project, projects_.of(document->path()));
  return lsp_definition(*document, *project, offset, encoding_);
}

Result<LspJson> LspSession::act(const LspJson& params) {
  SOTTO_ASSIGN_OR_RETURN(LspDocument* const document, document_of(params));
  if (document == nullptr) return LspJson();
  if (!params["range"].is_object()) return bad_params("a \"range\"");
  if (!document->is_linted()) SOTTO_RETURN_IF_ERROR(lint(*document));
  return lsp_code_actions(*document, {.range = params["range"],
                                      .only = params["context"]["only"],
                                      .with_version = has_document_changes_});
}

}  // namespace sotto
