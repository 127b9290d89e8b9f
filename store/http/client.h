// SPDX-License-Identifier: Apache-2.0
//
// The one HTTP client of every outgoing call. It knows no store: Vault, Key
// Vault, identity endpoints and key sets all go through it.
//
// What holds for every call, whatever the caller does:
// - It goes to one of the origins that the client was opened for, or nowhere:
//   redirects are answers, proxy variables are not looked at, and https (http
//   for this machine's own addresses alone) is the only protocol.
// - TLS 1.2 or newer, chain and name verified; nothing switches that off.
// - The path leaves as it was given, and no header can become two.
// - Bodies, headers and credentials are wiped from the library's memory too.
// - An answer is cut off at its limit while it arrives.
//
// What is neither GET nor LIST gets a connection of its own: one that was open
// before may be closed by the server as the request leaves, and nobody could
// tell whether it was acted on.
//
// libcurl is opened when the first client is (store/http/curl_transport.cc is
// the one file that knows it), so that who needs no network does not load it.
// From then on it and OpenSSL wipe the memory that they give back, in the whole
// process, unless somebody else has used them before.

#ifndef SOTTO_STORE_HTTP_CLIENT_H_
#define SOTTO_STORE_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "store/operation.h"

namespace sotto {

enum class HttpMethod : std::uint8_t {
  kGet,
  kPost,
  kPut,
  kPatch,
  kDelete,
  kList,  // Vault's own.
};

// A header that is no credential. kUsage for a name or value with anything
// but visible ASCII and blanks.
struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  // Absolute, and sent as it is: "https://vault:8200/v1/secret/data/a".
  std::string url;
  std::vector<HttpHeader> headers;
  // The credential and the header that carries it, as in "X-Vault-Token".
  std::string_view credential_header;
  std::shared_ptr<const SecretString> credential;
  std::string_view content_type = "application/json";  // If there is a body.
  std::shared_ptr<const WipedBuffer> body;
  // Bytes, decoded, that the answer may have; 0: HttpOptions::max_response.
  std::size_t max_response = 0;
};

struct HttpResponse {
  int status = 0;
  WipedBuffer body;      // Decoded; as the server sent it, so hostile.
  std::string location;  // Of a redirect, which was not followed.
  // From Retry-After (RFC 9110, 10.2.3): seconds, or a date made into seconds
  // from now; at most an hour.
  std::optional<std::chrono::seconds> retry_after;
  // The server's clock (its Date header), in seconds since 1970.
  std::optional<std::int64_t> date;
  std::size_t bytes_sent = 0;
  std::size_t bytes_received = 0;
};

// Why there is no answer.
struct HttpFailure {
  Error error;              // Names the host and the trouble; no byte of it.
  bool may_repeat = false;  // Trouble of the moment: another try may succeed.
  // May the server have acted on it? false where it cannot have had the whole
  // request.
  bool may_have_arrived = false;
};

using HttpResult = tl::expected<HttpResponse, HttpFailure>;

struct HttpOptions {
  // Where calls may go: "https://vault:8200", scheme, host and port (443 or 80
  // where none is written).
  std::vector<std::string> origins;
  std::filesystem::path ca_file;      // PEM; empty: the system's.
  std::filesystem::path client_cert;  // PEM; empty: none.
  std::filesystem::path client_key;   // PEM.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds first_byte_timeout{15'000};
  std::size_t max_response = 2u << 20;  // Bytes, decoded.
  std::size_t max_connections = 128;    // Kept open at most, all origins.
};

// Keep-alive connections and the thread that serves them. Thread-safe.
class HttpClient {
 public:
  // Called once, on the client's own thread (on the caller's where there is no
  // memory to get there): must be quick, and must not call the client's
  // destructor.
  using Done = std::function<void(HttpResult)>;

  // Connects nowhere yet. Fails with kInvalidConfig (an origin that is none,
  // plain http to another machine, a certificate file that cannot be read) and
  // kUnreachable where libcurl is not installed.
  static Result<std::unique_ptr<HttpClient>> open(HttpOptions options);

  // Waits for calls under way to be cancelled; every Done has been called.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends a request; `done` gets the answer, by `deadline` at the latest. A
  // request to an origin that is not the client's own fails with kUsage.
  // `operation` gets the counts, stops the call if it is cancelled, and lives
  // until `done` was called.
  void start(HttpRequest request, Deadline deadline, Operation& operation,
             Done done);

  // The same, waiting for the answer.
  HttpResult send(HttpRequest request, Deadline deadline, Operation& operation);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Is it "https://HOST[:PORT]", or "http://" and an address of this machine
// (localhost, 127.0.0.0/8, [::1])? kInvalidConfig says what is wrong. What
// comes out has a lower-case scheme and host and always a port.
Result<std::string> normal_origin(std::string_view url);

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_CLIENT_H_
