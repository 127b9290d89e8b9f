// SPDX-License-Identifier: Apache-2.0
//
// The language server as an editor has it: over a pair of descriptors, with
// whatever comes.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "service/lsp/server.h"
#include "service/lsp/stream.h"
#include "tests/service/testing_lsp.h"

namespace sotto::testing {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    out = FileDescriptor(ends[0]);
    in = FileDescriptor(ends[1]);
  }
  FileDescriptor out;
  FileDescriptor in;
};

class LspServerTest : public LspFixture {
 protected:
  void SetUp() override {
    LspFixture::SetUp();
    before_ = ::signal(SIGPIPE, SIG_IGN);
    server_ = std::jthread([this] {
      LspOptions options;
      options.in = to_.out.get();
      options.out = from_.in.get();
      options.look_again = std::chrono::milliseconds(20);
      status_ = serve_lsp(options);
      from_.in = FileDescriptor();
    });
  }
  void TearDown() override {
    if (server_.joinable()) finish();
    ::signal(SIGPIPE, before_);
  }

  void send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::write(to_.in.get(), bytes.data(), bytes.size());
      if (sent <= 0) return;  // It has gone, as somebody asked.
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void send_body(std::string_view body) {
    send_raw(fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body));
  }
  void send(const Json& message) { send_body(message.dump()); }
  void notify(const std::string& method, const Json& params) {
    send({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
  }
  void request(const Json& id, const std::string& method, const Json& params) {
    send({{"jsonrpc", "2.0"},
          {"id", id},
          {"method", method},
          {"params", params}});
  }
  void initialize() {
    request("init", "initialize", {{"capabilities", Json::object()}});
    EXPECT_TRUE(answer("init").contains("result"));
  }
  void open(const std::string& name, const std::string& text) {
    notify("textDocument/didOpen", {{"textDocument",
                                     {{"uri", uri(name)},
                                      {"languageId", "json"},
                                      {"version", 1},
                                      {"text", text}}}});
  }

  // The next message; null at the end.
  Json next() {
    LspFrame frame = reader_.next();
    if (frame.kind == LspFrame::Kind::kEnd) return nullptr;
    EXPECT_EQ(frame.kind, LspFrame::Kind::kMessage);
    Json message = Json::parse(frame.body, nullptr, false);
    EXPECT_TRUE(message.is_object()) << frame.body;
    EXPECT_EQ(message.value("jsonrpc", ""), "2.0");
    return message;
  }
  // The answer to that request; what comes before it is passed over.
  Json answer(const Json& id) {
    while (true) {
      Json message = next();
      if (message.is_null()) return message;
      if (message.contains("id") && message["id"] == id) return message;
    }
  }
  // What is published for the version of a document.
  Json published(int version) {
    while (true) {
      Json message = next();
      if (message.is_null() ||
          (message.value("method", "") == "textDocument/publishDiagnostics" &&
           message["params"].value("version", 0) == version)) {
        return message;
      }
    }
  }
  void close_input() { to_.in = FileDescriptor(); }

  // The exit status. What was sent is done first.
  int finish() {
    close_input();
    while (!next().is_null()) {
    }
    server_.join();
    EXPECT_TRUE(status_);
    return *status_ ? **status_ : -1;
  }

  Pipe to_;
  Pipe from_;
  FileDescriptor wake_{::eventfd(0, EFD_CLOEXEC)};
  LspReader reader_{from_.out.get(), wake_.get()};
  std::optional<Result<int>> status_;
  std::jthread server_;
  void (*before_)(int) = nullptr;
};

TEST_F(LspServerTest, ServesAWholeSession) {
  initialize();
  notify("initialized", Json::object());
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  EXPECT_EQ(published(1)["params"]["diagnostics"][0]["code"],
            "undefined-secret");
  request(1, "shutdown", nullptr);
  EXPECT_TRUE(answer(1)["result"].is_null());
  notify("exit", nullptr);
  EXPECT_EQ(finish(), 0);
}

TEST_F(LspServerTest, LeavesWhatComesBehindExit) {
  initialize();
  request(1, "shutdown", nullptr);
  notify("exit", nullptr);
  EXPECT_EQ(answer(1)["id"], 1);
  EXPECT_TRUE(next().is_null());
  EXPECT_EQ(finish(), 0);
}

TEST_F(LspServerTest, TheEndOfInputEndsIt) { EXPECT_EQ(finish(), 1); }

TEST_F(LspServerTest, TheEndOfInputInTheMiddleOfAMessageEndsIt) {
  send_raw("Content-Length: 100\r\n\r\n{");
  EXPECT_EQ(finish(), 1);
}

TEST_F(LspServerTest, AnEditorThatIsGoneEndsIt) {
  from_.out = FileDescriptor();
  request(1, "initialize", Json::object());
  server_.join();
  ASSERT_TRUE(status_);
  ASSERT_TRUE(*status_);
  EXPECT_EQ(**status_, 1);
}

TEST_F(LspServerTest, TheNewestTextWins) {
  initialize();
  open("flow.json", R"(["<< SECRETS.github.TOKN >>"])");
  for (int version = 2; version <= 300; ++version) {
    notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri("flow.json")}, {"version", version}}},
            {"contentChanges",
             {{{"range",
                {{"start", {{"line", 0}, {"character", 0}}},
                 {"end", {{"line", 0}, {"character", 0}}}}},
               {"text", " "}}}}});
  }
  const Json last = published(300);
  EXPECT_EQ(last["params"]["diagnostics"][0]["range"]["start"]["character"],
            5 + 299);
}

