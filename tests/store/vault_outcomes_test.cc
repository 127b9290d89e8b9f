// SPDX-License-Identifier: Apache-2.0
//
// T14: whatever a server that should be a Vault answers, a read, a write and a
// login each end in time and in the right outcome, and no byte of a broken
// answer goes further. A write that may have been done says so.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/vault/connection.h"
#include "store/vault/fetch.h"
#include "store/vault/write.h"
#include "tests/store/testing_fault_server.h"
#include "tests/store/testing_faults.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::answer;
using testing::Fault;
using testing::FaultServer;
using testing::Received;
using enum ErrorCode;

constexpr milliseconds kTime{300};
constexpr milliseconds kEnough{20'000};
constexpr char kToken[] = "hvs.the-token-of-the-fault-tests";
constexpr char kSecretId[] = "the-secret-id-of-the-fault-tests";
constexpr char kValue[] = "the-value-that-the-fault-tests-write";

// What a server does, and how each kind of call ends.
struct Script {
  std::string name;
  Answer steps;
  ErrorCode read;
  ErrorCode write;
  ErrorCode login;
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

// A group with one key, as a Vault tells it.
std::string group_answer(std::string_view value) {
  return R"({"data":{"data":{"TOKEN":")" + std::string(value) +
         R"("},"metadata":{"version":1,"created_time":)"
         R"("2026-01-01T00:00:00Z","deletion_time":"","destroyed":false}}})";
}

Script body(std::string name, std::string_view text) {
  return {std::move(name), answer(200, text), kMalformed, kOutcomeUnknown,
          kMalformed};
}

void add_bodies(std::vector<Script>& scripts) {
  const std::string canary = testing::kFaultCanary;
  const std::string whole = group_answer(canary);
  const auto with = [&](std::string_view old, std::string_view now) {
    std::string text = whole;
    return text.replace(text.find(old), old.size(), now);
  };
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  scripts.insert(
      scripts.end(),
      {body("Empty", ""),
       body("Html", "<html>" + canary + "</html>"),
       body("Null", "null"),
       body("Array", "[\"" + canary + "\"]"),
       body("Text", "\"" + canary + "\""),
       body("EmptyObject", "{}"),
       body("L01CutInTheValue", whole.substr(0, whole.find("broken"))),
       body("CutBeforeTheEnd", whole.substr(0, whole.size() - 1)),
       body("CutInTheMetadata", whole.substr(0, whole.find("2026"))),
       body("TwoDocuments", whole + whole),
       body("TrailingGarbage", whole + canary),
       body("NoMetadata", R"({"data":{"data":{"TOKEN":")" + canary + "\"}}}"),
       body("DataIsText", R"({"data":")" + canary + "\"}"),
       body("MembersAreAList",
            with("{\"TOKEN\":\"" + canary + "\"}", "[\"" + canary + "\"]")),
       body("VersionIsText", with("\"version\":1", "\"version\":\"1\"")),
       body("VersionIsNegative", with("\"version\":1", "\"version\":-1")),
       body("VersionIsHuge", with("\"version\":1", "\"version\":1e99")),
       body("VersionIsAFraction", with("\"version\":1", "\"version\":1.5")),
       body("NotUtf8", with(canary, canary + "\xff\xfe")),
       body("Nul", with(canary, canary + std::string(1, '\0'))),
       body("DeepArrays", std::string(100'000, '[')),
       body("DeepObjects", deep)});
}

Script status(int code, ErrorCode read, ErrorCode write, ErrorCode login,
              std::string_view head = "", std::string_view suffix = "") {
  const std::string complaint =
      "{\"errors\":[\"" + std::string(testing::kFaultCanary) + "\"]}";
  return {"Status" + std::to_string(code) + std::string(suffix),
          answer(code, complaint, head), read, write, login};
}

Script unavailable(int code, std::string_view head = "",
                   std::string_view suffix = "") {
  return status(code, kUnreachable, kUnreachable, kUnreachable, head, suffix);
}

Script malformed(int code, std::string_view head = "",
                 std::string_view suffix = "") {
  return status(code, kMalformed, kMalformed, kMalformed, head, suffix);
}

void add_statuses(std::vector<Script>& scripts) {
  const ErrorCode too_large = ErrorCode::kLimit;
  scripts.insert(
      scripts.end(),
      {malformed(204), status(400, kMalformed, kMalformed, kForbidden),
       status(401, kMalformed, kMalformed, kForbidden),
       status(403, kForbidden, kForbidden, kForbidden), malformed(404),
       malformed(405), status(408, kUnreachable, kOutcomeUnknown, kUnreachable),
       unavailable(412), status(413, too_large, too_large, too_large),
       malformed(415), malformed(418), unavailable(429), unavailable(473),
       status(500, kUnreachable, kOutcomeUnknown, kUnreachable),
       unavailable(501),
       status(502, kUnreachable, kOutcomeUnknown, kUnreachable),
       unavailable(503),
       status(504, kUnreachable, kOutcomeUnknown, kUnreachable),
       status(507, kUnreachable, kOutcomeUnknown, kUnreachable)});
  const std::vector<std::pair<std::string, std::string>> waits{
      {"AfterASecond", "Retry-After: 1\r\n"},
      {"AfterADate", "Retry-After: Fri, 31 Dec 2099 23:59:59 GMT\r\n"},
      {"AfterGarbage", "Retry-After: soon\r\n"},
      {"AfterAges", "Retry-After: 99999999999999999999\r\n"}};
  for (const auto& [suffix, head] : waits) {
    scripts.push_back(unavailable(429, head, suffix));
    scripts.push_back(unavailable(503, head, suffix));
  }
}

// Where a redirect leads is the business of nobody but the address that was
// configured.
void add_redirects(std::vector<Script>& scripts) {
  const std::string elsewhere =
      "Location: " + FaultServer::plain().origin("other") + "/v1/x\r\n";
  for (const int code : {301, 302, 303, 308}) {
    scripts.push_back(malformed(code, elsewhere, "Elsewhere"));
  }
  scripts.push_back(unavailable(307, elsewhere, "Elsewhere"));
  scripts.push_back(unavailable(307, "", "Nowhere"));
  scripts.push_back(unavailable(307, "Location: ://\r\n", "Garbage"));
}

std::vector<Script> all_scripts() {
  std::vector<Script> scripts;
  for (Fault& fault : testing::framing_faults()) {
    scripts.push_back({std::move(fault.name), std::move(fault.steps),
                       fault.code, kOutcomeUnknown, fault.code});
  }
  add_bodies(scripts);
  add_statuses(scripts);
  add_redirects(scripts);
  return scripts;
}

// In kB; 0 where the kernel does not say.
long memory_now(std::string_view field) {
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(field)) return std::stol(line.substr(field.size()));
  }
  return 0;
}

