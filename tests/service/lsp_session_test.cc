// SPDX-License-Identifier: Apache-2.0
//
// Each request and notification, by itself. tests/service/lsp_server_test.cc
// has the threads, tests/lsp/ real editors.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "service/lsp/names.h"
#include "service/lsp/session.h"
#include "tests/service/testing_lsp.h"

namespace sotto::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LspSessionTest : public LspSessionFixture {
 protected:
  // Edits an open document, as an editor that types `text` there.
  void replace(const std::string& name, const Json& range,
               const std::string& text) {
    notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri(name)}, {"version", 2}}},
            {"contentChanges", {{{"range", range}, {"text", text}}}}});
  }
  static Json range(int line, int begin, int end) {
    return {{"start", {{"line", line}, {"character", begin}}},
            {"end", {{"line", line}, {"character", end}}}};
  }
  static std::vector<std::string> labels(const Json& completion) {
    std::vector<std::string> labels;
    for (const Json& item : completion["items"])
      labels.push_back(item["label"]);
    return labels;
  }
};

TEST_F(LspSessionTest, TellsWhatItCan) {
  const Json answer = initialize(capabilities());
  EXPECT_EQ(answer, Json::parse(R"({
    "capabilities": {
      "textDocumentSync": {"openClose": true, "change": 2, "save": true},
      "completionProvider": {"triggerCharacters": [".", "<"]},
      "hoverProvider": true,
      "definitionProvider": true,
      "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.sotto"]}
    },
    "serverInfo": {"name": "sotto", "version": "1.2.3"}
  })"));
}

TEST_F(LspSessionTest, CountsInTheCharactersThatTheEditorOffers) {
  Json offered = {{"general", {{"positionEncodings", {"utf-16"}}}}};
  EXPECT_EQ(initialize(offered)["capabilities"]["positionEncoding"], "utf-16");
}

TEST_F(LspSessionTest, CountsInBytesWhereItMay) {
  Json offered = {{"general", {{"positionEncodings", {"utf-32", "utf-8"}}}}};
  EXPECT_EQ(initialize(offered)["capabilities"]["positionEncoding"], "utf-8");
  open("flow.json", "[\"\xC3\xA9 << SECRETS.github.TOKN >>\"]");
  EXPECT_EQ(diagnostics("flow.json")["diagnostics"][0]["range"],
            range(0, 8, 27));
}

TEST_F(LspSessionTest, PublishesWhatLintFinds) {
  initialize(capabilities());
  open("flow.json", "[\"\xC3\xA9 << SECRETS.github.TOKN >>\"]");
  const Json published = diagnostics("flow.json");
  EXPECT_EQ(published["version"], 1);
  ASSERT_EQ(published["diagnostics"].size(), 1u);
  EXPECT_EQ(published["diagnostics"][0], Json::parse(R"({
    "range": {"start": {"line": 0, "character": 7},
              "end": {"line": 0, "character": 26}},
    "severity": 1,
    "code": "undefined-secret",
    "source": "sotto",
    "message": "secret \"github.TOKN\" is not defined\nhint: did you mean \"github.TOKEN\"?",
    "data": {"pointer": "/0",
             "fix": {"range": {"start": {"line": 0, "character": 7},
                               "end": {"line": 0, "character": 26}},
                     "newText": "SECRETS.github.TOKEN"}}
  })"));
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(LspSessionTest, LintsAgainWhatWasEdited) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  replace("flow.json", range(0, 20, 24), "TOKEN");
  EXPECT_THAT(rules("flow.json"), IsEmpty());
  EXPECT_EQ(diagnostics("flow.json")["version"], 2);
  replace("flow.json", range(0, 13, 19), "gitlab");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-group"));
  replace("flow.json", nullptr, "[");
  EXPECT_THAT(rules("flow.json"), ElementsAre("syntax"));
}