TEST_F(LspServerTest, ACatalogThatChangesIsSeenByItself) {
  initialize();
  open("flow.json", R"(["<< SECRETS.chat.NEW >>"])");
  EXPECT_EQ(published(1)["params"]["diagnostics"].size(), 1u);
  define(*Scope::parse("org/acme"), "chat", {"KEY", "NEW"});
  // It may have been seen while it was being written.
  Json seen = published(1);
  while (!seen.is_null() && !seen["params"]["diagnostics"].empty()) {
    seen = published(1);
  }
  EXPECT_FALSE(seen.is_null());
}

TEST_F(LspServerTest, WhatIsCancelledInTimeIsNotDone) {
  initialize();
  // Long enough to be linted that the rest arrives in the meantime.
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) text += R"("<< SECRETS.github.TOKN >>",)";
  open("flow.json", text + "1]");
  for (int id = 1; id <= 50; ++id) {
    request(id, "textDocument/codeAction",
            {{"textDocument", {{"uri", uri("flow.json")}}},
             {"range", {{"start", Json::object()}, {"end", Json::object()}}},
             {"context", Json::object()}});
    notify("$/cancelRequest", {{"id", id}});
  }
  int cancelled = 0;
  for (int id = 1; id <= 50; ++id) {
    const Json got = answer(id);
    ASSERT_FALSE(got.is_null());
    if (got.contains("error")) {
      EXPECT_EQ(got["error"]["code"], -32800);
      ++cancelled;
    }
  }
  EXPECT_GT(cancelled, 0);
  notify("$/cancelRequest", {{"id", "of nothing"}});
}

// What is wrong, and what is answered: a code, or 0 for nothing.
struct Hostile {
  std::string bytes;
  int code = 0;
};

std::string framed(std::string_view body) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

