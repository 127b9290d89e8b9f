// SPDX-License-Identifier: Apache-2.0
//
// What the HTTP client is put together from, without a network: addresses,
// dates, heads of answers, requests, the words of every trouble.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/http/client.h"
#include "store/http/curl_transport.h"
#include "store/http/date.h"
#include "store/http/head.h"
#include "store/http/message.h"
#include "store/http/trouble.h"
#include "store/http/wiping_malloc.h"

namespace sotto {
namespace {

std::string normal(std::string_view url) {
  const Result<std::string> origin = normal_origin(url);
  return origin ? *origin : to_string(origin.error());
}

TEST(NormalOrigin, HasOneSpelling) {
  EXPECT_EQ(normal("https://vault:8200"), "https://vault:8200");
  EXPECT_EQ(normal("HTTPS://Vault.Example.COM/"),
            "https://vault.example.com:443");
  EXPECT_EQ(normal("https://vault.example.com."),
            "https://vault.example.com:443");
  EXPECT_EQ(normal("https://10.0.0.7:08200"), "https://10.0.0.7:8200");
  EXPECT_EQ(normal("https://[2001:DB8:0:0::1]:8200"),
            "https://[2001:db8::1]:8200");
  EXPECT_EQ(normal("http://localhost"), "http://localhost:80");
  EXPECT_EQ(normal("http://127.0.0.9:1"), "http://127.0.0.9:1");
  EXPECT_EQ(normal("http://[0:0:0:0:0:0:0:1]:8200"), "http://[::1]:8200");
}

TEST(NormalOrigin, WhatTwoReadersCouldTakeForDifferentPlacesIsNone) {
  for (const char* const url : {"",
                                "vault:8200",
                                "ftp://vault",
                                "https://",
                                "https:///",
                                "https:/vault",
                                "https://vault:",
                                "https://vault:0",
                                "https://vault:65536",
                                "https://vault:+1",
                                "https://vault:-1",
                                "https://vault:1x",
                                "https://user@vault",
                                "https://user:hvs.secret@vault",
                                "https://vault/v1",
                                "https://vault?x",
                                "https://vault#x",
                                "https://vault\\@other",
                                "https://va ult",
                                "https://vault\r\nX: y",
                                "https://*.vault",
                                "https://[::1",
                                "https://::1",
                                "https://[fe80::1%1]",
                                "https://[x]",
                                "https://127.1",
                                "https://2130706433",
                                "https://0x7f.0.0.1",
                                "https://1.2.3.4.5",
                                "https://..",
                                "https://.",
                                "hvs.CAESIJ"}) {
    EXPECT_EQ(normal(url),
              "not the address of a server\n"
              "hint: expected https://HOST or https://HOST:PORT, without a "
              "path, a user or a password")
        << url;
  }
}

TEST(NormalOrigin, IsPlainOnThisMachineOnly) {
  EXPECT_EQ(normal("http://vault:8200"),
            "\"http://vault:8200\" is neither encrypted nor an address of this "
            "machine\nhint: use https://");
  for (const char* const url :
       {"http://localhost.example", "http://128.0.0.1", "http://0.0.0.0",
        "http://[::2]", "http://[::ffff:127.0.0.1]", "http://127.example"}) {
    EXPECT_FALSE(normal_origin(url)) << url;
  }
}

TEST(HttpDate, ReadsTheThreeFormsOfTheStandard) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784111777);
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT"), 1709251200);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-33 08:49:37 GMT"), 2014879777);
}

