// SPDX-License-Identifier: Apache-2.0

#include "store/http/curl_transport.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "store/http/tls_alerts.h"
#include "store/http/wiping_malloc.h"

namespace sotto {
namespace {

// The functions of the library, under their own names.
struct CurlApi {
  decltype(&::curl_global_init_mem) global_init_mem = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_setopt) multi_setopt = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_wakeup) multi_wakeup = nullptr;

  bool find_all(void* library) {
    const auto find = [library](const char* name, auto& function) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(
          ::dlsym(library, name));
      return function != nullptr;
    };
    return find("curl_global_init_mem", global_init_mem) &&
           find("curl_easy_init", easy_init) &&
           find("curl_easy_cleanup", easy_cleanup) &&
           find("curl_easy_setopt", easy_setopt) &&
           find("curl_easy_getinfo", easy_getinfo) &&
           find("curl_slist_append", slist_append) &&
           find("curl_slist_free_all", slist_free_all) &&
           find("curl_multi_init", multi_init) &&
           find("curl_multi_cleanup", multi_cleanup) &&
           find("curl_multi_setopt", multi_setopt) &&
           find("curl_multi_add_handle", multi_add_handle) &&
           find("curl_multi_remove_handle", multi_remove_handle) &&
           find("curl_multi_perform", multi_perform) &&
           find("curl_multi_info_read", multi_info_read) &&
           find("curl_multi_poll", multi_poll) &&
           find("curl_multi_wakeup", multi_wakeup);
  }
};

// OpenSSL keeps records of TLS in memory of its own. Its allocators can be set
// until it has allocated anything; a process that uses it already keeps its
// own.
void have_openssl_wipe() {
  using Allocate = void* (*)(std::size_t, const char*, int);
  using Reallocate = void* (*)(void*, std::size_t, const char*, int);
  using Release = void (*)(void*, const char*, int);
  using SetFunctions = int (*)(Allocate, Reallocate, Release);
  void* const library = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return;
  const auto set_functions = reinterpret_cast<SetFunctions>(
      ::dlsym(library, "CRYPTO_set_mem_functions"));
  if (set_functions == nullptr) return;
  (void)set_functions(
      [](std::size_t size, const char*, int) {
        return size == 0 ? nullptr : wiping::allocate(size);
      },
      [](void* piece, std::size_t size, const char*, int) {
        return wiping::reallocate(piece, size);
      },
      [](void* piece, const char*, int) { wiping::release(piece); });
}

tl::unexpected<Error> too_old() {
  return fail(ErrorCode::kUnreachable, "libcurl is older than 7.85",
              "install a newer one");
}

Result<const CurlApi*> load(const char* name) {
  static std::mutex mutex;
  static CurlApi loaded;  // Never unloaded: threads of its own may linger.
  const std::lock_guard lock(mutex);
  if (loaded.multi_wakeup == nullptr) have_openssl_wipe();
  void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(ErrorCode::kUnreachable, "libcurl is not installed",
                "install it, as in: apt-get install libcurl4");
  }
  CurlApi api;
  if (!api.find_all(library)) return too_old();
  if (loaded.multi_wakeup != nullptr) return &loaded;
  if (api.global_init_mem(CURL_GLOBAL_ALL, wiping::allocate, wiping::release,
                          wiping::reallocate, wiping::duplicate,
                          wiping::allocate_zeroed) != CURLE_OK) {
    throw std::bad_alloc();
  }
  loaded = api;
  return &loaded;
}

// For what libcurl calls: no exception may pass through it.
std::size_t on_body(char* data, std::size_t, std::size_t count, void* user) {
  HttpExchange& exchange = *static_cast<HttpExchange*>(user);
  if (count > exchange.max_response - exchange.answer.size()) {
    exchange.trouble = HttpTrouble::kTooLarge;
    return 0;
  }
  if (!exchange.answer.append({data, count})) {
    exchange.trouble = HttpTrouble::kNoMemory;
    return 0;
  }
  return count;
}