TEST_F(LspSessionTest, TheEditorSaysWhatKindOfDocumentItIs) {
  initialize(capabilities());
  open("a.env", "A=<< SECRETS.chat.KYE >>\n", "dotenv");
  EXPECT_THAT(rules("a.env"), ElementsAre("undefined-secret"));
  open("a.jsonl", "{}\n[\"<< SECRETS.chat.KYE >>\"]\n", "json");
  EXPECT_THAT(rules("a.jsonl"), ElementsAre("undefined-secret"));
  open("b", "[1,]", "json");
  EXPECT_THAT(rules("b"), IsEmpty());  // No document of the project.
}

TEST_F(LspSessionTest, ClosingTakesTheFindingsAway) {
  initialize(capabilities());
  open("flow.json", "[");
  EXPECT_THAT(rules("flow.json"), ElementsAre("syntax"));
  notify("textDocument/didClose",
         {{"textDocument", {{"uri", uri("flow.json")}}}});
  EXPECT_THAT(rules("flow.json"), IsEmpty());
  EXPECT_EQ(session_->next_to_lint(), nullptr);
  EXPECT_FALSE(session_->has_documents());
}

TEST_F(LspSessionTest, ADocumentOfNoFileIsLintedToo) {
  initialize(capabilities());
  notify("textDocument/didOpen",
         {{"textDocument",
           {{"uri", "untitled:Untitled-1"},
            {"languageId", "json"},
            {"version", 1},
            {"text", R"(["<< SECRETS.chat.KYE >>"])"}}}});
  ASSERT_TRUE(session_->lint(*session_->next_to_lint()));
  EXPECT_EQ(sent_.back()["params"]["diagnostics"][0]["code"],
            "undefined-secret");
}

TEST_F(LspSessionTest, ObeysTheConfiguration) {
  folder_.write("sotto.json", R"({
    "stores": {"local": {"type": "local", "path": "s", "key_file": "k"}},
    "lint": {"rules": {"near-miss": "off"}, "exclude": ["old/"]}})");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), IsEmpty());
  open("old/flow.json", "[");
  EXPECT_THAT(rules("old/flow.json"), IsEmpty());
}

TEST_F(LspSessionTest, SeesThatTheCatalogHasChanged) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.NEW >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  ASSERT_TRUE(session_->look_again());
  EXPECT_EQ(session_->next_to_lint(), nullptr);
  define(*Scope::parse("org/acme"), "chat", {"KEY", "NEW"});
  ASSERT_TRUE(session_->look_again());
  EXPECT_THAT(rules("flow.json"), IsEmpty());
}

TEST_F(LspSessionTest, LintsAgainWhenTheEditorSawAFileChange) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("near-miss"));
  folder_.write("sotto.json", R"({"lint": {"rules": {"near-miss": "off"}}})");
  notify("workspace/didChangeWatchedFiles",
         {{"changes", {{{"uri", uri("sotto.json")}, {"type", 2}}}}});
  EXPECT_THAT(rules("flow.json"), IsEmpty());
}

TEST_F(LspSessionTest, LintsAgainWhenAConfigurationIsSaved) {
  initialize(capabilities());
  open("a/flow.json", R"(["<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("a/flow.json"), ElementsAre("near-miss"));
  folder_.write("a/sotto.json", R"({"lint": {"rules": {"near-miss": "off"}}})");
  notify("textDocument/didSave",
         {{"textDocument", {{"uri", uri("a/sotto.json")}}}});
  EXPECT_THAT(rules("a/flow.json"), IsEmpty());
}

TEST_F(LspSessionTest, WithoutACatalogTheOtherRulesStillCount) {
  std::filesystem::remove_all(folder_ / ".sotto");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.KYE >>", "<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("near-miss"));
  open("other.json", "[]");
  EXPECT_THAT(rules("other.json"), IsEmpty());
  const std::string catalog = (folder_ / ".sotto/catalog.db").native();
  EXPECT_THAT(shown(),
              ElementsAre("2 sotto: there is no catalog at \"" + catalog +
                          "\"; rules that need the catalog find nothing\n"
                          "hint: make it with \"sotto catalog sync\""));
}

