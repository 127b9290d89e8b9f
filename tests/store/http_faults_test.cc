// SPDX-License-Identifier: Apache-2.0
//
// However an answer breaks, the call ends in time, in words of ours, and with
// the truth about whether it may be made again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "store/http/client.h"
#include "tests/store/testing_faults.h"

namespace sotto {
namespace {

using std::chrono::milliseconds;
using testing::Fault;
using testing::FaultServer;

class HttpFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(HttpFaultTest, V10EndsInTimeAndInOurWords) {
  const Fault& fault = GetParam();
  FaultServer& server = FaultServer::plain();
  HttpOptions options;
  options.origins = {server.origin()};
  options.first_byte_timeout = milliseconds(300);
  const auto client = HttpClient::open(options);
  ASSERT_TRUE(client) << to_string(client.error());
  server.play({fault.steps});
  const milliseconds limit(fault.takes_all_the_time ? 500 : 10'000);
  Operation operation(limit);
  HttpRequest request;
  request.url = server.origin() + "/v1/a";
  const HttpResult result =
      (*client)->send(std::move(request), operation.deadline(), operation);
  EXPECT_LT(std::chrono::steady_clock::now(),
            operation.deadline() + milliseconds(200));
  ASSERT_FALSE(result) << result->status;
  const std::string text = to_string(result.error().error);
  EXPECT_EQ(text, words_of(fault, server.peer()));
  EXPECT_EQ(result.error().error.code, fault.code);
  EXPECT_EQ(result.error().may_repeat, fault.may_repeat);
  EXPECT_TRUE(result.error().may_have_arrived);
  EXPECT_EQ(text.find(std::string(testing::kFaultCanary, 8)), text.npos);
}

INSTANTIATE_TEST_SUITE_P(, HttpFaultTest,
                         ::testing::ValuesIn(testing::framing_faults()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace sotto
