// SPDX-License-Identifier: Apache-2.0

#include "tests/service/testing_lsp.h"

#include <chrono>
#include <filesystem>
#include <utility>

#include "service/lsp/uri.h"
#include "store/catalog.h"

namespace sotto::testing {

void LspFixture::SetUp() {
  folder_.write("sotto.json", kLspConfig);
  std::filesystem::create_directory(folder_ / ".sotto");
  std::filesystem::permissions(folder_ / ".sotto",
                               std::filesystem::perms::owner_all);
  ASSERT_TRUE(Catalog::open(folder_ / ".sotto/catalog.db", {.create = true}));
  const Scope acme = *Scope::parse("org/acme");
  define(acme, "github", {"TOKEN"});
  define(acme, "chat", {"KEY"});
  define(Scope(), "github", {"TOKEN"});
}

void LspFixture::define(const Scope& scope, const std::string& group,
                        const std::vector<std::string>& keys,
                        SecretState state) {
  auto catalog = Catalog::open(folder_ / ".sotto/catalog.db", {});
  ASSERT_TRUE(catalog) << error_of(catalog);
  std::vector<CatalogEntry> entries;
  for (const std::string& key : keys) {
    entries.push_back({.scope = scope,
                       .ref = {group, key},
                       .store = "local",
                       .path = "",
                       .version = 3,
                       .state = state,
                       .updated = Timestamp(std::chrono::seconds(1767323045))});
  }
  const auto done = catalog->record({scope, group, "local"}, entries);
  ASSERT_TRUE(done) << error_of(done);
}

std::string LspFixture::uri(std::string_view name) const {
  return uri_of_path((folder_ / name).native());
}

void LspSessionFixture::SetUp() {
  LspFixture::SetUp();
  session_.emplace(ConfigOptions{}, "1.2.3",
                   [this](const LspJson& message) -> Result<void> {
                     sent_.push_back(Json::parse(message.dump()));
                     return {};
                   });
}

Json LspSessionFixture::capabilities() {
  return Json::parse(R"({
    "textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}},
    "workspace": {"workspaceEdit": {"documentChanges": true}}
  })");
}

Json LspSessionFixture::initialize(const Json& capabilities) {
  Json answer = result("initialize",
                       {{"rootUri", uri("")}, {"capabilities", capabilities}});
  notify("initialized", Json::object());
  return answer;
}

void LspSessionFixture::notify(const std::string& method, const Json& params) {
  LspMail mail;
  mail.kind = LspMail::Kind::kNotification;
  mail.method = method;
  mail.params = *LspJson::parse(params.dump());
  ASSERT_TRUE(session_->take(mail));
}

Json LspSessionFixture::request(const std::string& method, const Json& params) {
  LspMail mail;
  mail.kind = LspMail::Kind::kRequest;
  mail.id = next_id_;
  mail.method = method;
  mail.params = *LspJson::parse(params.dump());
  EXPECT_TRUE(session_->take(mail));
  EXPECT_FALSE(sent_.empty());
  const Json answer = sent_.back();
  EXPECT_EQ(answer["id"], next_id_++);
  return answer;
}

Json LspSessionFixture::result(const std::string& method, const Json& params) {
  const Json answer = request(method, params);
  EXPECT_TRUE(answer.contains("result")) << answer;
  return answer.value("result", Json());
}

void LspSessionFixture::open(const std::string& name, const std::string& text,
                             const std::string& language) {
  texts_[name] = text;
  notify("textDocument/didOpen", {{"textDocument",
                                   {{"uri", uri(name)},
                                    {"languageId", language},
                                    {"version", 1},
                                    {"text", text}}}});
}

Json LspSessionFixture::diagnostics(const std::string& name) {
  while (LspDocument* const next = session_->next_to_lint()) {
    EXPECT_TRUE(session_->lint(*next));
  }
  for (auto message = sent_.rbegin(); message != sent_.rend(); ++message) {
    if ((*message).value("method", "") == "textDocument/publishDiagnostics" &&
        (*message)["params"]["uri"] == uri(name)) {
      return (*message)["params"];
    }
  }
  return nullptr;
}

std::vector<std::string> LspSessionFixture::rules(const std::string& name) {
  std::vector<std::string> rules;
  const Json published = diagnostics(name);
  for (const Json& each : published["diagnostics"]) {
    rules.push_back(each["code"]);
  }
  return rules;
}

std::vector<std::string> LspSessionFixture::shown() const {
  std::vector<std::string> shown;
  for (const Json& message : sent_) {
    if (message.value("method", "") != "window/showMessage") continue;
    shown.push_back(std::to_string(message["params"]["type"].get<int>()) + " " +
                    message["params"]["message"].get<std::string>());
  }
  return shown;
}

Json LspSessionFixture::after(const std::string& name,
                              const std::string& text) {
  const std::string& whole = texts_[name];
  const std::size_t found = whole.find(text);
  EXPECT_NE(found, std::string::npos) << text;
  const LspPosition position = LspText(whole).position_of(found + text.size());
  return {{"textDocument", {{"uri", uri(name)}}},
          {"position",
           {{"line", position.line}, {"character", position.character}}}};
}

}  // namespace sotto::testing