TEST_F(LspSessionTest, WithoutAConfigurationTheOtherRulesStillCount) {
  std::filesystem::remove(folder_ / "sotto.json");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.KYE >>", "<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), ElementsAre("near-miss"));
  EXPECT_THAT(shown(),
              ElementsAre("3 sotto: there is no sotto.json in this folder or "
                          "above it; rules that need the catalog find nothing\n"
                          "hint: run \"sotto init\", or name one with "
                          "--config"));
  // And it is found as soon as it is there.
  folder_.write("sotto.json", kLspConfig);
  ASSERT_TRUE(session_->look_again());
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret", "near-miss"));
}

TEST_F(LspSessionTest, AConfigurationThatIsNotTrustedStillSaysWhichRulesCount) {
  folder_.write("sotto.json", R"({"mode": "development",
    "lint": {"rules": {"near-miss": "off"}}})");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.KYE >>", "<< SECRET.a.B >>"])");
  EXPECT_THAT(rules("flow.json"), IsEmpty());
  ASSERT_EQ(shown().size(), 1u);
  EXPECT_THAT(shown()[0], ::testing::HasSubstr("is not trusted"));
}

TEST_F(LspSessionTest, ATroubleThatEndedIsSeen) {
  folder_.write("sotto.json", "{");
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat.KYE >>"])");
  EXPECT_THAT(rules("flow.json"), IsEmpty());
  EXPECT_EQ(shown().size(), 1u);
  ASSERT_TRUE(session_->look_again());
  EXPECT_EQ(session_->next_to_lint(), nullptr);
  folder_.write("sotto.json", kLspConfig);
  ASSERT_TRUE(session_->look_again());
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  EXPECT_EQ(shown().size(), 1u);
}

TEST_F(LspSessionTest, CompletesGroups) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.gi"])");
  const Json list =
      result("textDocument/completion", after("flow.json", "SECRETS."));
  EXPECT_EQ(list["isIncomplete"], false);
  EXPECT_THAT(labels(list), ElementsAre("chat", "github"));
  EXPECT_EQ(list["items"][1], Json::parse(R"({
    "label": "github", "kind": 9, "detail": "group of secrets",
    "textEdit": {"newText": "github",
                 "range": {"start": {"line": 0, "character": 13},
                           "end": {"line": 0, "character": 15}}}})"));
}

TEST_F(LspSessionTest, CompletesKeysWithScopeAndState) {
  define(Scope(), "chat", {"OLD", "ROOM"});
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.chat. >>"])");
  const Json list =
      result("textDocument/completion", after("flow.json", "chat."));
  EXPECT_THAT(labels(list), ElementsAre("KEY", "OLD", "ROOM"));
  EXPECT_EQ(list["items"][0]["detail"], "org/acme, active");
  EXPECT_EQ(list["items"][2]["detail"], "platform, active");
  EXPECT_EQ(list["items"][2]["documentation"],
            "version 3, active, store local, updated 2026-01-02T03:04:05Z");
}

TEST_F(LspSessionTest, CompletesFunctionsAndWhatAnExpressionBeginsWith) {
  Json offered = capabilities();
  offered["textDocument"]["completion"]["completionItem"]["snippetSupport"] =
      true;
  initialize(offered);
  open("flow.json", R"(["<< FN.", "<< "])");
  const Json list =
      result("textDocument/completion", after("flow.json", "FN."));
  const Json& first = list["items"][0];
  EXPECT_EQ(first["label"], "base64");
  EXPECT_EQ(first["detail"], "FN.base64(value)");
  EXPECT_EQ(first["insertTextFormat"], 2);
  EXPECT_EQ(first["textEdit"],
            Json({{"newText", "base64($1)"}, {"range", range(0, 8, 8)}}));
  EXPECT_THAT(
      labels(result("textDocument/completion", after("flow.json", ", \"<< "))),
      ElementsAre("SECRETS.", "FN."));
}

