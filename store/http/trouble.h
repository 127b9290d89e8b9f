// SPDX-License-Identifier: Apache-2.0
//
// Every way in which a call can end without an answer, and its words. Internal
// to store/.

#ifndef SOTTO_STORE_HTTP_TROUBLE_H_
#define SOTTO_STORE_HTTP_TROUBLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/http/client.h"

namespace sotto {

enum class HttpTrouble : std::uint8_t {
  // Before the request was sent.
  kNoName,
  kRefused,
  kNoRoute,
  kNotConnected,
  kConnectTimeout,
  kHandshake,
  kOldTls,
  kOtherName,
  kExpired,
  kNotYetValid,
  kUnknownAuthority,
  kCertificate,
  kClientCertificateWanted,
  kClientCertificateRefused,
  kCertificateFiles,
  // After it.
  kFirstByteTimeout,
  kNoAnswer,
  kBrokenOff,
  kNotHttp,
  kEncoded,
  kElsewhere,
  kTooLarge,
  kHeadTooLarge,
  // At any time.
  kDeadline,
  kCancelled,
  kNoMemory,
};

// What others' numbers mean: errno of a connection that was not made, what
// OpenSSL says of a certificate (X509_V_ERR_...), an alert of TLS (RFC 8446,
// 6.2) that the peer sent or that its old protocol made us send.
HttpTrouble trouble_of_connect(long system_error);
HttpTrouble trouble_of_certificate(long verify_result);
std::optional<HttpTrouble> trouble_of_alert(int number, bool we_sent,
                                            bool have_certificate);

// `peer` as in HttpMessage. `sent` is whether all of the request was given to
// the system to send. No exception; kNoMemory where there is none for the
// words.
HttpFailure http_failure(HttpTrouble trouble, std::string_view peer,
                         bool sent) noexcept;

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_TROUBLE_H_
