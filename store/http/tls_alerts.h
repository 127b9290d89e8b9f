// SPDX-License-Identifier: Apache-2.0
//
// Why a TLS connection was refused, by the number of the alert (RFC 8446, 6):
// libcurl tells it in words only. Internal to store/.

#ifndef SOTTO_STORE_HTTP_TLS_ALERTS_H_
#define SOTTO_STORE_HTTP_TLS_ALERTS_H_

#include <cstdint>

namespace sotto {

// Gets the alerts of the connections that are served by this thread.
class TlsAlertListener {
 public:
  virtual void alert(std::uintptr_t connection, int number, bool sent) = 0;

 protected:
  ~TlsAlertListener() = default;
};

// From now on on this thread; null: nobody listens.
void listen_to_tls_alerts(TlsAlertListener* listener) noexcept;

// `context` is an SSL_CTX of OpenSSL, under whatever number the listener knows
// it. Also takes the hook away by which SSLKEYLOGFILE in the environment has
// the keys of its connections written to a file. Nothing happens where TLS is
// not OpenSSL's.
void watch_tls_context(void* context, std::uintptr_t connection) noexcept;

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_TLS_ALERTS_H_