TEST_F(LspSessionTest, OffersNoMoreThanCanBeShown) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1500; ++i) keys.push_back("K" + std::to_string(i));
  keys.emplace_back("ZEBRA");
  define(Scope(), "many", keys);
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.many.ze >>"])");
  const Json list =
      result("textDocument/completion", after("flow.json", "many.ze"));
  EXPECT_EQ(list["isIncomplete"], true);
  EXPECT_EQ(list["items"].size(), kMaxLspItems);
  EXPECT_THAT(labels(list), ::testing::Contains("ZEBRA"));
}

TEST_F(LspSessionTest, HoverTellsWhereANameIsDefined) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.github.TOKEN >>"])");
  const Json hover =
      result("textDocument/hover", after("flow.json", "github.T"));
  EXPECT_EQ(hover["contents"], Json::parse(R"({
    "kind": "markdown",
    "value": "`github.TOKEN`\n\n- `org/acme`: version 3, active, store local, updated 2026-01-02T03:04:05Z\n- `platform`: version 3, active, store local, updated 2026-01-02T03:04:05Z\n"})"));
  EXPECT_EQ(hover["range"], range(0, 5, 25));
}

TEST_F(LspSessionTest, HoverTellsWhyANameIsNotDefined) {
  initialize(Json::object());
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  const Json hover =
      result("textDocument/hover", after("flow.json", "github.T"));
  EXPECT_EQ(hover["contents"]["kind"], "plaintext");
  EXPECT_EQ(hover["contents"]["value"],
            "github.TOKN\n\nsecret \"github.TOKN\" is not defined\n"
            "did you mean \"github.TOKEN\"?\n");
}

TEST_F(LspSessionTest, HoverTellsWhatAFunctionDoes) {
  initialize(capabilities());
  open("flow.json", R"(["<< FN.base64(SECRETS.github.TOKEN) >>", "x"])");
  const Json hover = result("textDocument/hover", after("flow.json", "FN.ba"));
  EXPECT_THAT(hover["contents"]["value"].get<std::string>(),
              ::testing::StartsWith("`FN.base64(value)`\n\n"));
  EXPECT_TRUE(
      result("textDocument/hover", after("flow.json", "\"x")).is_null());
}

TEST_F(LspSessionTest, TheDefinitionIsTheDocumentsOwnDeclaration) {
  initialize(capabilities());
  open("flow.json",
       "{\"secrets\": [\"chat\", \"github.TOKEN\"],\n"
       " \"a\": \"<< SECRETS.github.TOKEN >> << SECRETS.chat.KEY >>\"}");
  EXPECT_EQ(
      result("textDocument/definition", after("flow.json", "SECRETS.github")),
      Json({{"uri", uri("flow.json")}, {"range", range(0, 22, 34)}}));
  EXPECT_EQ(result("textDocument/definition", after("flow.json", "chat.K")),
            Json({{"uri", uri("flow.json")}, {"range", range(0, 14, 18)}}));
}

TEST_F(LspSessionTest, TheDefinitionIsTheLineInTheLockElse) {
  initialize(capabilities());
  open("flow.json", R"(["<< SECRETS.github.TOKEN >>"])");
  EXPECT_TRUE(result("textDocument/definition", after("flow.json", "github.T"))
                  .is_null());
  const std::string line =
      R"({"scope": "org/acme", "group": "github", "key": "TOKEN", "store": "local", "version": 3, "state": "active", "hosts": []})";
  folder_.write(
      "secrets.lock",
      "{\n  \"secrets_lock\": 1,\n  \"secrets\": [\n"
      R"(    {"scope": "platform", "group": "github", "key": "TOKEN", "store": "local"},)"
      "\n    " +
          line + ",\n    {}\n  ]\n}\n");
  EXPECT_EQ(result("textDocument/definition", after("flow.json", "github.T")),
            Json({{"uri", uri("secrets.lock")},
                  {"range", range(4, 4, 4 + static_cast<int>(line.size()))}}));
}

