// SPDX-License-Identifier: Apache-2.0
//
// How many calls are made, when again, and how they end.

#include "store/http/call_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/http/call_window.h"
#include "store/http/retry_policy.h"
#include "tests/store/testing_fault_server.h"

namespace sotto {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::answer;
using testing::close_it;
using testing::FaultServer;
using testing::pause;
using testing::send_text;

TEST(CallWindow, GrowsByOneARoundTripAndNoFurtherThanItMay) {
  CallWindow window(4, 6);
  EXPECT_EQ(window.size(), 4u);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::uint64_t> calls;
    const std::size_t before = window.size();
    while (window.has_room()) calls.push_back(window.begin());
    EXPECT_EQ(calls.size(), before);
    for (const std::uint64_t call : calls) {
      window.end(call, CallWindow::End::kAnswered);
    }
    EXPECT_LE(window.size(), before + 1);
  }
  EXPECT_EQ(window.size(), 6u);
  EXPECT_EQ(window.under_way(), 0u);
}

TEST(CallWindow, IsHalvedOnceARoundTripAndNeverShut) {
  CallWindow window(64, 128);
  std::vector<std::uint64_t> calls;
  while (window.has_room()) calls.push_back(window.begin());
  for (const std::uint64_t call : calls) {
    window.end(call, CallWindow::End::kRefusedAsTooMuch);
  }
  EXPECT_EQ(window.size(), 32u);
  for (int i = 0; i < 10; ++i) {
    window.end(window.begin(), CallWindow::End::kRefusedAsTooMuch);
  }
  EXPECT_EQ(window.size(), 1u);
  EXPECT_TRUE(window.has_room());
  window.end(window.begin(), CallWindow::End::kNoAnswer);
  EXPECT_EQ(window.size(), 1u);
}

TEST(CallWindow, OfNothingIsOne) {
  CallWindow window(0, 0);
  EXPECT_EQ(window.size(), 1u);
}