class VaultOutcomeTest : public ::testing::TestWithParam<Script> {
 protected:
  VaultOutcomeTest() {
    options_.address = server_.origin();
    options_.auth.ask = [] { return SecretString::copy_of(kToken); };
    std::ofstream("/proc/self/clear_refs") << '5';  // The peak begins anew.
    memory_before_ = memory_now("VmRSS:");
  }

  template <typename Body>
  void expect(ErrorCode code, const Body& what) {
    auto connection = VaultConnection::open(options_);
    ASSERT_TRUE(connection) << to_string(connection.error());
    // What passes is tried again until the time is over, all else ends at once.
    Operation operation(GetParam().read == kUnreachable ? kTime : kEnough);
    const auto result = what(**connection, operation);
    const auto ended = std::chrono::steady_clock::now();
    EXPECT_LT(ended, operation.deadline() + milliseconds(900));
    const Received received = server_.received();
    EXPECT_EQ(received.connections_to("other"), 0);
    ASSERT_FALSE(result);
    expect_nothing_in(to_string(result.error()));
    constexpr long kLargestAnswer = 34 << 10;  // kB
    EXPECT_LE(memory_now("VmHWM:"), memory_before_ + 4 * kLargestAnswer);
    if (ended >= operation.deadline() &&
        is_unsure(result.error().code, code, received)) {
      return;
    }
    EXPECT_EQ(error_info(result.error().code).name, error_info(code).name)
        << to_string(result.error());
  }

  // A write that was on its way when the time was over; or that the time was
  // over for before it was sent.
  static bool is_unsure(ErrorCode found, ErrorCode expected,
                        const Received& received) {
    const bool sent = std::ranges::any_of(
        received.requests, [](auto& each) { return each.method == "POST"; });
    return sent ? found == kOutcomeUnknown && expected == kUnreachable
                : found == kUnreachable && expected == kOutcomeUnknown;
  }

  static void expect_nothing_in(const std::string& text) {
    for (const std::string_view secret :
         {std::string_view(testing::kFaultCanary), std::string_view(kToken),
          std::string_view(kSecretId), std::string_view(kValue)}) {
      for (std::size_t i = 0; i + 8 <= secret.size(); ++i) {
        EXPECT_EQ(text.find(secret.substr(i, 8)), text.npos) << text;
      }
    }
  }

  FaultServer& server_ = FaultServer::plain();
  VaultOptions options_;
  long memory_before_ = 0;
};

Result<FetchedSecret> fetch(VaultConnection& connection, Operation& operation) {
  Locator wanted;
  wanted.scope = org("acme");
  wanted.ref = named("github.TOKEN");
  return std::move(
      fetch_from_vault(connection, operation, {&wanted, 1}).front());
}

Result<Version> write(VaultConnection& connection, Operation& operation) {
  GroupWrite one;
  one.scope = org("acme");
  one.group = "github";
  one.changes.push_back({.key = "TOKEN", .value = secret(kValue)});
  return std::move(put_into_vault(connection, operation, {&one, 1}).front());
}

TEST_P(VaultOutcomeTest, V10OfARead) {
  server_.play({GetParam().steps});
  expect(GetParam().read, fetch);
}

TEST_P(VaultOutcomeTest, V18OfAWrite) {
  server_.play({answer(200, group_answer("former")), GetParam().steps});
  expect(GetParam().write, write);
}

TEST_P(VaultOutcomeTest, V10OfALogin) {
  options_.auth.method = VaultMethod::kAppRole;
  options_.auth.role = "a-role";
  options_.auth.ask = [] { return SecretString::copy_of(kSecretId); };
  server_.play({GetParam().steps});
  expect(GetParam().login, fetch);
}

INSTANTIATE_TEST_SUITE_P(, VaultOutcomeTest, ::testing::ValuesIn(all_scripts()),
                         [](const auto& test) { return test.param.name; });

TEST(VaultOutcomes, AreTriedWithSixtyScriptsOrMore) {
  EXPECT_GE(all_scripts().size(), 60u);
}

}  // namespace
}  // namespace sotto
