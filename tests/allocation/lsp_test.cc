// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out at every place of the language server's work: a request is
// answered or refused, and what is asked next is answered rightly.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "service/lsp/session.h"
#include "service/lsp/uri.h"
#include "service/secrets_lock.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/base/testing_folder.h"

namespace sotto {
namespace {

using sotto::testing::TempFolder;
using testing_allocation::failing;
using testing_allocation::for_each_failure;

LspMail mail(LspMail::Kind kind, std::string method,
             const std::string& params) {
  LspMail made;
  made.kind = kind;
  made.id = 1;
  made.method = std::move(method);
  made.params = *LspJson::parse(params);
  return made;
}

class LspWithoutMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("sotto.json", R"({"stores": {"local": {"type": "local",
      "path": ".sotto/store.db", "key_file": ".sotto/key"}}})");
    folder_.write(
        "secrets.lock",
        write_secrets_lock(std::array{LockedSecret{Scope(),
                                                   {"github", "TOKEN"},
                                                   "local",
                                                   1,
                                                   SecretState::kActive,
                                                   {}}}));
  }

  LspMail notice(const std::string& method, const std::string& more) const {
    return mail(LspMail::Kind::kNotification, "textDocument/" + method,
                document(more));
  }
  LspMail request(const std::string& method) const {
    return mail(LspMail::Kind::kRequest, "textDocument/" + method,
                document(R"("position": {"line": 0, "character": 22})"));
  }

  // A session in which it is open.
  LspSession opened() {
    LspSession session({}, "1.2.3", [this](const LspJson& message) {
      sent_.push_back(message.dump());
      return Result<void>();
    });
    EXPECT_TRUE(session.take(mail(LspMail::Kind::kRequest, "initialize",
                                  R"({"capabilities": {}})")));
    EXPECT_TRUE(session.take(notice("didOpen", "")));
    return session;
  }

  TempFolder folder_;
  std::vector<std::string> sent_;

 private:
  std::string document(const std::string& more) const {
    return R"({"textDocument": {"uri": ")" +
           uri_of_path((folder_ / "flow.json").native()) +
           R"(", "languageId": "json", "version": 1, "text": "[]"})" +
           (more.empty() ? "" : ", " + more) + "}";
  }
};

constexpr const char* kChange = R"("contentChanges": [
  {"text": "[\"<< SECRETS.github.TOKN >>\"]"},
  {"range": {"start": {"line": 0, "character": 1},
             "end": {"line": 0, "character": 1}}, "text": " "}])";

TEST_F(LspWithoutMemory, AnswersOrRefusesAndGoesOn) {
  const LspMail change = notice("didChange", kChange);
  const std::array requests{request("hover"), request("completion"),
                            request("definition")};
  LspSession session = opened();
  const auto lint = [&]() -> Result<void> {
    LspDocument* const next = session.next_to_lint();
    return next == nullptr ? Result<void>() : session.lint(*next);
  };
  const auto survives = [&](const auto& step) {
    const Result<void> done = guarded(step);
    return done || done.error().code == ErrorCode::kNoMemory;
  };
  ASSERT_TRUE(lint());  // Opens the project.
  for_each_failure([&] {
    EXPECT_TRUE(failing([&] {
      bool alive = survives([&] { return session.take(change); });
      alive = survives(lint) && alive;
      for (const LspMail& each : requests) {
        alive = survives([&] { return session.take(each); }) && alive;
      }
      return alive;
    }));
    EXPECT_FALSE(session.status());
    // A document that changed without memory is closed; once it is open again,
    // all is as it should be.
    ASSERT_TRUE(session.take(notice("didOpen", "")));
    ASSERT_TRUE(session.take(change));
    sent_.clear();
    ASSERT_TRUE(session.look_again());
    ASSERT_TRUE(lint());
    ASSERT_EQ(sent_.size(), 1u);
    EXPECT_NE(sent_[0].find("undefined-secret"), std::string::npos) << sent_[0];
    EXPECT_NE(sent_[0].find("github.TOKEN"), std::string::npos) << sent_[0];
  });
}

}  // namespace
}  // namespace sotto