TEST(RetryBudget, HasTenAndTwoMoreForFiveCalls) {
  RetryBudget budget;
  int taken = 0;
  while (budget.take()) ++taken;
  EXPECT_EQ(taken, 10);
  for (int i = 0; i < 100; ++i) budget.call_made();
  while (budget.take()) ++taken;
  EXPECT_NEAR(taken, 50, 1);
  for (int i = 0; i < 10'000; ++i) budget.call_made();
  for (taken = 0; budget.take();) ++taken;
  EXPECT_EQ(taken, 100);
}

CallResult answered(int status,
                    std::optional<std::chrono::seconds> retry_after = {}) {
  HttpResponse response;
  response.status = status;
  response.retry_after = retry_after;
  return response;
}

CallResult failed(bool may_repeat, bool may_have_arrived) {
  return tl::unexpected(HttpFailure{{}, may_repeat, may_have_arrived});
}

TEST(RetryPolicy, RepeatsWhatMayPassAndNothingElse) {
  const std::vector<int> passing{408, 412, 429, 473, 500, 502, 503, 504};
  for (int status = 200; status < 600; ++status) {
    EXPECT_EQ(may_repeat(answered(status), true),
              std::ranges::count(passing, status) == 1)
        << status;
  }
}

TEST(RetryPolicy, W4WhatMayHaveBeenDoneIsNotDoneAgain) {
  const std::vector<int> turned_away{412, 429, 473, 503};
  for (int status = 200; status < 600; ++status) {
    EXPECT_EQ(may_repeat(answered(status), false),
              std::ranges::count(turned_away, status) == 1)
        << status;
  }
  EXPECT_TRUE(may_repeat(failed(true, false), false));
  EXPECT_FALSE(may_repeat(failed(true, true), false));
  EXPECT_TRUE(may_repeat(failed(true, true), true));
  EXPECT_FALSE(may_repeat(failed(false, false), true));
}

TEST(RetryPolicy, WaitsUnderACeilingThatDoubles) {
  const CallRunnerOptions options;
  const auto wait = [&](int tries, double random) {
    return wait_before_retry(options, tries, answered(503), random).count();
  };
  EXPECT_EQ(wait(1, 1), 100);
  EXPECT_EQ(wait(2, 1), 200);
  EXPECT_EQ(wait(3, 1), 400);
  EXPECT_EQ(wait(4, 1), 800);
  EXPECT_EQ(wait(4, 0.25), 200);
  EXPECT_EQ(wait(1, 0), 0);
  EXPECT_EQ(wait(100, 1), 10'000);
}

TEST(RetryPolicy, WaitsNoLessThanTheServerAsksFor) {
  const CallRunnerOptions options;
  const CallResult busy = answered(429, std::chrono::seconds(3));
  EXPECT_EQ(wait_before_retry(options, 1, busy, 0), milliseconds(3'000));
  EXPECT_EQ(wait_before_retry(options, 1, busy, 1), milliseconds(3'100));
}

class CallRunnerTest : public ::testing::Test {
 protected:
  CallRunnerTest() {
    HttpOptions options;
    options.origins = {server_.origin(), server_.origin("closed")};
    auto opened = HttpClient::open(options);
    if (!opened) ADD_FAILURE() << to_string(opened.error());
    client_ = std::move(*opened);
    options_.first_wait = milliseconds(4);
  }

  Call call(std::string port = "plain", bool idempotent = true) {
    return {.request =
                [this, port] {
                  ++requests_made_;
                  HttpRequest request;
                  request.url = server_.origin(port) + "/v1/a";
                  return Result<HttpRequest>(std::move(request));
                },
            .idempotent = idempotent};
  }
  CallResult run(const Call& one) {
    return CallRunner(*client_, options_).run(one, operation_);
  }
  std::vector<CallResult> run(std::size_t count) {
    const std::vector<Call> calls(count, call());
    return CallRunner(*client_, options_).run(calls, operation_);
  }

  FaultServer& server_ = FaultServer::plain();
  std::unique_ptr<HttpClient> client_;
  CallRunnerOptions options_;
  Operation operation_{std::chrono::seconds(10)};
  std::atomic<int> requests_made_ = 0;
};

TEST_F(CallRunnerTest, AnswersComeInTheOrderOfTheCalls) {
  server_.play({{testing::echo()}});
  std::vector<Call> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back({.request = [this, i]() -> Result<HttpRequest> {
      HttpRequest request;
      request.url = server_.origin() + "/v1/a";
      auto body = std::make_shared<WipedBuffer>();
      (void)body->append(std::to_string(i));
      request.body = body;
      return request;
    }});
  }
  const auto results = CallRunner(*client_).run(calls, operation_);
  ASSERT_EQ(results.size(), 200u);
  for (int i = 0; i < 200; ++i) {
    const CallResult& result = results[static_cast<std::size_t>(i)];
    ASSERT_TRUE(result) << result.error().error.message;
    EXPECT_EQ(result->body.expose(), std::to_string(i));
  }
  EXPECT_EQ(operation_.counts().calls, 200u);
  EXPECT_EQ(operation_.counts().retries, 0u);
}

TEST_F(CallRunnerTest, NoCallsAreNoAnswers) { EXPECT_TRUE(run(0).empty()); }

TEST_F(CallRunnerTest, TroubleThatPassesIsNotSeen) {
  server_.play({{close_it()},
                answer(503, ""),
                answer(429, ""),
                answer(200, "in the end")});
  const CallResult result = run(call());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body.expose(), "in the end");
  EXPECT_EQ(requests_made_, 4);  // Each with the credential of its moment.
  EXPECT_EQ(operation_.counts().retries, 3u);
  EXPECT_EQ(operation_.counts().calls, 4u);
}

TEST_F(CallRunnerTest, N2FiveTriesAreEnough) {
  server_.play({answer(503, "")});
  const CallResult result = run(call());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(server_.received().requests.size(), 5u);
  EXPECT_EQ(requests_made_, 5);
}

TEST_F(CallRunnerTest, N2WhatIsRefusedForGoodIsAskedOnce) {
  for (const int status : {400, 401, 403, 404, 405, 409, 413, 501}) {
    server_.play({answer(status, "")});
    EXPECT_EQ(run(call())->status, status);
    EXPECT_EQ(server_.received().requests.size(), 1u) << status;
  }
}

TEST_F(CallRunnerTest, W4ACallThatMayHaveArrivedIsMadeOnce) {
  server_.play({{close_it()}});
  const CallResult result = run(call("plain", false));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().may_have_arrived);
  server_.play({answer(500, "")});
  EXPECT_EQ(run(call("plain", false))->status, 500);
  EXPECT_EQ(server_.received().requests.size(), 1u);
}

TEST_F(CallRunnerTest, ACallThatCannotHaveArrivedIsMadeAgain) {
  const CallResult result = run(call("closed", false));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kUnreachable);
  EXPECT_EQ(requests_made_, 5);
}

TEST_F(CallRunnerTest, ARequestThatCannotBeMadeIsAnAnswerOfItsOwn) {
  server_.play({answer(200, "")});
  const std::vector<Call> calls{call(),
                                {.request = []() -> Result<HttpRequest> {
                                  return fail(ErrorCode::kForbidden,
                                              "no token");
                                }},
                                call()};
  const auto results = CallRunner(*client_).run(calls, operation_);
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().error.message, "no token");
  EXPECT_FALSE(results[1].error().may_have_arrived);
  EXPECT_TRUE(results[2]);
}

TEST_F(CallRunnerTest, ARequestMayNeedCallsItself) {
  server_.play({answer(200, "")});
  options_.initial_window = options_.max_window = 1;
  CallRunner runner(*client_, options_);
  const Call outer{.request = [&]() -> Result<HttpRequest> {
    EXPECT_TRUE(runner.run(call(), operation_));  // A login, say.
    return call().request();
  }};
  EXPECT_TRUE(runner.run(outer, operation_));
  EXPECT_EQ(server_.received().requests.size(), 2u);
}

TEST_F(CallRunnerTest, TheServersWishIsObeyed) {
  server_.play({answer(429, "", "Retry-After: 1\r\n"), answer(200, "")});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run(call())->status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(1'000));
}

TEST_F(CallRunnerTest, N1AWishBeyondTheDeadlineEndsTheCallAtOnce) {
  server_.play({answer(503, "", "Retry-After: 3600\r\n")});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run(call())->status, 503);
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(500));
  EXPECT_EQ(server_.received().requests.size(), 1u);
}