TEST_F(LspSessionTest, AQuickFixIsAnEditOfTheDocument) {
  initialize(capabilities());
  open("flow.json",
       R"(["<< SECRETS.github.TOKN >>", "<< SECRETS.chat.KYE >>"])");
  const Json actions = result("textDocument/codeAction",
                              {{"textDocument", {{"uri", uri("flow.json")}}},
                               {"range", range(0, 10, 10)},
                               {"context", {{"diagnostics", Json::array()}}}});
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0]["title"], "make it SECRETS.github.TOKEN");
  EXPECT_EQ(actions[0]["kind"], "quickfix");
  EXPECT_EQ(actions[0]["diagnostics"][0]["code"], "undefined-secret");
  EXPECT_EQ(actions[0]["edit"], Json::parse(R"({"documentChanges": [{
    "textDocument": {"uri": ")" + uri("flow.json") +
                                            R"(", "version": 1},
    "edits": [{"newText": "SECRETS.github.TOKEN",
               "range": {"start": {"line": 0, "character": 5},
                         "end": {"line": 0, "character": 24}}}]}]})"));
  EXPECT_EQ(actions[1]["kind"], "source.fixAll.sotto");
  EXPECT_EQ(actions[1]["edit"]["documentChanges"][0]["edits"].size(), 2u);
}

TEST_F(LspSessionTest, OnlyTheKindsThatAreWantedAreOffered) {
  initialize(Json::object());
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  const auto kinds = [&](const Json& only) {
    std::vector<std::string> found;
    for (const Json& action :
         result("textDocument/codeAction",
                {{"textDocument", {{"uri", uri("flow.json")}}},
                 {"range", range(0, 0, 40)},
                 {"context", {{"only", only}}}})) {
      found.push_back(action["kind"]);
      EXPECT_EQ(action["edit"]["changes"][uri("flow.json")].size(), 1u);
    }
    return found;
  };
  EXPECT_THAT(kinds({"quickfix"}), ElementsAre("quickfix"));
  EXPECT_THAT(kinds({"source.fixAll"}), ElementsAre("source.fixAll.sotto"));
  EXPECT_THAT(kinds({"source.fix", "refactor"}), IsEmpty());
  EXPECT_THAT(kinds(nullptr), ElementsAre("quickfix", "source.fixAll.sotto"));
}

TEST_F(LspSessionTest, NoAnswerHasAValueThatStandsInTheDocument) {
  const std::string canary = "hunter2-Zq8vKd93kQpLx7Wm";
  initialize(capabilities());
  open("flow.json", "{\"type\": \"http\", \"password\": \"" + canary +
                        "\", \"a\": \"<< SECRETS.github.TOKN >>\"}");
  EXPECT_THAT(rules("flow.json"), ::testing::Contains("hard-coded-secret"));
  result("textDocument/hover", after("flow.json", "hunter"));
  result("textDocument/completion", after("flow.json", "hunter"));
  result("textDocument/codeAction",
         {{"textDocument", {{"uri", uri("flow.json")}}},
          {"range", range(0, 0, 200)},
          {"context", Json::object()}});
  for (const Json& message : sent_) {
    EXPECT_EQ(message.dump().find("hunter2"), std::string::npos) << message;
  }
}

TEST_F(LspSessionTest, AsksTheEditorToWatchFilesIfItCan) {
  initialize({{"workspace",
               {{"didChangeWatchedFiles", {{"dynamicRegistration", true}}}}}});
  const Json& message = sent_.back();
  EXPECT_EQ(message["method"], "client/registerCapability");
  EXPECT_EQ(message["params"]["registrations"][0]["method"],
            "workspace/didChangeWatchedFiles");
}

TEST_F(LspSessionTest, NothingIsAnsweredBeforeInitialize) {
  EXPECT_EQ(
      request("textDocument/hover", {})["error"],
      Json({{"code", -32002}, {"message", "expected \"initialize\" first"}}));
  open("flow.json", "[");
  EXPECT_FALSE(session_->has_documents());
  initialize({});
  EXPECT_EQ(request("initialize", Json::object())["error"]["code"], -32600);
}

