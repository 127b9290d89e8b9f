// SPDX-License-Identifier: Apache-2.0
//
// V19: whom the HTTP client trusts, and what it says of whom it does not.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store/http/client.h"
#include "tests/store/testing_fault_server.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing::answer;
using testing::FaultServer;

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    server_.play({answer(200, "trusted")});
    options_.ca_file = FaultServer::tls_folder() / "ca.pem";
    options_.connect_timeout = std::chrono::milliseconds(2'000);
  }

  // The answer's body, or what is wrong.
  std::string ask(const std::string& port,
                  const std::string& host = "127.0.0.1") {
    const std::string origin =
        "https://" + host + ":" + std::to_string(server_.port(port));
    options_.origins = {origin};
    const auto client = HttpClient::open(options_);
    if (!client) return to_string(client.error());
    Operation operation(std::chrono::seconds(10));
    HttpRequest request;
    request.url = origin + "/v1/a";
    request.credential_header = "X-Vault-Token";
    request.credential = std::make_shared<SecretString>(
        SecretString::copy_of("hvs.the-token").value());
    const HttpResult result =
        (*client)->send(std::move(request), operation.deadline(), operation);
    if (result) return std::string(result->body.expose());
    EXPECT_FALSE(result.error().may_have_arrived);
    return to_string(result.error().error);
  }
  std::string unreached(const std::string& port, const std::string& words) {
    return "cannot reach \"" + server_.peer(port) + "\": " + words;
  }

  FaultServer& server_ = FaultServer::tls();
  HttpOptions options_;
};

TEST_F(HttpTlsTest, WhatTheAuthorityHasSignedIsTrusted) {
  EXPECT_EQ(ask("good"), "trusted");
  EXPECT_EQ(ask("good", "localhost"), "trusted");
}

TEST_F(HttpTlsTest, V19WhatItHasNotSignedIsRefused) {
  const std::string words =
      "nobody whom this machine trusts has signed its certificate\nhint: give "
      "the certificate of its authority as a CA file";
  EXPECT_EQ(ask("self-signed"), unreached("self-signed", words));
  options_.ca_file.clear();
  EXPECT_EQ(ask("good"), unreached("good", words));
  EXPECT_TRUE(server_.received().requests.empty());
}

TEST_F(HttpTlsTest, V19ACertificateOfAnotherNameIsRefused) {
  EXPECT_EQ(ask("wrong-name"),
            unreached("wrong-name",
                      "its certificate is for another name\nhint: use a name "
                      "that the certificate has"));
  EXPECT_TRUE(server_.received().requests.empty());
}

TEST_F(HttpTlsTest, V19ACertificateCountsInItsTimeOnly) {
  EXPECT_EQ(ask("expired"),
            unreached("expired",
                      "its certificate has expired\nhint: renew it, or set "
                      "this machine's clock"));
  EXPECT_EQ(ask("early"),
            unreached("early",
                      "its certificate is not valid yet\nhint: set this "
                      "machine's clock, or the server's certificate right"));
  EXPECT_TRUE(server_.received().requests.empty());
}

TEST_F(HttpTlsTest, V19OldTlsIsRefused) {
  EXPECT_EQ(ask("old"), unreached("old",
                                  "it has no TLS 1.2 or newer\nhint: bring the "
                                  "server's TLS up to date"));
  EXPECT_TRUE(server_.received().requests.empty());
}

TEST_F(HttpTlsTest, V19NoVariableSwitchesItOff) {
  const char* const names[] = {"VAULT_SKIP_VERIFY", "SOTTO_SKIP_VERIFY",
                               "CURL_INSECURE", "SSL_NO_VERIFY",
                               "GIT_SSL_NO_VERIFY"};
  for (const char* const name : names) ::setenv(name, "1", 1);
  EXPECT_NE(ask("self-signed"), "trusted");
  for (const char* const name : names) ::unsetenv(name);
}

TEST_F(HttpTlsTest, WhatDoesNotSpeakTlsIsSaidToBeSo) {
  EXPECT_EQ(ask("other"), unreached("other",
                                    "no connection in time\nhint: "
                                    "check the address, the network "
                                    "and firewalls in between"));
  server_.play({{testing::unread(), testing::send_text("HTTP/1.1 400 No\r\n"),
                 testing::close_it()}});
  EXPECT_EQ(ask("plain"), unreached("plain",
                                    "the TLS handshake failed\nhint: check "
                                    "that this port speaks TLS"));
}

TEST_F(HttpTlsTest, AClientCertificateIsSentAndItsLackSaid) {
  EXPECT_EQ(ask("client"),
            unreached("client",
                      "it wants a client certificate\nhint: give one, with its "
                      "key"));
  options_.client_cert = FaultServer::tls_folder() / "self-signed.pem";
  options_.client_key = FaultServer::tls_folder() / "self-signed.key";
  EXPECT_EQ(ask("client"),
            unreached("client",
                      "it refuses the client certificate\nhint: check who has "
                      "signed it, and that it has not expired"));
  EXPECT_TRUE(server_.received().requests.empty());
  options_.client_cert = FaultServer::tls_folder() / "good.pem";
  options_.client_key = FaultServer::tls_folder() / "good.key";
  EXPECT_EQ(ask("client"), "trusted");
}

TEST_F(HttpTlsTest, FilesThatAreNotWhatTheyShouldBeAreSaid) {
  const TempFolder folder;
  const auto broken = folder / "broken.pem";
  write_file(broken, "not a certificate");
  const std::string words =
      "the CA file, client certificate or key cannot be used\nhint: give them "
      "as PEM, and the key that belongs to the certificate";
  options_.client_cert = broken;
  options_.client_key = FaultServer::tls_folder() / "good.key";
  EXPECT_EQ(ask("good"), unreached("good", words));
  options_.client_cert = FaultServer::tls_folder() / "good.pem";
  options_.client_key = FaultServer::tls_folder() / "early.key";
  EXPECT_EQ(ask("good"), unreached("good", words));
  options_.client_cert.clear();
  options_.client_key.clear();
  options_.ca_file = broken;
  EXPECT_EQ(ask("good"), unreached("good", words));
}

TEST_F(HttpTlsTest, NoSessionKeyIsWrittenToAFile) {
  const TempFolder folder;
  const auto log = folder / "keys.log";
  ::setenv("SSLKEYLOGFILE", log.c_str(), 1);
  EXPECT_EQ(ask("good"), "trusted");
  ::unsetenv("SSLKEYLOGFILE");
  std::error_code ignored;
  EXPECT_TRUE(!std::filesystem::exists(log) ||
              std::filesystem::file_size(log, ignored) == 0);
}

}  // namespace
}  // namespace sotto