TEST_F(CallRunnerTest, N1EverythingEndsAtTheDeadline) {
  server_.play({{pause(30)}});
  options_.max_window = options_.initial_window = 4;
  Operation operation(milliseconds(300));
  const std::vector<Call> calls(12, call());
  const auto results = CallRunner(*client_, options_).run(calls, operation);
  EXPECT_LT(std::chrono::steady_clock::now(),
            operation.deadline() + milliseconds(100));
  int sent = 0;
  for (const CallResult& result : results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.code, ErrorCode::kUnreachable);
    if (result.error().may_have_arrived) {
      ++sent;
    } else {
      EXPECT_EQ(to_string(result.error().error),
                "the time was over before it could be sent\n"
                "hint: try again, or ask for less at once");
    }
  }
  EXPECT_EQ(sent, 4);
}

TEST_F(CallRunnerTest, CancellationEndsEverythingInATenthOfASecond) {
  server_.play({{pause(30)}});
  options_.max_window = options_.initial_window = 4;
  std::thread stopper([this] {
    while (server_.received().requests.size() < 4) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    operation_.cancel();
  });
  const auto results = run(12);
  stopper.join();
  int waiting = 0;
  for (const CallResult& result : results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.code, ErrorCode::kCancelled);
    waiting += result.error().error.message == "stopped before it was sent";
  }
  EXPECT_EQ(waiting, 8);
  const auto began = std::chrono::steady_clock::now();
  (void)run(12);
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(100));
}

TEST_F(CallRunnerTest, NoMoreCallsSideBySideThanTheWindowHas) {
  server_.play({{pause(0.02), send_text("HTTP/1.1 204 No Content\r\n\r\n")}});
  options_.initial_window = options_.max_window = 3;
  for (const CallResult& result : run(30)) EXPECT_TRUE(result);
  EXPECT_LE(server_.received().connections_to("plain"), 3);
}

// The goal: under 30 % of 429 and 503 at most one and a half times the calls.
TEST_F(CallRunnerTest, AStoreInTroubleIsAskedLess) {
  std::vector<Answer> answers;
  for (int i = 0; i < 1'000; ++i) {
    answers.push_back(i % 10 < 3 ? answer(i % 2 == 0 ? 503 : 429, "")
                                 : answer(200, ""));
  }
  server_.play(answers);
  std::size_t good = 0;
  for (const CallResult& result : run(100)) {
    good += result && result->status == 200;
  }
  const std::size_t calls = server_.received().requests.size();
  EXPECT_LE(calls, 150u);
  EXPECT_EQ(operation_.counts().calls, calls);
  EXPECT_GE(good, 90u);
}

TEST_F(CallRunnerTest, AStoreThatIsDownIsNotAskedByAllForLong) {
  server_.play({answer(503, "")});
  for (const CallResult& result : run(100)) EXPECT_EQ(result->status, 503);
  EXPECT_LE(server_.received().requests.size(), 150u);
}

TEST_F(CallRunnerTest, ThreadsShareTheWindow) {
  server_.play({{pause(0.005), send_text("HTTP/1.1 204 No Content\r\n\r\n")}});
  options_.initial_window = options_.max_window = 4;
  CallRunner runner(*client_, options_);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const std::vector<Call> calls(10, call());
      for (const CallResult& result : runner.run(calls, operation_)) {
        good += result.has_value();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
  EXPECT_LE(server_.received().connections_to("plain"), 4);
}

}  // namespace
}  // namespace sotto
