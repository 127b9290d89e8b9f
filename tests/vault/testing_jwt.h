// SPDX-License-Identifier: Apache-2.0
//
// JWTs that are really signed (by the program openssl), and what stands in for
// a Kubernetes cluster that is asked whose token it was given.

#ifndef SOTTO_TESTS_VAULT_TESTING_JWT_H_
#define SOTTO_TESTS_VAULT_TESTING_JWT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/store/testing_store.h"

namespace sotto::testing {

// An RSA key of its own.
class SigningKey {
 public:
  SigningKey();
  std::string public_pem() const;
  // RS256, compact.
  std::string sign(const nlohmann::json& claims) const;

 private:
  void openssl(const std::string& arguments) const;

  TempFolder folder_;
};

// Answers every TokenReview (authentication.k8s.io/v1) with one account.
class TokenReviewer {
 public:
  TokenReviewer(std::string name_space, std::string account);
  std::string url() const;
  // What a service account token of it says.
  nlohmann::json claims() const;
  int reviews() const;

 private:
  std::string name_space_;
  std::string account_;
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_VAULT_TESTING_JWT_H_
