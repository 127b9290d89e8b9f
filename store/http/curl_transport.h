// SPDX-License-Identifier: Apache-2.0
//
// libcurl, with all that HttpClient promises set. It moves exchanges on when
// it is told to; threads, times and callers are HttpClient's. Internal to
// store/.

#ifndef SOTTO_STORE_HTTP_CURL_TRANSPORT_H_
#define SOTTO_STORE_HTTP_CURL_TRANSPORT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/wiped_buffer.h"
#include "store/http/client.h"
#include "store/http/head.h"
#include "store/http/message.h"
#include "store/http/trouble.h"

namespace sotto {

// One request and what becomes of it. Stays where it is while it is under way.
struct HttpExchange {
  HttpMessage message;
  HttpMethod method = HttpMethod::kGet;
  std::shared_ptr<const WipedBuffer> body;
  std::size_t max_response = 0;

  int status = 0;
  HttpHead head;
  WipedBuffer answer;
  std::optional<HttpTrouble> trouble;  // None: there is an answer.
  bool sent = false;  // All of the request was given to the system to send.
  std::size_t bytes_sent = 0;
  std::size_t bytes_received = 0;

  // The transport's.
  void* handle = nullptr;
  std::uintptr_t number = 0;
  std::optional<HttpTrouble> alert;
};

inline constexpr char kCurlLibrary[] = "libcurl.so.4";

// Belongs to one thread, wake() apart.
class CurlTransport {
 public:
  // Fails with kUnreachable where the library is not there or too old. Loads
  // it and sets its allocators once a process.
  static Result<std::unique_ptr<CurlTransport>> open(
      const HttpOptions& options, const char* library = kCurlLibrary);

  // Nothing is under way any more.
  ~CurlTransport();
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  // Puts it under way. false: no memory.
  bool begin(HttpExchange& exchange) noexcept;

  // Moves on whatever can move.
  void perform() noexcept;
  // One that has ended, its answer or trouble filled in; null: no more.
  HttpExchange* next_ended() noexcept;
  // Ends it now; who says so says why.
  void stop(HttpExchange& exchange, HttpTrouble why) noexcept;

  // Is the connection made, TLS included?
  bool connected(const HttpExchange& exchange) const noexcept;
  // Bytes of the body that have left.
  std::size_t uploaded(const HttpExchange& exchange) const noexcept;

  // Until something can move, wake() is called, or the time is over.
  void wait(std::chrono::milliseconds longest) noexcept;
  // From any thread.
  void wake() noexcept;

 private:
  struct Impl;
  explicit CurlTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_HTTP_CURL_TRANSPORT_H_
