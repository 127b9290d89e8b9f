// SPDX-License-Identifier: Apache-2.0

#include "store/http/tls_alerts.h"

#include <dlfcn.h>

namespace sotto {
namespace {

// OpenSSL's, of which no header is needed for five functions.
constexpr int kReadAlert = 0x4004;   // SSL_CB_READ_ALERT
constexpr int kWriteAlert = 0x4008;  // SSL_CB_WRITE_ALERT
constexpr int kOurPlace = 0;         // SSL_CTX_set_app_data() is this place.

using InfoCallback = void (*)(const void* ssl, int where, int value);
using KeyCallback = void (*)(const void* ssl, const char* line);

struct OpenSsl {
  void (*set_info_callback)(void* context, InfoCallback) = nullptr;
  void (*set_keylog_callback)(void* context, KeyCallback) = nullptr;
  void* (*context_of)(const void* ssl) = nullptr;
  int (*set_ex_data)(void* context, int place, void* data) = nullptr;
  void* (*ex_data)(const void* context, int place) = nullptr;
};

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

// Null where libcurl has not brought it along.
const OpenSsl* open_ssl() {
  static const OpenSsl functions = [] {
    OpenSsl found;
    void* const library = ::dlopen("libssl.so.3", RTLD_NOW | RTLD_NOLOAD);
    const bool whole =
        library != nullptr &&
        find(library, "SSL_CTX_set_info_callback", found.set_info_callback) &&
        find(library, "SSL_CTX_set_keylog_callback",
             found.set_keylog_callback) &&
        find(library, "SSL_get_SSL_CTX", found.context_of) &&
        find(library, "SSL_CTX_set_ex_data", found.set_ex_data) &&
        find(library, "SSL_CTX_get_ex_data", found.ex_data);
    return whole ? found : OpenSsl{};
  }();
  return functions.ex_data == nullptr ? nullptr : &functions;
}

thread_local TlsAlertListener* listening = nullptr;

void tell(const void* ssl, int where, int value) {
  if (listening == nullptr || (where != kReadAlert && where != kWriteAlert)) {
    return;
  }
  const void* const context = open_ssl()->context_of(ssl);
  listening->alert(
      reinterpret_cast<std::uintptr_t>(open_ssl()->ex_data(context, kOurPlace)),
      value & 0xff, where == kWriteAlert);
}

}  // namespace

void listen_to_tls_alerts(TlsAlertListener* listener) noexcept {
  listening = listener;
}

void watch_tls_context(void* context, std::uintptr_t connection) noexcept {
  const OpenSsl* const functions = open_ssl();
  if (functions == nullptr) return;
  functions->set_keylog_callback(context, nullptr);
  functions->set_ex_data(context, kOurPlace,
                         reinterpret_cast<void*>(connection));
  functions->set_info_callback(context, tell);
}

}  // namespace sotto