std::size_t on_header(char* data, std::size_t, std::size_t count, void* user) {
  HttpExchange& exchange = *static_cast<HttpExchange*>(user);
  try {
    switch (exchange.head.add({data, count})) {
      case HttpHead::Verdict::kGoOn:
        return count;
      case HttpHead::Verdict::kTooLarge:
        exchange.trouble = HttpTrouble::kHeadTooLarge;
        break;
      case HttpHead::Verdict::kEncoded:
        exchange.trouble = HttpTrouble::kEncoded;
        break;
    }
  } catch (const std::bad_alloc&) {
    exchange.trouble = HttpTrouble::kNoMemory;
  }
  return 0;
}

// A program that is started meanwhile does not inherit it.
curl_socket_t on_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

CURLcode on_tls_context(CURL*, void* context, void* user) {
  watch_tls_context(context, reinterpret_cast<std::uintptr_t>(user));
  return CURLE_OK;
}

// A handle of libcurl, and the header lines of the request that it serves.
struct Handle {
  CURL* easy = nullptr;
  curl_slist* lines = nullptr;
};

}  // namespace

struct CurlTransport::Impl final : TlsAlertListener {
  explicit Impl(const HttpOptions& given) : options(given) {}
  ~Impl();

  bool prepare_multi();
  Handle* take_handle();
  bool set_constants(CURL* easy) const;
  bool set_request(Handle& handle, HttpExchange& exchange) const;
  bool set_body(CURL* easy, const HttpExchange& exchange) const;
  bool add_lines(Handle& handle, const HttpExchange& exchange) const;
  void read_result(HttpExchange& exchange, CURLcode code) const;
  void read_counts(HttpExchange& exchange) const;
  HttpTrouble trouble_of(const HttpExchange& exchange, CURLcode code) const;
  void give_back(HttpExchange& exchange);
  void alert(std::uintptr_t connection, int number, bool sent) override;

  template <typename Value>
  bool set(CURL* easy, CURLoption option, Value value) const {
    return api->easy_setopt(easy, option, value) == CURLE_OK;
  }
  template <typename Value>
  Value info(CURL* easy, CURLINFO which) const {
    Value value{};
    (void)api->easy_getinfo(easy, which, &value);
    return value;
  }
  CURL* easy_of(const HttpExchange& exchange) const {
    return static_cast<Handle*>(exchange.handle)->easy;
  }

  const HttpOptions options;
  const CurlApi* api = nullptr;
  CURLM* multi = nullptr;
  std::vector<std::unique_ptr<Handle>> handles;
  std::vector<Handle*> idle;
  std::vector<HttpExchange*> under_way;
  std::uintptr_t last_number = 0;
};

CurlTransport::Impl::~Impl() {
  for (const auto& handle : handles) {
    if (handle->easy != nullptr) api->easy_cleanup(handle->easy);
    if (handle->lines != nullptr) api->slist_free_all(handle->lines);
  }
  if (multi != nullptr) (void)api->multi_cleanup(multi);
}

bool CurlTransport::Impl::prepare_multi() {
  multi = api->multi_init();
  return multi != nullptr &&
         api->multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) ==
             CURLM_OK &&
         api->multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                           static_cast<long>(options.max_connections)) ==
             CURLM_OK;
}

