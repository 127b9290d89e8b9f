// SPDX-License-Identifier: Apache-2.0
//
// What the Vault store makes of answers that no healthy Vault gives: played by
// tests/http/fault_server.py, which tells what it was asked.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "store/vault_store.h"
#include "tests/store/testing_fault_server.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing::Answer;
using testing::answer;
using ::testing::ElementsAre;
using testing::FaultServer;
using ::testing::HasSubstr;

constexpr std::string_view kAbsent = R"({"errors":[]})";
constexpr std::string_view kMismatch =
    R"({"errors":["check-and-set parameter did not match the current version"]})";
constexpr std::string_view kMount =
    R"({"data":{"type":"kv","options":{"version":"2"}}})";

std::string group(int version, std::string_view data) {
  return fmt::format(
      R"({{"data":{{"data":{},"metadata":{{"version":{},"created_time":)"
      R"("2026-11-22T00:00:00Z","deletion_time":"","destroyed":false}}}}}})",
      data, version);
}

std::string written(int version) {
  return fmt::format(R"({{"data":{{"version":{}}}}})", version);
}

// The request arrives whole, and then nothing comes.
Answer lost() { return {testing::reset_it()}; }

class VaultFaultsTest : public ::testing::Test {
 protected:
  VaultOptions options() {
    VaultOptions made;
    made.address = server_.origin();
    made.auth.ask = [] { return SecretString::copy_of("the-token"); };
    return made;
  }
  std::unique_ptr<VaultStore> open(VaultOptions options) {
    auto store = VaultStore::open(std::move(options));
    EXPECT_EQ(error_text(store), "");
    return std::move(*store);
  }
  std::unique_ptr<VaultStore> open() { return open(options()); }

  // What is said of a read that is answered so.
  std::string fetched(const std::vector<Answer>& answers) {
    server_.play(answers);
    const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
    Operation operation(std::chrono::milliseconds(1500));
    auto fetched = open()->fetch_within(operation, locators);
    return fetched[0] ? shown(fetched[0]) : error_text(fetched[0]);
  }
  // Of the write of a key to a group that is not there.
  Result<Version> wrote(std::vector<Answer> answers) {
    answers.insert(answers.begin(),
                   {answer(404, kAbsent), answer(200, kMount)});
    server_.play(answers);
    return put(*open(), Scope(), "a.X", "mine");
  }
  std::vector<std::string> asked() {
    std::vector<std::string> lines;
    for (const auto& request : server_.received().requests) {
      lines.push_back(request.method + " " + request.path);
    }
    return lines;
  }

  FaultServer& server_ = FaultServer::plain();
};

TEST_F(VaultFaultsTest, TheTokenAndTheNamespaceGoAlong) {
  server_.play({answer(200, group(1, R"({"X":"1"})"))});
  VaultOptions made = options();
  made.name_space = "team/one";
  EXPECT_EQ(value_of(*open(made), Scope(), "a.X"), "1");
  const auto request = server_.received().requests.at(0);
  EXPECT_EQ(request.path, "/v1/secret/data/sotto/platform/a");
  EXPECT_EQ(request.header("X-Vault-Token"), "the-token");
  EXPECT_EQ(request.header("X-Vault-Namespace"), "team/one");
  EXPECT_EQ(request.header("X-Vault-Request"), "true");
}

