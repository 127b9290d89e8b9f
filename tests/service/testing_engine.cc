// SPDX-License-Identifier: Apache-2.0

#include "tests/service/testing_engine.h"

#include <optional>
#include <utility>

#include "store/catalog.h"
#include "store/local_store.h"

namespace sotto::testing {

void EngineFixture::SetUp() {
  LocalKey key;
  key.file = folder_ / "key";
  ASSERT_TRUE(LocalStore::create("local", folder_ / "store.db", key));
  ASSERT_TRUE(Catalog::open(folder_ / "catalog.db", {.create = true}));
  config_.file = folder_ / "sotto.json";
  config_.stores = {{"local", folder_ / "store.db", folder_ / "key"}};
  config_.default_store = "local";
  config_.catalog = folder_ / "catalog.db";
}

Engine EngineFixture::open() const {
  auto engine = Engine::open(config_);
  EXPECT_TRUE(engine) << error_of(engine);
  return *std::move(engine);
}

void EngineFixture::define(Engine& engine, const SecretRef& ref,
                           std::string_view value, const std::string& store) {
  const auto manager = engine.manager();
  ASSERT_TRUE(manager) << error_of(manager);
  const auto version =
      (*manager)->set({config_.scope, store}, ref, secret(value), std::nullopt);
  ASSERT_TRUE(version) << error_of(version);
}

void EngineFixture::add_store(const std::string& name) {
  LocalKey key;
  key.file = folder_ / (name + ".key");
  const auto file = folder_ / (name + ".db");
  ASSERT_TRUE(LocalStore::create(name, file, key));
  config_.stores.push_back({name, file, key.file});
}

}  // namespace sotto::testing