// What holds for every call.
bool CurlTransport::Impl::set_constants(CURL* easy) const {
  const bool plain = std::ranges::any_of(options.origins, [](auto& origin) {
    return origin.starts_with("http:");
  });
  bool done =
      set(easy, CURLOPT_NOSIGNAL, 1L) && set(easy, CURLOPT_PATH_AS_IS, 1L) &&
      set(easy, CURLOPT_FOLLOWLOCATION, 0L) && set(easy, CURLOPT_PROXY, "") &&
      set(easy, CURLOPT_NOPROXY, "*") &&
      set(easy, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https") &&
      set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  done = done &&
         set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED)) &&
         set(easy, CURLOPT_SSLVERSION,
             static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
         set(easy, CURLOPT_SSL_VERIFYPEER, 1L) &&
         set(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
         set(easy, CURLOPT_TCP_NODELAY, 1L) &&
         set(easy, CURLOPT_TCP_KEEPALIVE, 1L) &&
         set(easy, CURLOPT_HTTP09_ALLOWED, 0L) &&
         set(easy, CURLOPT_USERAGENT, "sotto/" SOTTO_VERSION);
  done = done && set(easy, CURLOPT_WRITEFUNCTION, on_body) &&
         set(easy, CURLOPT_HEADERFUNCTION, on_header) &&
         set(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  if (done && !options.ca_file.empty()) {  // It alone.
    done = set(easy, CURLOPT_CAINFO, options.ca_file.c_str()) &&
           set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (done && !options.client_cert.empty()) {
    done = set(easy, CURLOPT_SSLCERT, options.client_cert.c_str()) &&
           set(easy, CURLOPT_SSLKEY, options.client_key.c_str());
  }
  if (!done) return false;
  // A name that is still being looked up holds nobody up (from 7.87 on).
  (void)set(easy, CURLOPT_QUICK_EXIT, 1L);
  (void)set(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  return true;
}

// An idle one; else a new one. Null without memory.
Handle* CurlTransport::Impl::take_handle() {
  if (!idle.empty()) {
    Handle* const handle = idle.back();
    idle.pop_back();
    return handle;
  }
  auto handle = std::make_unique<Handle>();
  handles.reserve(handles.size() + 1);
  idle.reserve(handles.size() + 1);
  handle->easy = api->easy_init();
  if (handle->easy == nullptr) return nullptr;
  Handle* const made = handle.get();
  handles.push_back(std::move(handle));
  if (set_constants(made->easy)) return made;
  api->easy_cleanup(std::exchange(made->easy, nullptr));
  handles.pop_back();
  return nullptr;
}

bool CurlTransport::Impl::add_lines(Handle& handle,
                                    const HttpExchange& exchange) const {
  const auto add = [&](const char* line) {
    curl_slist* const longer = api->slist_append(handle.lines, line);
    if (longer != nullptr) handle.lines = longer;
    return longer != nullptr;
  };
  bool added = true;
  for (const std::string& line : exchange.message.lines) {
    added = added && add(line.c_str());
  }
  if (!exchange.message.credential.empty()) {
    added = added && add(exchange.message.credential.expose().data());
  }
  // Without it, a larger body would wait a second for a permission.
  added = added && add("Expect:");
  if (exchange.body == nullptr) added = added && add("Content-Type:");
  return added && set(handle.easy, CURLOPT_HTTPHEADER, handle.lines);
}

bool CurlTransport::Impl::set_body(CURL* easy,
                                   const HttpExchange& exchange) const {
  const bool writes = exchange.method == HttpMethod::kPost ||
                      exchange.method == HttpMethod::kPut ||
                      exchange.method == HttpMethod::kPatch;
  if (exchange.body == nullptr && !writes) {
    return set(easy, CURLOPT_HTTPGET, 1L);
  }
  // Never null: libcurl would ask somebody else for the body.
  const std::string_view body =
      exchange.body == nullptr || exchange.body->empty()
          ? std::string_view("")
          : exchange.body->expose();
  return set(easy, CURLOPT_POST, 1L) &&
         set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
             static_cast<curl_off_t>(body.size())) &&
         set(easy, CURLOPT_POSTFIELDS, body.data());
}

bool CurlTransport::Impl::set_request(Handle& handle,
                                      HttpExchange& exchange) const {
  // libcurl sends a request again by itself if a connection that was open
  // before turns out to be closed, whatever the request does: a connection of
  // their own for those that must not be done twice.
  const bool may_be_done_twice = exchange.method == HttpMethod::kGet ||
                                 exchange.method == HttpMethod::kList;
  CURL* const easy = handle.easy;
  (void)set(easy, CURLOPT_SSL_CTX_DATA,
            reinterpret_cast<void*>(exchange.number));
  return add_lines(handle, exchange) && set_body(easy, exchange) &&
         set(easy, CURLOPT_URL, exchange.message.url.c_str()) &&
         set(easy, CURLOPT_CUSTOMREQUEST, to_string(exchange.method).data()) &&
         set(easy, CURLOPT_FRESH_CONNECT, may_be_done_twice ? 0L : 1L) &&
         set(easy, CURLOPT_MAXFILESIZE_LARGE,
             static_cast<curl_off_t>(exchange.max_response)) &&
         set(easy, CURLOPT_PRIVATE, static_cast<void*>(&exchange)) &&
         set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&exchange)) &&
         set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
}

void CurlTransport::Impl::alert(std::uintptr_t connection, int number,
                                bool sent) {
  const auto found =
      std::ranges::find(under_way, connection, &HttpExchange::number);
  if (found == under_way.end()) return;
  const auto trouble =
      trouble_of_alert(number, sent, !options.client_cert.empty());
  if (trouble) (*found)->alert = trouble;
}

HttpTrouble CurlTransport::Impl::trouble_of(const HttpExchange& exchange,
                                            CURLcode code) const {
  CURL* const easy = easy_of(exchange);
  if (exchange.alert) return *exchange.alert;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return HttpTrouble::kNoName;
    case CURLE_COULDNT_CONNECT:
      return trouble_of_connect(info<long>(easy, CURLINFO_OS_ERRNO));
    case CURLE_OPERATION_TIMEDOUT:
      return HttpTrouble::kConnectTimeout;  // We set no other timeout.
    case CURLE_SSL_CONNECT_ERROR:
      return HttpTrouble::kHandshake;
    case CURLE_PEER_FAILED_VERIFICATION:
      return trouble_of_certificate(
          info<long>(easy, CURLINFO_SSL_VERIFYRESULT));
    case CURLE_SSL_CLIENTCERT:
      return HttpTrouble::kClientCertificateWanted;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return HttpTrouble::kCertificateFiles;
    case CURLE_FILESIZE_EXCEEDED:
      return HttpTrouble::kTooLarge;
    case CURLE_OUT_OF_MEMORY:
      return HttpTrouble::kNoMemory;
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9: no status line.
    case CURLE_WEIRD_SERVER_REPLY:
      return HttpTrouble::kNotHttp;
    default:
      return exchange.head.bytes() == 0 ? HttpTrouble::kNoAnswer
                                        : HttpTrouble::kBrokenOff;
  }
}