TEST_F(VaultFaultsTest, EveryRefusalHasItsSentence) {
  EXPECT_EQ(fetched({answer(400, R"({"errors":["no"]})")}),
            "store \"vault\" refused the call as invalid (status 400)\n"
            "hint: the server's log says why");
  EXPECT_EQ(fetched({answer(400, R"({"errors":["Upgrading from )"
                                 R"(non-versioned to versioned data"]})")}),
            "store \"vault\" is upgrading \"secret\" to version 2\n"
            "hint: try again in a moment");
  EXPECT_EQ(fetched({answer(404, R"({"errors":["what"]})")}),
            "store \"vault\" gave an answer that is not what a Vault "
            "promises\nhint: check that \"address\" leads to a Vault or "
            "OpenBao");
  EXPECT_EQ(fetched({answer(413, "")}),
            "store \"vault\" takes no request of this size\n"
            "hint: spread the keys over several groups");
  EXPECT_EQ(fetched({answer(412, "")}),
            "store \"vault\" has not caught up with its leader\n"
            "hint: try again in a moment");
  EXPECT_EQ(fetched({answer(501, "")}),
            "store \"vault\" is not initialized\nhint: an operator has to "
            "initialize it: vault operator init");
  EXPECT_EQ(fetched({answer(500, "")}),
            "store \"vault\" answered with status 500\n"
            "hint: the server's log says why");
  EXPECT_EQ(fetched({answer(503, R"({"errors":["Vault is sealed"]})")}),
            "store \"vault\" is sealed\n"
            "hint: an operator has to unseal it: vault operator unseal");
  EXPECT_EQ(fetched({answer(503, "")}),
            "store \"vault\" answered with status 503\n"
            "hint: the server's log says why");
}

// V03
TEST_F(VaultFaultsTest, V03_429IsAQuotaHereAndAStandbyThere) {
  EXPECT_EQ(fetched({answer(429, "")}),
            "store \"vault\" takes no more calls for now: a quota is used up\n"
            "hint: try again later, or have its rate limit raised");
  server_.play(
      {answer(429, R"({"initialized":true,"sealed":false,"standby":true})"),
       answer(200, "{}"), answer(200, kMount)});
  const StoreHealth health = open()->health();
  EXPECT_EQ(health.condition, StoreCondition::kDegraded);
  EXPECT_EQ(to_string(*health.trouble),
            "store \"vault\" is a standby, which passes calls on to the active "
            "node\nhint: name the active node in \"address\"");
}

TEST_F(VaultFaultsTest, HealthTellsWhatIsWrong) {
  const auto said = [&](const std::vector<Answer>& answers) {
    server_.play(answers);
    const StoreHealth health = open()->health();
    return std::string(to_string(health.condition)) +
           (health.trouble ? ": " + to_string(*health.trouble) : "");
  };
  EXPECT_EQ(said({answer(501, R"({"initialized":false,"sealed":true})")}),
            "disconnected: store \"vault\" is not initialized\nhint: an "
            "operator has to initialize it: vault operator init");
  EXPECT_EQ(said({answer(473, R"({"initialized":true,"standby":true,)"
                              R"("performance_standby":true})"),
                  answer(200, "{}"), answer(200, kMount)}),
            "degraded: store \"vault\" is a performance standby: what was just "
            "written may not be there yet\nhint: name the active node in "
            "\"address\"");
  EXPECT_THAT(said({answer(200, R"({"initialized":true})",
                           "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"),
                    answer(200, "{}"), answer(200, kMount)}),
              ::testing::MatchesRegex(
                  "degraded: the clocks of this machine and of store "
                  "\"vault\" are [0-9]+ s apart\nhint: set both right: tokens "
                  "and certificates are judged by them"));
  EXPECT_EQ(said({answer(200, "<html>")}),
            "disconnected: store \"vault\" gave an answer that is not what a "
            "Vault promises\nhint: check that \"address\" leads to a Vault or "
            "OpenBao");
}

