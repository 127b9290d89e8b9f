// SPDX-License-Identifier: Apache-2.0
//
// A project with names in its catalog, and an editor that has it open.

#ifndef SOTTO_TESTS_SERVICE_TESTING_LSP_H_
#define SOTTO_TESTS_SERVICE_TESTING_LSP_H_

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/lsp/session.h"
#include "store/store.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {

using Json = nlohmann::json;

inline constexpr std::string_view kLspConfig = R"({
  "scope": "org/acme",
  "stores": {
    "local": {"type": "local", "path": ".sotto/store.db", "key_file": ".sotto/key"}
  }
}
)";

// Knows github.TOKEN, in org/acme and on the platform, and chat.KEY in
// org/acme.
class LspFixture : public ::testing::Test {
 protected:
  void SetUp() override;

  // In the catalog of the project, as if a write had just ended.
  void define(const Scope& scope, const std::string& group,
              const std::vector<std::string>& keys,
              SecretState state = SecretState::kActive);
  std::string uri(std::string_view name) const;

  TempFolder folder_;
  Variable config_home_{"XDG_CONFIG_HOME", (folder_ / "user").c_str()};
  Variable config_{"SOTTO_CONFIG", nullptr};
  Variable scope_{"SOTTO_SCOPE", nullptr};
};

// A session without descriptors: what it sends is kept.
class LspSessionFixture : public LspFixture {
 protected:
  void SetUp() override;

  static Json capabilities();
  // Starts a session: "initialize" and "initialized".
  Json initialize(const Json& capabilities);

  void notify(const std::string& method, const Json& params);
  // The whole answer.
  Json request(const std::string& method, const Json& params);
  // Its result, which it must have.
  Json result(const std::string& method, const Json& params);

  void open(const std::string& name, const std::string& text,
            const std::string& language = "json");
  // Lints what waits for it, and answers what was published last for it.
  Json diagnostics(const std::string& name);
  // The rules of the same.
  std::vector<std::string> rules(const std::string& name);
  // "TYPE TEXT" of each window/showMessage so far.
  std::vector<std::string> shown() const;
  // {"textDocument": ..., "position": ...} of the character behind `text`.
  Json after(const std::string& name, const std::string& text);

  std::vector<Json> sent_;
  std::optional<LspSession> session_;
  std::map<std::string, std::string> texts_;

 private:
  int next_id_ = 1;
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_SERVICE_TESTING_LSP_H_