void CurlTransport::Impl::read_counts(HttpExchange& exchange) const {
  CURL* const easy = easy_of(exchange);
  const auto uploaded =
      static_cast<std::size_t>(info<curl_off_t>(easy, CURLINFO_SIZE_UPLOAD_T));
  const std::size_t body = exchange.body == nullptr ? 0 : exchange.body->size();
  const auto request =
      static_cast<std::size_t>(info<long>(easy, CURLINFO_REQUEST_SIZE));
  exchange.sent = request > 0 && uploaded >= body;
  // A small body is part of the request's size, a large one is not.
  constexpr std::size_t kSentAtOnce = 64u << 10;
  exchange.bytes_sent = body < kSentAtOnce ? request : request + uploaded;
  exchange.bytes_received =
      exchange.head.bytes() + static_cast<std::size_t>(info<curl_off_t>(
                                  easy, CURLINFO_SIZE_DOWNLOAD_T));
}

void CurlTransport::Impl::read_result(HttpExchange& exchange,
                                      CURLcode code) const {
  CURL* const easy = easy_of(exchange);
  read_counts(exchange);
  exchange.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  if (exchange.trouble) return;  // What a callback has found.
  if (code != CURLE_OK) {
    exchange.trouble = trouble_of(exchange, code);
    return;
  }
  const char* const url = info<char*>(easy, CURLINFO_EFFECTIVE_URL);
  if (url == nullptr || exchange.message.url != url) {
    exchange.trouble = HttpTrouble::kElsewhere;
  } else if (exchange.status == 101 || exchange.status > 599) {
    exchange.trouble = HttpTrouble::kNotHttp;
  } else if (!exchange.head.whole()) {  // libcurl takes it for an answer.
    exchange.trouble = HttpTrouble::kBrokenOff;
  }
}