TEST(HttpDate, RefusesWhatIsNone) {
  for (const char* const text :
       {"", "0", "yesterday", "Sun, 06 Nov 1994 08:49:37", ",",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 2024 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, x", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun Nov 06 08:49:37 94", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(RetryAfter, IsSecondsOrADateAndAtMostAnHour) {
  constexpr std::int64_t kNow = 784111777;
  const auto seconds = [](std::string_view text) {
    const auto wait = parse_retry_after(text, kNow);
    return wait ? wait->count() : -1;
  };
  EXPECT_EQ(seconds("0"), 0);
  EXPECT_EQ(seconds("120"), 120);
  EXPECT_EQ(seconds("3601"), 3600);
  EXPECT_EQ(seconds("99999999999999999999999999"), 3600);
  EXPECT_EQ(seconds("Sun, 06 Nov 1994 08:50:37 GMT"), 60);
  EXPECT_EQ(seconds("Sun, 06 Nov 1994 08:40:37 GMT"), 0);
  EXPECT_EQ(seconds("Sun, 06 Nov 2094 08:40:37 GMT"), 3600);
  for (const char* const text : {"", "-1", "+1", "1.5", "1, 2", "soon", " 1"}) {
    EXPECT_EQ(seconds(text), -1) << text;
  }
}

TEST(HttpHead, KeepsWhatIsAskedForOfTheHeadThatCounts) {
  HttpHead head;
  for (const char* const line :
       {"HTTP/1.1 100 Continue\r\n", "Location: https://interim\r\n", "\r\n",
        "HTTP/1.1 503 Service Unavailable\r\n", "retry-AFTER:  7 \r\n",
        "LOCATION:https://vault/x\r\n", "Transfer-Encoding: Chunked\r\n",
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "no colon\r\n", "\r\n",
        "Retry-After: 9\r\n", "Content-Encoding: gzip\r\n"}) {
    EXPECT_EQ(head.add(line), HttpHead::Verdict::kGoOn) << line;
  }
  EXPECT_EQ(head.location(), "https://vault/x");
  EXPECT_EQ(head.date(), 784111777);
  EXPECT_EQ(head.retry_after(0), std::chrono::seconds(7));
}

TEST(HttpHead, ADateInRetryAfterIsSeenFromTheServersClock) {
  HttpHead head;
  (void)head.add("HTTP/1.1 429 Too Many Requests\r\n");
  (void)head.add("Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n");
  EXPECT_EQ(head.retry_after(784111770), std::chrono::seconds(17));
  (void)head.add("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(head.retry_after(784111770), std::chrono::seconds(10));
}

TEST(HttpHead, IsLimited) {
  HttpHead lines;
  for (std::size_t i = 0; i < kMaxHeadLines; ++i) {
    ASSERT_EQ(lines.add("A: b\r\n"), HttpHead::Verdict::kGoOn);
  }
  EXPECT_EQ(lines.add("A: b\r\n"), HttpHead::Verdict::kTooLarge);
  HttpHead bytes;
  EXPECT_EQ(bytes.add("A: " + std::string(kMaxHeadBytes - 3, 'b')),
            HttpHead::Verdict::kGoOn);
  EXPECT_EQ(bytes.add("\n"), HttpHead::Verdict::kTooLarge);
}

TEST(HttpHead, RefusesEncodingsThatNobodyAskedFor) {
  for (const char* const line :
       {"Content-Encoding: gzip\r\n", "content-encoding: br\r\n",
        "Content-Encoding:\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: deflate\r\n"}) {
    HttpHead head;
    EXPECT_EQ(head.add(line), HttpHead::Verdict::kEncoded) << line;
  }
  HttpHead head;
  EXPECT_EQ(head.add("Content-Encoding: identity\r\n"),
            HttpHead::Verdict::kGoOn);
}

const std::vector<std::string> kOrigins{"https://vault:8200"};

std::string refusal(const HttpRequest& request) {
  const auto message = make_message(request, kOrigins);
  if (message) return "";
  EXPECT_EQ(message.error().code, ErrorCode::kUsage);
  return to_string(message.error());
}

HttpRequest request_to(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

TEST(HttpMessage, LeavesThePathAsItIs) {
  const auto message = make_message(
      request_to("https://VAULT:8200/v1/a/../b//c%2e%2E?x=/../&y"), kOrigins);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->url, "https://vault:8200/v1/a/../b//c%2e%2E?x=/../&y");
  EXPECT_EQ(message->peer, "vault:8200");
}

TEST(HttpMessage, GoesNowhereElse) {
  EXPECT_EQ(refusal(request_to("https://vault:8201/v1")),
            "\"https://vault:8201\" is not an address that calls may go to\n"
            "hint: name it in the configuration of the store");
  EXPECT_NE(refusal(request_to("https://vault/v1")), "");
  EXPECT_NE(refusal(request_to("http://localhost:8200/v1")), "");
  const auto message =
      make_message(request_to("https://vault:8200@evil/v1"), kOrigins);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::kInvalidConfig);
}

TEST(HttpMessage, HasNoStrangePath) {
  for (const char* const path :
       {"", "?x", "/a b", "/a\r\nX: y", "/a#b", "/\xc3\xa4", "/a\\b", "/<a>"}) {
    EXPECT_EQ(
        refusal(request_to(std::string("https://vault:8200") + path)),
        "a path of \"https://vault:8200\" is none\nhint: expected /, then "
        "visible ASCII characters, encoded where a URL wants it")
        << path;
  }
}

TEST(HttpMessage, NoHeaderBecomesTwo) {
  HttpRequest request = request_to("https://vault:8200/v1");
  request.headers = {{"X-Vault-Namespace", "a\r\nX-Admin: yes"}};
  EXPECT_EQ(refusal(request),
            "the value of the header \"X-Vault-Namespace\" has a character "
            "that no header may have\nhint: expected visible ASCII characters "
            "and blanks");
  for (const char* const value : {"a\n", "a\r", "\t", "\x7f", "\xc3\xa4"}) {
    request.headers = {{"X-A", value}};
    EXPECT_NE(refusal(request), "") << value;
  }
  for (const char* const name :
       {"", "X A", "X:", "X\r\nY", "X\xc3\xa4", "(X)"}) {
    request.headers = {{name, "a"}};
    EXPECT_EQ(refusal(request),
              "a header has a name that is none\nhint: expected a word of "
              "visible ASCII characters")
        << name;
  }
  request.headers = {{"Host", "other"}};
  EXPECT_EQ(refusal(request), "the header \"Host\" is not the caller's");
  request.headers = {{"CONTENT-length", "1"}};
  EXPECT_NE(refusal(request), "");
}

TEST(HttpMessage, ACredentialIsCheckedAsAHeaderIsAndNeverTold) {
  HttpRequest request = request_to("https://vault:8200/v1");
  request.credential_header = "X-Vault-Token";
  request.credential = std::make_shared<SecretString>(
      SecretString::copy_of("hvs.canary\r\nX-Vault-Namespace: admin").value());
  const std::string told = refusal(request);
  EXPECT_EQ(told,
            "the value of the header \"X-Vault-Token\" has a character that no "
            "header may have\nhint: expected visible ASCII characters and "
            "blanks");
  request.credential =
      std::make_shared<SecretString>(SecretString::copy_of("hvs.good").value());
  const auto message = make_message(request, kOrigins);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->credential.expose(),
            std::string_view("X-Vault-Token: hvs.good\0", 24));
}

TEST(HttpMessage, AnEmptyValueIsSentAsOne) {
  HttpRequest request = request_to("https://vault:8200/v1");
  request.headers = {{"X-Empty", ""}, {"X-Full", "a b"}};
  const auto message = make_message(request, kOrigins);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->lines,
            (std::vector<std::string>{"X-Empty;", "X-Full: a b"}));
}

std::string words_of(HttpTrouble trouble) {
  return to_string(http_failure(trouble, "vault:8200", true).error);
}

TEST(HttpTrouble, HasItsWords) {
  EXPECT_EQ(words_of(HttpTrouble::kNoName),
            "cannot reach \"vault:8200\": its name has no address\nhint: check "
            "the name, and that this machine can look names up");
  EXPECT_EQ(words_of(HttpTrouble::kRefused),
            "cannot reach \"vault:8200\": connection refused\nhint: check that "
            "the server is running, and the port");
  EXPECT_EQ(words_of(HttpTrouble::kNoRoute),
            "cannot reach \"vault:8200\": no route to it\nhint: check this "
            "machine's network, its VPN and firewalls");
  EXPECT_EQ(words_of(HttpTrouble::kNotConnected),
            "cannot reach \"vault:8200\": the connection was not made\nhint: "
            "check this machine's network and its limit of open files");
  EXPECT_EQ(words_of(HttpTrouble::kConnectTimeout),
            "cannot reach \"vault:8200\": no connection in time\nhint: check "
            "the address, the network and firewalls in between");
  EXPECT_EQ(words_of(HttpTrouble::kHandshake),
            "cannot reach \"vault:8200\": the TLS handshake failed\nhint: "
            "check that this port speaks TLS");
  EXPECT_EQ(words_of(HttpTrouble::kOldTls),
            "cannot reach \"vault:8200\": it has no TLS 1.2 or newer\nhint: "
            "bring the server's TLS up to date");
  EXPECT_EQ(words_of(HttpTrouble::kOtherName),
            "cannot reach \"vault:8200\": its certificate is for another "
            "name\nhint: use a name that the certificate has");
  EXPECT_EQ(words_of(HttpTrouble::kExpired),
            "cannot reach \"vault:8200\": its certificate has expired\nhint: "
            "renew it, or set this machine's clock");
  EXPECT_EQ(
      words_of(HttpTrouble::kNotYetValid),
      "cannot reach \"vault:8200\": its certificate is not valid yet\nhint: "
      "set this machine's clock, or the server's certificate right");
  EXPECT_EQ(words_of(HttpTrouble::kUnknownAuthority),
            "cannot reach \"vault:8200\": nobody whom this machine trusts has "
            "signed its certificate\nhint: give the certificate of its "
            "authority as a CA file");
  EXPECT_EQ(words_of(HttpTrouble::kCertificate),
            "cannot reach \"vault:8200\": its certificate is not "
            "acceptable\nhint: check it with: openssl verify");
  EXPECT_EQ(words_of(HttpTrouble::kClientCertificateWanted),
            "cannot reach \"vault:8200\": it wants a client certificate\nhint: "
            "give one, with its key");
  EXPECT_EQ(
      words_of(HttpTrouble::kClientCertificateRefused),
      "cannot reach \"vault:8200\": it refuses the client certificate\nhint: "
      "check who has signed it, and that it has not expired");
  EXPECT_EQ(words_of(HttpTrouble::kCertificateFiles),
            "cannot reach \"vault:8200\": the CA file, client certificate or "
            "key cannot be used\nhint: give them as PEM, and the key that "
            "belongs to the certificate");
  EXPECT_EQ(words_of(HttpTrouble::kFirstByteTimeout),
            "no answer from \"vault:8200\" in time\nhint: check the server's "
            "load and its log");
  EXPECT_EQ(words_of(HttpTrouble::kNoAnswer),
            "\"vault:8200\" closed the connection without an answer\nhint: "
            "check the server's log, and what stands in between");
  EXPECT_EQ(words_of(HttpTrouble::kBrokenOff),
            "the answer of \"vault:8200\" broke off\nhint: check the server's "
            "log, and what stands in between");
  EXPECT_EQ(words_of(HttpTrouble::kNotHttp),
            "\"vault:8200\" does not speak HTTP\nhint: check the port");
  EXPECT_EQ(
      words_of(HttpTrouble::kEncoded),
      "the answer of \"vault:8200\" is encoded in a way that was not asked "
      "for\nhint: check what stands between this machine and the server");
  EXPECT_EQ(words_of(HttpTrouble::kElsewhere),
            "the answer of \"vault:8200\" came from another address\nhint: "
            "report this");
  EXPECT_EQ(words_of(HttpTrouble::kTooLarge),
            "the answer of \"vault:8200\" is too large\nhint: check that this "
            "is the address of the store");
  EXPECT_EQ(words_of(HttpTrouble::kHeadTooLarge),
            "the answer of \"vault:8200\" has too large a head\nhint: check "
            "that this is the address of the store");
  EXPECT_EQ(words_of(HttpTrouble::kDeadline),
            "no answer from \"vault:8200\" before the deadline\nhint: try "
            "again, and check the server's load and its log");
  EXPECT_EQ(words_of(HttpTrouble::kCancelled),
            "the call to \"vault:8200\" was stopped");
  EXPECT_EQ(words_of(HttpTrouble::kNoMemory),
            "no memory for the call to \"vault:8200\"");
}

TEST(HttpTrouble, NothingArrivesOverAConnectionThatWasNotMade) {
  for (int i = 0; i <= static_cast<int>(HttpTrouble::kNoMemory); ++i) {
    const auto trouble = static_cast<HttpTrouble>(i);
    const HttpFailure sent = http_failure(trouble, "a:1", true);
    EXPECT_EQ(sent.may_have_arrived, trouble > HttpTrouble::kCertificateFiles)
        << sent.error.message;
    EXPECT_FALSE(http_failure(trouble, "a:1", false).may_have_arrived);
    EXPECT_TRUE(!sent.may_repeat || sent.error.code == ErrorCode::kUnreachable)
        << sent.error.message;
  }
}

TEST(HttpTrouble, OthersNumbersAreUnderstood) {
  EXPECT_EQ(trouble_of_connect(ECONNREFUSED), HttpTrouble::kRefused);
  EXPECT_EQ(trouble_of_connect(ENETUNREACH), HttpTrouble::kNoRoute);
  EXPECT_EQ(trouble_of_connect(EHOSTUNREACH), HttpTrouble::kNoRoute);
  EXPECT_EQ(trouble_of_connect(ETIMEDOUT), HttpTrouble::kConnectTimeout);
  EXPECT_EQ(trouble_of_connect(EMFILE), HttpTrouble::kNotConnected);
  EXPECT_EQ(trouble_of_certificate(20), HttpTrouble::kUnknownAuthority);
  EXPECT_EQ(trouble_of_certificate(23), HttpTrouble::kCertificate);
  EXPECT_EQ(trouble_of_alert(70, true, false), HttpTrouble::kOldTls);
  EXPECT_EQ(trouble_of_alert(116, false, true),
            HttpTrouble::kClientCertificateWanted);
  EXPECT_EQ(trouble_of_alert(42, false, false),
            HttpTrouble::kClientCertificateWanted);
  EXPECT_EQ(trouble_of_alert(45, false, true),
            HttpTrouble::kClientCertificateRefused);
  EXPECT_EQ(trouble_of_alert(48, true, false), std::nullopt);
  EXPECT_EQ(trouble_of_alert(0, false, false), std::nullopt);
}

TEST(WipingMalloc, GrowsWithItsContentAndTakesAnythingBack) {
  char* text = wiping::duplicate("canary");
  ASSERT_NE(text, nullptr);
  text = static_cast<char*>(wiping::reallocate(text, 1000));
  ASSERT_NE(text, nullptr);
  EXPECT_STREQ(text, "canary");
  text = static_cast<char*>(wiping::reallocate(text, 3));
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(std::string_view(text, 3), "can");
  wiping::release(text);
  wiping::release(nullptr);
  char* const zeros = static_cast<char*>(wiping::allocate_zeroed(3, 5));
  ASSERT_NE(zeros, nullptr);
  EXPECT_EQ(std::string(zeros, 15), std::string(15, '\0'));
  wiping::release(zeros);
  wiping::release(wiping::reallocate(nullptr, 7));
}

TEST(CurlTransport, SaysThatTheLibraryIsNotThere) {
  HttpOptions options;
  options.origins = {"https://vault:8200"};
  const auto transport =
      CurlTransport::open(options, "libthere-is-none-of-this-name.so.9");
  ASSERT_FALSE(transport);
  EXPECT_EQ(transport.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(to_string(transport.error()),
            "libcurl is not installed\n"
            "hint: install it, as in: apt-get install libcurl4");
}

TEST(CurlTransport, SaysThatTheLibraryIsTooOld) {
  HttpOptions options;
  options.origins = {"https://vault:8200"};
  const auto transport = CurlTransport::open(options, "libsodium.so.23");
  ASSERT_FALSE(transport);
  EXPECT_EQ(to_string(transport.error()),
            "libcurl is older than 7.85\nhint: install a newer one");
}

}  // namespace
}  // namespace sotto