// N4: a redirect is obeyed to a configured address, and to no other.
TEST_F(VaultFaultsTest, AStandbyMayPointToAnAddressThatIsConfigured) {
  const std::string there =
      "Location: " + server_.origin("other") + "/v1/secret/data/x\r\n";
  EXPECT_EQ(fetched({answer(307, "", there)}),
            "store \"vault\" is a standby, which answered with an address that "
            "is not configured\nhint: add the address of the active node to "
            "\"other_addresses\"");
  EXPECT_EQ(server_.received().connections_to("other"), 0);

  // The first address is one that redirects to the second, which answers.
  VaultOptions made = options();
  made.other_addresses = {"http://localhost:" +
                          std::to_string(server_.port("plain"))};
  server_.play(
      {answer(307, "",
              "Location: " + made.other_addresses[0] + "/v1/elsewhere\r\n"),
       answer(200, group(1, R"({"X":"there"})"))});
  const auto store = open(made);
  EXPECT_EQ(value_of(*store, Scope(), "a.X"), "there");
  EXPECT_THAT(asked(), ElementsAre("GET /v1/secret/data/sotto/platform/a",
                                   "GET /v1/secret/data/sotto/platform/a"));
  // It is remembered, and a second redirect is not followed.
  server_.play(
      {answer(307, "", "Location: " + made.other_addresses[0] + "/v1/x\r\n")});
  EXPECT_EQ(value_of(*store, Scope(), "a.X"), "<unreachable>");
  const auto requests = server_.received().requests;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_THAT(requests[0].header("Host").value_or(""), HasSubstr("localhost"));
}

TEST_F(VaultFaultsTest, AbsenceIsBelievedOfAKvEngineAlone) {
  EXPECT_EQ(fetched({answer(404, kAbsent), answer(200, kMount)}),
            "\"a.X\" of platform is not in store \"vault\"");
  EXPECT_EQ(fetched({answer(404, kAbsent), answer(200, "{}")}),
            "store \"vault\" gave an answer that is not what a Vault "
            "promises\nhint: check that \"address\" leads to a Vault or "
            "OpenBao");
  EXPECT_EQ(fetched({answer(404, "")}),
            "store \"vault\" gave an answer that is not what a Vault "
            "promises\nhint: check that \"address\" leads to a Vault or "
            "OpenBao");
}

// L01
TEST_F(VaultFaultsTest, L01_NothingOfAnAnswerGetsIntoAnError) {
  const std::string whole = group(1, R"({"X":"hunter2-SUPERSECRET"})");
  for (std::size_t size = whole.find("SUPER"); size < whole.size(); ++size) {
    const std::string said = fetched({answer(200, whole.substr(0, size))});
    EXPECT_THAT(said, HasSubstr("gave an answer that is not what a Vault"));
    EXPECT_EQ(said.find("SUPER"), said.npos);
  }
  EXPECT_EQ(fetched({answer(200, whole)}), "hunter2-SUPERSECRET");
}

TEST_F(VaultFaultsTest, AValueThatIsNone) {
  EXPECT_EQ(fetched({answer(200, group(1, R"({"X":"\ud800"})"))}),
            "\"a.X\" of platform is not text in store \"vault\": it holds half "
            "of a surrogate pair");
  const std::string large = "{\"X\":\"" + std::string((1 << 20) + 1, 'x') +
                            "\",\"Y\":\"" + std::string(1 << 21, 'y') + "\"}";
  EXPECT_EQ(fetched({answer(200, group(1, large))}),
            "\"a.X\" of platform is too large in store \"vault\": expected at "
            "most 1048576 bytes");
}

// W4 from here on.
TEST_F(VaultFaultsTest, V18_AWriteWithoutAnAnswerIsRepeatedOnce) {
  EXPECT_EQ(wrote({lost(), answer(200, written(1))}).value_or(0), 1u);
  const auto requests = server_.received().requests;
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[2].method, "POST");
  EXPECT_EQ(requests[2].body, R"({"options":{"cas":0},"data":{"X":"mine"}})");
  EXPECT_EQ(requests[3].body, requests[2].body);
}

TEST_F(VaultFaultsTest, V18_AWriteThatHadArrivedIsRecognized) {
  EXPECT_EQ(wrote({lost(), answer(400, kMismatch),
                   answer(200, group(1, R"({"X":"mine"})"))})
                .value_or(0),
            1u);
  EXPECT_EQ(asked().back(), "GET /v1/secret/data/sotto/platform/a?version=1");
}