TEST_F(LspSessionTest, NothingIsAnsweredAfterShutdown) {
  initialize({});
  EXPECT_TRUE(result("shutdown", nullptr).is_null());
  EXPECT_EQ(request("textDocument/hover", {})["error"],
            Json({{"code", -32600}, {"message", "\"shutdown\" came before"}}));
  EXPECT_EQ(session_->status(), std::nullopt);
  notify("exit", nullptr);
  EXPECT_EQ(session_->status(), 0);
}

TEST_F(LspSessionTest, AnExitWithoutShutdownIsAFailure) {
  initialize({});
  notify("exit", nullptr);
  EXPECT_EQ(session_->status(), 1);
}

TEST_F(LspSessionTest, TheEndOfInputIsAnExit) {
  ASSERT_TRUE(session_->take(LspMail{}));
  EXPECT_EQ(session_->status(), 1);
}

TEST_F(LspSessionTest, RefusesWhatItDoesNotKnow) {
  initialize({});
  EXPECT_EQ(request("textDocument/rename", {})["error"],
            Json({{"code", -32601},
                  {"message", "there is no \"textDocument/rename\""}}));
  EXPECT_EQ(request("$/x", {})["error"]["code"], -32601);
  const std::size_t sent = sent_.size();
  notify("textDocument/willSave", {});
  notify("$/setTrace", {});
  EXPECT_EQ(sent_.size(), sent);
}

TEST_F(LspSessionTest, ARequestThatWasCancelledIsNotAnswered) {
  initialize({});
  LspMail mail;
  mail.kind = LspMail::Kind::kRequest;
  mail.id = "x";
  mail.method = "textDocument/hover";
  mail.cancelled = true;
  ASSERT_TRUE(session_->take(mail));
  EXPECT_EQ(sent_.back(), Json::parse(R"({"jsonrpc": "2.0", "id": "x",
    "error": {"code": -32800, "message": "cancelled"}})"));
}

// Each request with parameters of every wrong kind: it is refused, or answered
// with nothing; and each notification is passed over.
TEST_F(LspSessionTest, WrongParametersDoNoHarm) {
  initialize({});
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  const Json document = {{"uri", uri("flow.json")}};
  const std::vector<Json> wrong{
      nullptr,
      1,
      "x",
      Json::array(),
      Json::object(),
      true,
      {{"textDocument", 1}},
      {{"textDocument", {{"uri", 7}}}},
      {{"textDocument", {{"uri", "file:///%zz"}}}, {"position", 1}},
      {{"textDocument", document}},
      {{"textDocument", document}, {"position", "x"}},
      {{"textDocument", document}, {"position", {{"line", "x"}}}},
      {{"textDocument", document},
       {"position", {{"line", 1.5}, {"character", -7}}}},
      {{"textDocument", document}, {"range", 1}, {"contentChanges", 1}},
      {{"textDocument", document}, {"range", Json::object()}},
      {{"textDocument", document}, {"contentChanges", {1, nullptr, "x"}}},
      {{"textDocument", document}, {"contentChanges", {{{"text", 1}}}}},
      {{"textDocument", document},
       {"contentChanges", {{{"text", "x"}, {"range", 1}}}}}};
  for (const Json& params : wrong) {
    for (const char* const method :
         {"textDocument/completion", "textDocument/hover",
          "textDocument/definition", "textDocument/codeAction"}) {
      const Json answer = request(method, params);
      EXPECT_TRUE(answer.contains("result") ||
                  answer["error"]["code"] == -32602)
          << method << params << answer;
    }
    for (const char* const method :
         {"textDocument/didOpen", "textDocument/didChange",
          "textDocument/didSave", "textDocument/didClose",
          "workspace/didChangeWatchedFiles", "initialized"}) {
      if (method == std::string("textDocument/didClose") &&
          params.is_object() &&
          params.value("textDocument", Json()) == document) {
        continue;
      }
      notify(method, params);
    }
  }
  EXPECT_THAT(rules("flow.json"), ElementsAre("undefined-secret"));
  EXPECT_EQ(request("textDocument/hover", {})["error"],
            Json({{"code", -32602},
                  {"message", "expected \"textDocument\" with a \"uri\""}}));
}

}  // namespace
}  // namespace sotto::testing
