// SPDX-License-Identifier: Apache-2.0
//
// A small user of the HTTP client that others look into (memory_test.py): reads
// values from standard input, one a line, up to an empty one. The first goes
// out as a credential; each of the others as a body, which the server sends
// back. Closes the client, prints "ready" and waits for the end of its input.
//
//   sotto_http_probe ORIGIN [CA_FILE] < values

#include <unistd.h>

#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "store/http/client.h"

namespace {

using sotto::HttpClient;
using sotto::HttpRequest;
using sotto::SecretBuilder;
using sotto::SecretString;
using sotto::WipedBuffer;

// Straight into secret memory: a stream would keep a copy in its buffer.
std::vector<SecretString> read_values() {
  std::vector<SecretString> values;
  SecretBuilder line;
  while (char* const room = line.prepare(1)) {
    if (::read(STDIN_FILENO, room, 1) != 1) break;
    if (*room == '\n') {
      if (line.size() == 0) break;
      values.push_back(line.take().value());
    } else {
      line.commit(1);
    }
  }
  return values;
}

bool send_and_get_back(HttpClient& client, const std::string& origin,
                       const std::shared_ptr<const SecretString>& credential,
                       const SecretString& value, sotto::HttpMethod method) {
  sotto::Operation operation(std::chrono::seconds(20));
  auto body = std::make_shared<WipedBuffer>();
  // Larger than any buffer that is reused at once.
  for (int i = 0; i < 500; ++i) {
    if (!body->append(value.expose())) return false;
  }
  HttpRequest request;
  request.method = method;
  request.url = origin + "/v1/echo";
  request.credential_header = "X-Vault-Token";
  request.credential = credential;
  request.body = body;
  const sotto::HttpResult result =
      client.send(std::move(request), operation.deadline(), operation);
  return result && result->status == 200 &&
         result->body.expose() == body->expose();
}

bool run(const std::string& origin, const char* ca_file,
         std::vector<SecretString> values) {
  if (values.size() < 2) return false;
  sotto::HttpOptions options;
  options.origins = {origin};
  if (ca_file != nullptr) options.ca_file = ca_file;
  auto client = HttpClient::open(std::move(options));
  if (!client) return false;
  const auto credential =
      std::make_shared<const SecretString>(std::move(values.front()));
  for (std::size_t i = 1; i < values.size(); ++i) {
    for (const auto method :
         {sotto::HttpMethod::kGet, sotto::HttpMethod::kPost}) {
      if (!send_and_get_back(**client, origin, credential, values[i], method)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bool done = false;
  try {
    done = run(argv[1], argc > 2 ? argv[2] : nullptr, read_values());
  } catch (const std::bad_alloc&) {  // Of this program itself.
  }
  if (::write(STDOUT_FILENO, done ? "ready\n" : "wrong\n", 6) != 6) return 3;
  char end = 0;
  while (::read(STDIN_FILENO, &end, 1) > 0) {
  }
  return done ? 0 : 1;
}
