// SPDX-License-Identifier: Apache-2.0

#include "store/http/trouble.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <new>

namespace sotto {
namespace {

using enum HttpTrouble;

struct Row {
  HttpTrouble trouble;
  ErrorCode code;
  bool may_repeat;
  bool before_sending;
  // Before and after the peer's name.
  std::string_view before;
  std::string_view after;
  std::string_view hint;
};

constexpr ErrorCode kNoContact = ErrorCode::kUnreachable;
constexpr ErrorCode kWrong = ErrorCode::kMalformed;
constexpr std::string_view kReach = "cannot reach ";
constexpr std::string_view kAnswer = "the answer of ";
constexpr std::string_view kNone = "no answer from ";

// clang-format off
constexpr std::array kTable{
    //  trouble            code        repeat before
    Row{kNoName,           kNoContact, true,  true, kReach, ": its name has no address",
        "check the name, and that this machine can look names up"},
    Row{kRefused,          kNoContact, true,  true, kReach, ": connection refused",
        "check that the server is running, and the port"},
    Row{kNoRoute,          kNoContact, true,  true, kReach, ": no route to it",
        "check this machine's network, its VPN and firewalls"},
    Row{kNotConnected,     kNoContact, true,  true, kReach, ": the connection was not made",
        "check this machine's network and its limit of open files"},
    Row{kConnectTimeout,   kNoContact, true,  true, kReach, ": no connection in time",
        "check the address, the network and firewalls in between"},
    Row{kHandshake,        kNoContact, true,  true, kReach, ": the TLS handshake failed",
        "check that this port speaks TLS"},
    Row{kOldTls,           kNoContact, false, true, kReach, ": it has no TLS 1.2 or newer",
        "bring the server's TLS up to date"},
    Row{kOtherName,        kNoContact, false, true, kReach, ": its certificate is for another name",
        "use a name that the certificate has"},
    Row{kExpired,          kNoContact, false, true, kReach, ": its certificate has expired",
        "renew it, or set this machine's clock"},
    Row{kNotYetValid,      kNoContact, false, true, kReach, ": its certificate is not valid yet",
        "set this machine's clock, or the server's certificate right"},
    Row{kUnknownAuthority, kNoContact, false, true, kReach, ": nobody whom this machine trusts has signed its certificate",
        "give the certificate of its authority as a CA file"},
    Row{kCertificate,      kNoContact, false, true, kReach, ": its certificate is not acceptable",
        "check it with: openssl verify"},
    Row{kClientCertificateWanted, kNoContact, false, true, kReach, ": it wants a client certificate",
        "give one, with its key"},
    Row{kClientCertificateRefused, kNoContact, false, true, kReach, ": it refuses the client certificate",
        "check who has signed it, and that it has not expired"},
    Row{kCertificateFiles, ErrorCode::kInvalidConfig, false, true, kReach, ": the CA file, client certificate or key cannot be used",
        "give them as PEM, and the key that belongs to the certificate"},
    Row{kFirstByteTimeout, kNoContact, true,  false, kNone, " in time",
        "check the server's load and its log"},
    Row{kNoAnswer,         kNoContact, true,  false, "", " closed the connection without an answer",
        "check the server's log, and what stands in between"},
    Row{kBrokenOff,        kNoContact, true,  false, kAnswer, " broke off",
        "check the server's log, and what stands in between"},
    Row{kNotHttp,          kWrong,     false, false, "", " does not speak HTTP",
        "check the port"},
    Row{kEncoded,          kWrong,     false, false, kAnswer, " is encoded in a way that was not asked for",
        "check what stands between this machine and the server"},
    Row{kElsewhere,        kWrong,     false, false, kAnswer, " came from another address",
        "report this"},
    Row{kTooLarge,         ErrorCode::kLimit, false, false, kAnswer, " is too large",
        "check that this is the address of the store"},
    Row{kHeadTooLarge,     ErrorCode::kLimit, false, false, kAnswer, " has too large a head",
        "check that this is the address of the store"},
    Row{kDeadline,         kNoContact, false, false, kNone, " before the deadline",
        "try again, and check the server's load and its log"},
    Row{kCancelled,        ErrorCode::kCancelled, false, false, "the call to ", " was stopped", ""},
    Row{kNoMemory,         ErrorCode::kNoMemory, false, false, "no memory for the call to ", "", ""},
};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].trouble) != i) return false;
  }
  return kTable.size() == static_cast<std::size_t>(kNoMemory) + 1;
}
static_assert(in_order());

}  // namespace

// X509_V_ERR_..., from openssl/x509_vfy.h.
HttpTrouble trouble_of_certificate(long verify_result) {
  switch (verify_result) {
    case 0:   // The chain is fine, so it is the name; or it was not told,
    case 1:   // as libcurl looks at the name itself.
    case 62:  // HOSTNAME_MISMATCH
    case 64:  // IP_ADDRESS_MISMATCH
      return kOtherName;
    case 9:
      return kNotYetValid;
    case 10:
      return kExpired;
    case 2:   // UNABLE_TO_GET_ISSUER_CERT
    case 18:  // DEPTH_ZERO_SELF_SIGNED_CERT
    case 19:  // SELF_SIGNED_CERT_IN_CHAIN
    case 20:  // UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    case 21:  // UNABLE_TO_VERIFY_LEAF_SIGNATURE
      return kUnknownAuthority;
    default:
      return kCertificate;
  }
}

HttpTrouble trouble_of_connect(long system_error) {
  switch (system_error) {
    case ECONNREFUSED:
      return kRefused;
    case EHOSTUNREACH:
    case ENETUNREACH:
      return kNoRoute;
    case ETIMEDOUT:
      return kConnectTimeout;
    default:
      return kNotConnected;
  }
}

// An alert that the peer sent (RFC 8446, 6.2), or that its old protocol made
// us send.
std::optional<HttpTrouble> trouble_of_alert(int number, bool we_sent,
                                            bool have_certificate) {
  if (number == 70) return kOldTls;
  if (we_sent) return std::nullopt;
  if (number == 116) return kClientCertificateWanted;
  if (number >= 42 && number <= 49) {
    return have_certificate ? kClientCertificateRefused
                            : kClientCertificateWanted;
  }
  return std::nullopt;
}

HttpFailure http_failure(HttpTrouble trouble, std::string_view peer,
                         bool sent) noexcept {
  const Row& row = kTable[static_cast<std::size_t>(trouble)];
  HttpFailure failure;
  failure.may_repeat = row.may_repeat;
  failure.may_have_arrived = sent && !row.before_sending;
  try {
    failure.error = {row.code,
                     fmt::format("{}\"{}\"{}", row.before, peer, row.after),
                     std::string(row.hint)};
  } catch (const std::bad_alloc&) {
    failure.error = {ErrorCode::kNoMemory, "no memory", {}};
    failure.may_repeat = false;
  }
  return failure;
}

}  // namespace sotto
