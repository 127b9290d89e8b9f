// SPDX-License-Identifier: Apache-2.0

#include "tests/vault/testing_jwt.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "tests/store/testing_fault_server.h"

namespace sotto::testing {
namespace {

using nlohmann::json;

std::string base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // The NUL that it ends with.
  return text;
}

constexpr const char* kReviews = "/apis/authentication.k8s.io/v1/tokenreviews";

}  // namespace

SigningKey::SigningKey() {
  openssl("genrsa -out key.pem 2048");
  openssl("rsa -in key.pem -pubout -out public.pem");
}

void SigningKey::openssl(const std::string& arguments) const {
  const std::string line =
      "cd '" + folder_.path().string() + "' && openssl " + arguments + " 2>&-";
  EXPECT_EQ(std::system(line.c_str()), 0) << line;
}

std::string SigningKey::public_pem() const {
  return read_file(folder_ / "public.pem");
}

std::string SigningKey::sign(const json& claims) const {
  const std::string text = base64url(R"({"alg":"RS256","typ":"JWT"})") + "." +
                           base64url(claims.dump());
  write_file(folder_ / "text", text);
  openssl("dgst -sha256 -sign key.pem -out signature text");
  return text + "." + base64url(read_file(folder_ / "signature"));
}

TokenReviewer::TokenReviewer(std::string name_space, std::string account)
    : name_space_(std::move(name_space)), account_(std::move(account)) {
  const json review{
      {"apiVersion", "authentication.k8s.io/v1"},
      {"kind", "TokenReview"},
      {"status",
       {{"authenticated", true},
        {"audiences", {"vault"}},
        {"user",
         {{"username", "system:serviceaccount:" + name_space_ + ":" + account_},
          {"uid", "u-1"},
          {"groups", {"system:serviceaccounts"}}}}}}};
  FaultServer::plain().play(
      {answer(201, review.dump(), "Content-Type: application/json\r\n")});
}

std::string TokenReviewer::url() const { return FaultServer::plain().origin(); }

json TokenReviewer::claims() const {
  const auto now =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return {{"iss", "https://kubernetes.default.svc"},
          {"sub", "system:serviceaccount:" + name_space_ + ":" + account_},
          {"aud", {"vault"}},
          {"iat", now},
          {"nbf", now},
          {"exp", now + 600},
          {"kubernetes.io",
           {{"namespace", name_space_},
            {"serviceaccount", {{"name", account_}, {"uid", "u-1"}}}}}};
}

int TokenReviewer::reviews() const {
  const Received received = FaultServer::plain().received();
  return static_cast<int>(std::ranges::count_if(
      received.requests,
      [](const ReceivedRequest& request) { return request.path == kReviews; }));
}

}  // namespace sotto::testing