TEST_F(VaultFaultsTest, V18_SomebodyElsesWriteIsNotTakenForIt) {
  const auto again =
      wrote({lost(), answer(400, kMismatch),
             answer(200, group(1, R"({"X":"theirs"})")),
             answer(200, group(1, R"({"X":"theirs","Y":"kept"})")),
             answer(200, written(2))});
  EXPECT_EQ(again.value_or(0), 2u);
  EXPECT_EQ(server_.received().requests.back().body,
            R"({"options":{"cas":1},"data":{"X":"mine","Y":"kept"}})");
}

TEST_F(VaultFaultsTest, V18_WhatCannotBeToldIsUnknown) {
  constexpr const char* kUnknown =
      "group \"a\" of platform was sent to store \"vault\", which did not say "
      "whether it was written\nhint: look whether it has a version 1: sotto "
      "secret history a";
  const auto never = wrote({lost(), lost(), answer(404, kAbsent)});
  EXPECT_EQ(error_text(never), kUnknown);
  EXPECT_EQ(error_code(never), ErrorCode::kOutcomeUnknown);
  int posts = 0;
  for (const std::string& line : asked()) posts += line.starts_with("POST");
  EXPECT_EQ(posts, 2);
  EXPECT_EQ(error_text(wrote(
                {answer(502, ""), answer(502, ""), answer(404, kAbsent)})),
            kUnknown);
  EXPECT_EQ(error_text(wrote({answer(200, "<html>"), answer(200, "<html>"),
                              answer(404, kAbsent)})),
            kUnknown);
  EXPECT_EQ(wrote({answer(504, ""), answer(504, ""),
                   answer(200, group(1, R"({"X":"mine"})"))})
                .value_or(0),
            1u);
}

TEST_F(VaultFaultsTest, AWriteThatWasTurnedAwayIsNotUnknown) {
  EXPECT_EQ(
      wrote({answer(503, "", "Retry-After: 0\r\n"), answer(200, written(1))})
          .value_or(0),
      1u);
  EXPECT_EQ(error_code(wrote({answer(403, R"({"errors":["permission )"
                                          R"(denied"]})"),
                              answer(200, "{}")})),
            ErrorCode::kForbidden);
  EXPECT_EQ(error_text(wrote({answer(400, R"({"errors":["check-and-set )"
                                          R"(parameter required"]})")})),
            "store \"vault\" refused the call as invalid (status 400)\n"
            "hint: the server's log says why");
}

TEST_F(VaultFaultsTest, RefusesOptionsThatAreNone) {
  const auto said = [](const VaultOptions& options) {
    return error_text(VaultStore::open(options));
  };
  VaultOptions made = options();
  made.name_space = "a b";
  EXPECT_THAT(said(made), HasSubstr("store \"vault\": \"namespace\" is not a "
                                    "path in a Vault\nhint: a path is"));
  made = options();
  made.auth.mount = "../x";
  EXPECT_THAT(said(made),
              HasSubstr("store \"vault\": the \"mount\" of its \"auth\" is not "
                        "a path in a Vault\nhint: a path is"));
  made = options();
  made.auth.method = VaultMethod::kUserpass;
  made.auth.user = "bob/../alice";
  EXPECT_EQ(said(made),
            "store \"vault\": the user of its \"auth\" is none that a Vault "
            "has\nhint: a user is 1 to 128 of A-Z a-z 0-9 _ . -");
  made = options();
  made.auth.method = VaultMethod::kAppRole;
  EXPECT_EQ(said(made),
            "store \"vault\": its \"auth\" names no role\n"
            "hint: set \"role_id\"");
  made.auth.method = VaultMethod::kJwt;
  EXPECT_EQ(said(made),
            "store \"vault\": its \"auth\" names no role\n"
            "hint: set \"role\"");
}

}  // namespace
}  // namespace sotto
