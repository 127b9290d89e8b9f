// SPDX-License-Identifier: Apache-2.0
//
// The HTTP client against a server that does what no server should.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/http/client.h"
#include "tests/store/testing_fault_server.h"

namespace sotto {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::answer;
using testing::close_it;
using testing::echo;
using testing::FaultServer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::pause;
using testing::read_only;
using testing::reset_it;
using testing::send_text;

constexpr milliseconds kLong{10'000};

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    options_.origins = {server_.origin(), server_.origin("closed")};
    options_.first_byte_timeout = milliseconds(2'000);
  }

  HttpClient& client() {
    if (client_ == nullptr) {
      auto opened = HttpClient::open(options_);
      if (!opened) ADD_FAILURE() << to_string(opened.error());
      client_ = std::move(*opened);
    }
    return *client_;
  }

  HttpRequest request(HttpMethod method = HttpMethod::kGet,
                      const std::string& target = "/v1/a") const {
    HttpRequest request;
    request.method = method;
    request.url = server_.origin() + target;
    request.credential_header = "X-Vault-Token";
    request.credential = std::make_shared<SecretString>(
        SecretString::copy_of("hvs.the-token").value());
    return request;
  }

  static std::shared_ptr<const WipedBuffer> body(std::string_view text) {
    auto buffer = std::make_shared<WipedBuffer>();
    EXPECT_TRUE(buffer->append(text));
    return buffer;
  }

  HttpResult send(HttpRequest what, milliseconds limit = kLong) {
    return client().send(std::move(what),
                         std::chrono::steady_clock::now() + limit, operation_);
  }
  HttpResult get(milliseconds limit = kLong) { return send(request(), limit); }

  FaultServer& server_ = FaultServer::plain();
  HttpOptions options_;
  Operation operation_{std::chrono::minutes(1)};
  std::unique_ptr<HttpClient> client_;
};

std::string text_of(const HttpResult& result) {
  if (!result) return to_string(result.error().error);
  return std::to_string(result->status) + " " +
         std::string(result->body.expose());
}

TEST_F(HttpClientTest, AnAnswerArrivesWhole) {
  server_.play(
      {answer(200, "{\"a\": 1}", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")});
  const HttpResult result = get();
  ASSERT_TRUE(result) << text_of(result);
  EXPECT_EQ(text_of(result), "200 {\"a\": 1}");
  EXPECT_EQ(result->date, 784111777);
  EXPECT_EQ(result->retry_after, std::nullopt);
  EXPECT_EQ(result->location, "");
  const CallCounts counts = operation_.counts();
  EXPECT_EQ(counts.calls, 1u);
  EXPECT_EQ(counts.bytes_received, result->bytes_received);
  EXPECT_EQ(result->bytes_received, 85u);
}

TEST_F(HttpClientTest, SendsWhatItIsToldAndLittleElse) {
  server_.play({answer(200, "")});
  HttpRequest sent = request(HttpMethod::kList, "/v1/a/../b//c%2e%2E/?list=1");
  sent.headers = {{"X-Vault-Namespace", "a/b"}, {"X-Empty", ""}};
  ASSERT_TRUE(send(std::move(sent)));
  const auto requests = server_.received().requests;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, "LIST");
  EXPECT_EQ(requests[0].path, "/v1/a/../b//c%2e%2E/?list=1");
  EXPECT_EQ(requests[0].header("Host"), server_.peer());
  EXPECT_EQ(requests[0].header("User-Agent"), "sotto/0.1.0");
  EXPECT_EQ(requests[0].header("X-Vault-Token"), "hvs.the-token");
  EXPECT_EQ(requests[0].header("X-Vault-Namespace"), "a/b");
  EXPECT_EQ(requests[0].header("X-Empty"), "");
  EXPECT_EQ(requests[0].header("Accept-Encoding"), std::nullopt);
  EXPECT_EQ(requests[0].headers.size(), 6u);  // Accept: */* is the sixth.
  EXPECT_EQ(requests[0].body, "");
}

TEST_F(HttpClientTest, EveryMethodHasItsNameAndItsBody) {
  server_.play({answer(204, "")});
  for (const HttpMethod method : {HttpMethod::kPost, HttpMethod::kPut,
                                  HttpMethod::kPatch, HttpMethod::kDelete}) {
    HttpRequest with = request(method);
    with.body = body("{\"value\": 1}");
    with.content_type = "application/merge-patch+json";
    ASSERT_TRUE(send(std::move(with)));
    ASSERT_TRUE(send(request(method)));
  }
  const auto requests = server_.received().requests;
  ASSERT_EQ(requests.size(), 8u);
  const char* const names[] = {"POST", "PUT", "PATCH", "DELETE"};
  for (std::size_t i = 0; i < 8; i += 2) {
    EXPECT_EQ(requests[i].method, names[i / 2]);
    EXPECT_EQ(requests[i].body, "{\"value\": 1}");
    EXPECT_EQ(requests[i].header("Content-Type"),
              "application/merge-patch+json");
    EXPECT_EQ(requests[i].header("Expect"), std::nullopt);
    EXPECT_EQ(requests[i + 1].method, names[i / 2]);
    EXPECT_EQ(requests[i + 1].body, "");
    EXPECT_EQ(requests[i + 1].header("Content-Type"), std::nullopt);
  }
  EXPECT_EQ(requests[1].header("Content-Length"), "0");
}

TEST_F(HttpClientTest, ALargeBodyArrivesWithoutAskingForPermission) {
  server_.play({{echo()}});
  const std::string large(3u << 20, 'x');
  HttpRequest sent = request(HttpMethod::kPost);
  sent.body = body(large);
  sent.max_response = 4u << 20;
  const HttpResult result = send(std::move(sent));
  ASSERT_TRUE(result) << text_of(result);
  EXPECT_TRUE(result->body.expose() == large);
  EXPECT_GE(result->bytes_sent, large.size());
  EXPECT_LE(result->bytes_sent, large.size() + 1000);
}

TEST_F(HttpClientTest, ReadsShareAConnectionAndWritesHaveTheirOwn) {
  server_.play({answer(200, "ok")});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get());
  EXPECT_EQ(server_.received().connections_to("plain"), 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(request(HttpMethod::kPost)));
  EXPECT_EQ(server_.received().connections_to("plain"), 4);
}

TEST_F(HttpClientTest, AReadOverAConnectionThatWasClosedMeanwhileIsSentAgain) {
  server_.play({answer(200, "one"), {close_it()}, answer(200, "two")});
  EXPECT_EQ(text_of(get()), "200 one");
  EXPECT_EQ(text_of(get()), "200 two");
  EXPECT_EQ(server_.received().requests.size(), 3u);
}

TEST_F(HttpClientTest, V18AWriteIsNeverSentTwice) {
  server_.play({answer(200, "one"), {reset_it()}, answer(200, "two")});
  EXPECT_EQ(text_of(get()), "200 one");
  HttpRequest write = request(HttpMethod::kPost);
  write.body = body("{}");
  const HttpResult result = send(std::move(write));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().may_have_arrived);
  EXPECT_EQ(server_.received().requests.size(), 2u);
}

TEST_F(HttpClientTest, WhatWasNotWhollySentCannotHaveArrived) {
  server_.play({{read_only(5'000), reset_it()}});
  HttpRequest write = request(HttpMethod::kPost);
  write.body = body(std::string(64u << 20, 'x'));
  const HttpResult result = send(std::move(write));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kUnreachable);
  EXPECT_FALSE(result.error().may_have_arrived);
  EXPECT_TRUE(result.error().may_repeat);
}

TEST_F(HttpClientTest, ARedirectIsAnAnswerAndNotFollowed) {
  for (const int status : {301, 302, 303, 307, 308}) {
    const std::string elsewhere = server_.origin("other") + "/v1/a";
    server_.play({answer(status, "", "Location: " + elsewhere + "\r\n")});
    const HttpResult result = get();
    ASSERT_TRUE(result) << text_of(result);
    EXPECT_EQ(result->status, status);
    EXPECT_EQ(result->location, elsewhere);
    EXPECT_EQ(server_.received().connections_to("other"), 0);
  }
}

TEST_F(HttpClientTest, V17AProxySeesNothing) {
  const std::string proxy = server_.origin("proxy");
  const std::vector<const char*> names{"http_proxy",  "HTTP_PROXY",
                                       "https_proxy", "HTTPS_PROXY",
                                       "all_proxy",   "ALL_PROXY"};
  for (const char* const name : names) ::setenv(name, proxy.c_str(), 1);
  server_.play({answer(200, "direct")});
  EXPECT_EQ(text_of(get()), "200 direct");
  EXPECT_EQ(server_.received().connections_to("proxy"), 0);
  for (const char* const name : names) ::unsetenv(name);
}

TEST_F(HttpClientTest, V07NoHeaderIsSmuggledIn) {
  server_.play({answer(200, "")});
  HttpRequest bad = request();
  bad.credential = std::make_shared<SecretString>(
      SecretString::copy_of("hvs.x\r\nX-Vault-Namespace: admin").value());
  const HttpResult result = send(std::move(bad));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kUsage);
  EXPECT_FALSE(result.error().may_repeat);
  EXPECT_THAT(text_of(result), Not(HasSubstr("hvs")));
  EXPECT_EQ(server_.received().connections_to("plain"), 0);
  EXPECT_EQ(operation_.counts().calls, 0u);
}

TEST_F(HttpClientTest, NoCallLeavesForAnotherAddress) {
  server_.play({answer(200, "")});
  HttpRequest elsewhere = request();
  elsewhere.url = server_.origin("other") + "/v1/a";
  const HttpResult result = send(std::move(elsewhere));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kUsage);
  EXPECT_EQ(server_.received().connections_to("other"), 0);
}

TEST_F(HttpClientTest, AConnectionThatIsRefusedHasNotSentAnything) {
  HttpRequest nowhere = request();
  nowhere.url = server_.origin("closed") + "/v1/a";
  const HttpResult result = send(std::move(nowhere));
  ASSERT_FALSE(result);
  EXPECT_EQ(text_of(result), "cannot reach \"" + server_.peer("closed") +
                                 "\": connection refused\nhint: check that the "
                                 "server is running, and the port");
  EXPECT_TRUE(result.error().may_repeat);
  EXPECT_FALSE(result.error().may_have_arrived);
}

TEST_F(HttpClientTest, TheServersWishToWaitIsUnderstood) {
  server_.play({answer(429, "", "Retry-After: 7\r\n"),
                answer(503, "", "Retry-After: soon\r\n")});
  EXPECT_EQ(get()->retry_after, std::chrono::seconds(7));
  EXPECT_EQ(get()->retry_after, std::nullopt);
}

TEST_F(HttpClientTest, AnAnswerMayBeAsLargeAsItsLimit) {
  server_.play({answer(200, std::string(1'000, 'x'))});
  HttpRequest exactly = request();
  exactly.max_response = 1'000;
  EXPECT_TRUE(send(std::move(exactly)));
  HttpRequest less = request();
  less.max_response = 999;
  EXPECT_EQ(text_of(send(std::move(less))),
            "the answer of \"" + server_.peer() +
                "\" is too large\nhint: check that this is the address of the "
                "store");
}

TEST_F(HttpClientTest, NoMoreConnectionsThanItMayHave) {
  options_.max_connections = 2;
  server_.play({{pause(0.05), send_text("HTTP/1.1 204 No Content\r\n\r\n")}});
  std::atomic<int> ended = 0;
  for (int i = 0; i < 8; ++i) {
    client().start(request(), std::chrono::steady_clock::now() + kLong,
                   operation_, [&ended](const HttpResult& result) {
                     EXPECT_TRUE(result);
                     ++ended;
                   });
  }
  while (ended < 8) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_LE(server_.received().connections_to("plain"), 2);
}

TEST_F(HttpClientTest, ACallThatIsCancelledEndsAtOnce) {
  server_.play({{pause(30)}});
  options_.first_byte_timeout = kLong;
  auto answer = std::async(std::launch::async, [this] { return get(); });
  while (server_.received().requests.empty()) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  const auto began = std::chrono::steady_clock::now();
  operation_.cancel();
  const HttpResult result = answer.get();
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(100));
  EXPECT_EQ(text_of(result),
            "the call to \"" + server_.peer() + "\" was stopped");
  EXPECT_EQ(result.error().error.code, ErrorCode::kCancelled);
  EXPECT_TRUE(result.error().may_have_arrived);
  // And those that are not begun are not.
  EXPECT_EQ(get().error().error.code, ErrorCode::kCancelled);
  EXPECT_EQ(server_.received().requests.size(), 1u);
}

TEST_F(HttpClientTest, TheEndOfTheClientIsTheEndOfItsCalls) {
  server_.play({{pause(30)}});
  std::atomic<int> cancelled = 0;
  for (int i = 0; i < 5; ++i) {
    client().start(request(), std::chrono::steady_clock::now() + kLong,
                   operation_, [&cancelled](const HttpResult& result) {
                     if (result.error().error.code == ErrorCode::kCancelled) {
                       ++cancelled;
                     }
                   });
  }
  const auto began = std::chrono::steady_clock::now();
  client_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(1'000));
  EXPECT_EQ(cancelled, 5);
}

TEST_F(HttpClientTest, ADeadlineThatIsOverSendsNothing) {
  server_.play({answer(200, "")});
  const HttpResult result = get(milliseconds(-1));
  ASSERT_FALSE(result);
  EXPECT_EQ(text_of(result),
            "no answer from \"" + server_.peer() +
                "\" before the deadline\nhint: try again, and check the "
                "server's load and its log");
  EXPECT_FALSE(result.error().may_have_arrived);
  EXPECT_EQ(server_.received().connections_to("plain"), 0);
}

TEST_F(HttpClientTest, ManyThreadsAndManyCallsGetTheirOwnAnswers) {
  server_.play({{echo()}});
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  (void)client();
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t, &right] {
      for (int i = 0; i < 25; ++i) {
        const std::string mine = std::to_string(t) + "/" + std::to_string(i);
        HttpRequest sent = request(HttpMethod::kGet);
        sent.body = body(mine);
        const HttpResult result = send(std::move(sent));
        if (result && result->body.expose() == mine) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
  EXPECT_EQ(operation_.counts().calls, 200u);
}

TEST(HttpClientOptions, AreChecked) {
  const auto refusal = [](HttpOptions options) {
    const auto client = HttpClient::open(std::move(options));
    if (client) return std::string();
    EXPECT_EQ(client.error().code, ErrorCode::kInvalidConfig);
    return to_string(client.error());
  };
  EXPECT_EQ(refusal({}), "a store has no address");
  HttpOptions options;
  options.origins = {"http://vault:8200"};
  EXPECT_EQ(refusal(options),
            "\"http://vault:8200\" is neither encrypted nor an address of this "
            "machine\nhint: use https://");
  options.origins = {"https://vault:8200"};
  options.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(refusal(options),
            "the CA file \"/nowhere/ca.pem\" cannot be read\nhint: name a PEM "
            "file that this user may read");
  options.ca_file.clear();
  options.client_cert = "/nowhere/cert.pem";
  EXPECT_EQ(refusal(options),
            "a client certificate and its key are named together\n"
            "hint: name both, or neither");
  options.client_key = "/nowhere/key.pem";
  EXPECT_EQ(refusal(options),
            "the client certificate \"/nowhere/cert.pem\" cannot be read\n"
            "hint: name a PEM file that this user may read");
  options.client_cert = "/dev/null";
  EXPECT_EQ(refusal(options),
            "the client key \"/nowhere/key.pem\" cannot be read\n"
            "hint: name a PEM file that this user may read");
}

// Wrong, but nothing that the client could know.
TEST_F(HttpClientTest, WhatFollowsAnAnswerBelongsToNobody) {
  server_.play({{send_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                           "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
                           "bad")},
                answer(200, "good")});
  EXPECT_EQ(text_of(get()), "200 ok");
  EXPECT_EQ(text_of(get()), "200 good");
}

}  // namespace
}  // namespace sotto