void CurlTransport::Impl::give_back(HttpExchange& exchange) {
  Handle* const handle = static_cast<Handle*>(exchange.handle);
  (void)api->multi_remove_handle(multi, handle->easy);
  (void)set(handle->easy, CURLOPT_HTTPHEADER,
            static_cast<curl_slist*>(nullptr));
  api->slist_free_all(std::exchange(handle->lines, nullptr));
  idle.push_back(handle);  // There is room: take_handle() made it.
  std::erase(under_way, &exchange);
  exchange.handle = nullptr;
}

CurlTransport::CurlTransport(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
CurlTransport::~CurlTransport() = default;

Result<std::unique_ptr<CurlTransport>> CurlTransport::open(
    const HttpOptions& options, const char* library) {
  return guarded([&]() -> Result<std::unique_ptr<CurlTransport>> {
    auto impl = std::make_unique<Impl>(options);
    SOTTO_ASSIGN_OR_RETURN(impl->api, load(library));
    if (!impl->prepare_multi()) throw std::bad_alloc();
    Handle* const first = impl->take_handle();
    if (first == nullptr) return too_old();  // An option it does not know.
    impl->idle.push_back(first);
    return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(impl)));
  });
}

bool CurlTransport::begin(HttpExchange& exchange) noexcept {
  try {
    impl_->under_way.reserve(impl_->under_way.size() + 1);
    Handle* const handle = impl_->take_handle();
    if (handle == nullptr) return false;
    exchange.handle = handle;
    exchange.number = ++impl_->last_number;
    impl_->under_way.push_back(&exchange);
    if (impl_->set_request(*handle, exchange) &&
        impl_->api->multi_add_handle(impl_->multi, handle->easy) == CURLM_OK) {
      return true;
    }
    impl_->give_back(exchange);
  } catch (const std::bad_alloc&) {
  }
  return false;
}

void CurlTransport::perform() noexcept {
  listen_to_tls_alerts(impl_.get());
  int running = 0;
  (void)impl_->api->multi_perform(impl_->multi, &running);
  listen_to_tls_alerts(nullptr);
}

HttpExchange* CurlTransport::next_ended() noexcept {
  int left = 0;
  while (const CURLMsg* const message =
             impl_->api->multi_info_read(impl_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto* const exchange = static_cast<HttpExchange*>(
        impl_->info<void*>(message->easy_handle, CURLINFO_PRIVATE));
    impl_->read_result(*exchange, message->data.result);
    impl_->give_back(*exchange);
    return exchange;
  }
  return nullptr;
}

void CurlTransport::stop(HttpExchange& exchange, HttpTrouble why) noexcept {
  impl_->read_counts(exchange);
  exchange.trouble = why;
  impl_->give_back(exchange);
}

bool CurlTransport::connected(const HttpExchange& exchange) const noexcept {
  return impl_->info<curl_off_t>(impl_->easy_of(exchange),
                                 CURLINFO_PRETRANSFER_TIME_T) > 0;
}

std::size_t CurlTransport::uploaded(
    const HttpExchange& exchange) const noexcept {
  return static_cast<std::size_t>(impl_->info<curl_off_t>(
      impl_->easy_of(exchange), CURLINFO_SIZE_UPLOAD_T));
}

void CurlTransport::wait(std::chrono::milliseconds longest) noexcept {
  const auto milliseconds = std::clamp<std::int64_t>(
      longest.count(), 0, std::numeric_limits<int>::max());
  (void)impl_->api->multi_poll(impl_->multi, nullptr, 0,
                               static_cast<int>(milliseconds), nullptr);
}

void CurlTransport::wake() noexcept {
  (void)impl_->api->multi_wakeup(impl_->multi);
}

}  // namespace sotto