TEST_F(LspServerTest, AnswersWhatIsWrongAndGoesOn) {
  const std::vector<Hostile> table{
      {"Content-Type: x\r\n\r\n", -32700},
      {"Content-Length: -5\r\n\r\n", -32700},
      {"Content-Length: 1e3\r\n\r\n", -32700},
      {framed(""), -32700},
      {framed("{"), -32700},
      {framed("nonsense"), -32700},
      {framed("{\"a\": \"\xff\"}"), -32700},
      {framed(std::string(100'000, '[')), -32700},
      {framed(std::string(60, '[') + std::string(60, ']')), -32600},
      {framed("[]"), -32600},
      {framed("[{\"method\": \"exit\"}]"), -32600},
      {framed("1"), -32600},
      {framed("null"), -32600},
      {framed("{}"), -32600},
      {framed(R"({"method": 1})"), -32600},
      {framed(R"({"method": "x", "id": {}})"), -32600},
      {framed(R"({"method": null, "id": true})"), -32600},
      {framed(R"({"method": "textDocument/hover", "id": 1})"), -32002},
      {framed(R"({"method": "textDocument/hover", "id": 1.5})"), -32002},
      {framed(R"({"method": "initialize", "id": 1, "params": 7})"), -32602},
      {framed(R"({"id": 7, "result": null})"), 0},
      {framed(R"({"method": "textDocument/didOpen"})"), 0},
      {framed(R"({"method": "$/cancelRequest", "params": {"id": []}})"), 0},
      {framed(R"({"method": "$/cancelRequest"})"), 0},
  };
  for (const Hostile& one : table) {
    send_raw(one.bytes);
    // Refused as well; so it is known that nothing else was answered.
    request("next", "shutdown", nullptr);
    Json got = next();
    if (one.code != 0) {
      EXPECT_EQ(got["error"]["code"], one.code) << one.bytes.substr(0, 80);
      got = next();
    }
    EXPECT_EQ(got["id"], "next") << one.bytes.substr(0, 80);
  }
  initialize();
}

TEST_F(LspServerTest, TellsWhatIsWrongInWords) {
  send_raw(framed("{"));
  EXPECT_EQ(next()["error"]["message"], "the message is not JSON");
  send_raw(framed("{}"));
  EXPECT_EQ(next()["error"]["message"], "expected an object with a \"method\"");
  send_raw("Content-Length: x\r\n\r\n");
  EXPECT_EQ(next()["error"]["message"],
            "expected \"Content-Length: N\" before a message");
}

TEST_F(LspServerTest, RefusesWhatIsTooLong) {
  initialize();
  send_body(std::string(kMaxLspMessage + 1, ' '));
  const Json got = next();
  EXPECT_EQ(got["error"]["code"], -32600);
  EXPECT_EQ(got["error"]["message"], "a message has 67108864 bytes at most");
}

// Messages as an editor sends them, with something broken in each second one:
// a byte, a length, an order, a kind.
class RandomEditor {
 public:
  RandomEditor(unsigned seed, std::string uri)
      : random_(seed), uri_(std::move(uri)) {}

  std::string next() {
    std::string body = message().dump();
    const auto kind = random_() % 8;
    if (kind == 0) flip(body[random_() % body.size()]);
    if (kind == 1) body.resize(random_() % (body.size() + 1));
    if (kind == 2) {
      return fmt::format("Content-Length: {}\r\n\r\n{}",
                         random_() % (2 * body.size()), body);
    }
    if (kind == 3) return std::string(random_() % 50, '\n') + framed(body);
    return framed(body);
  }

 private:
  void flip(char& c) {
    c = static_cast<char>(static_cast<unsigned char>(c) ^ 1u << random_() % 8);
  }

  Json message() {
    static const std::vector<std::string> kMethods{
        "textDocument/didOpen",    "textDocument/didChange",
        "textDocument/didChange",  "textDocument/didChange",
        "textDocument/didClose",   "textDocument/didSave",
        "textDocument/completion", "textDocument/hover",
        "textDocument/definition", "textDocument/codeAction",
        "$/cancelRequest",         "workspace/didChangeWatchedFiles",
        "workspace/symbol",        "initialize"};
    const std::string& method = kMethods[random_() % kMethods.size()];
    Json params{{"textDocument",
                 {{"uri", uri_},
                  {"version", number()},
                  {"languageId", random_() % 3 == 0 ? "text" : "json"},
                  {"text", text()}}},
                {"position", position()},
                {"range", range()},
                {"context", Json::object()},
                {"id", number()},
                {"contentChanges",
                 {{{"range", range()}, {"text", text()}},
                  {{"range", range()}, {"text", text()}}}}};
    Json message{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
    if (random_() % 2 == 0) message["id"] = number();
    return message;
  }
  Json number() { return static_cast<int>(random_() % 100) - 5; }
  Json position() {
    Json position{{"line", number()}, {"character", number()}};
    if (random_() % 20 == 0) position["line"] = "x";
    return position;
  }
  Json range() {
    if (random_() % 20 == 0) return number();
    return {{"start", position()}, {"end", position()}};
  }
  std::string text() {
    static const std::vector<std::string> kPieces{
        "[",           "]",
        "\"",          "<< ",
        "SECRETS.",    "github",
        ".",           ",",
        ">>",          "TOKEN",
        "TOKN",        "\n",
        "\r",          "FN.base64(",
        ")",           "{",
        "\"secrets\"", ": ",
        "}",           "\\",
        "\xC3\xA9",    "\xF0\x9F\x98\x80"};
    std::string text;
    for (auto i = random_() % 12; i > 0; --i) {
      text += kPieces[random_() % kPieces.size()];
    }
    return text;
  }

  std::mt19937 random_;
  std::string uri_;
};

TEST_F(LspServerTest, SurvivesAnEditorThatHasGoneMad) {
  initialize();
  const char* const cases = std::getenv("SOTTO_TEST_CASES");
  const int count = cases == nullptr ? 4000 : std::atoi(cases) / 5;
  // Somebody has to read what is answered, or both would wait.
  std::jthread writer([&] {
    RandomEditor editor(5, uri("flow.json"));
    for (int i = 0; i < count; ++i) send_raw(editor.next());
    // Whatever length was told last, this ends it.
    send_raw(std::string(100'000, ' '));
    request("last", "textDocument/hover",
            {{"textDocument", {{"uri", "none"}}}});
    // A message may have taken that one with it: the end is the end.
    close_input();
  });
  Json last;
  while (true) {
    Json message = next();
    if (message.is_null()) break;
    last = std::move(message);
  }
  writer.join();
  EXPECT_EQ(last["id"], "last");
  EXPECT_EQ(finish(), 1);
}

}  // namespace
}  // namespace sotto::testing
