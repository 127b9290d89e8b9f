// SPDX-License-Identifier: Apache-2.0
//
// An engine on a real local store, for tests of what is built on it.

#ifndef SOTTO_TESTS_SERVICE_TESTING_ENGINE_H_
#define SOTTO_TESTS_SERVICE_TESTING_ENGINE_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/secret_ref.h"
#include "service/config.h"
#include "service/engine.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {

class EngineFixture : public ::testing::Test {
 protected:
  // A project as `sotto init` makes one, without secrets.
  void SetUp() override;

  Engine open() const;
  // In the configuration's own scope.
  void define(Engine& engine, const SecretRef& ref, std::string_view value,
              const std::string& store = "local");
  // One more store, with a key of its own: the file NAME.key in folder_.
  void add_store(const std::string& name);

  TempFolder folder_;
  Config config_;
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_SERVICE_TESTING_ENGINE_H_
