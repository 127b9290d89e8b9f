// SPDX-License-Identifier: Apache-2.0
//
// The Vault store where memory runs out: an answer, or word that there is none;
// and never "nothing was done" of a write that was sent.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "store/vault_store.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/store/testing_fault_server.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing::answer;
using testing::Answer;
using testing::FaultServer;
using testing_allocation::failing;
using testing_allocation::for_each_failure;

constexpr std::string_view kGroup =
    R"({"data":{"data":{"X":"value","Y":"a\nb"},"metadata":{"version":3,)"
    R"("created_time":"2026-11-22T00:00:00Z"}}})";
constexpr std::string_view kWritten = R"({"data":{"version":4}})";
constexpr std::string_view kSession =
    R"({"auth":{"client_token":"hvs.x","lease_duration":3600}})";

VaultOptions options() {
  VaultOptions made;
  made.address = FaultServer::plain().origin();
  made.auth.ask = [] { return SecretString::copy_of("token"); };
  return made;
}

bool was_posted() {
  const auto requests = FaultServer::plain().received().requests;
  return std::ranges::any_of(
      requests, [](const auto& request) { return request.method == "POST"; });
}

TEST(VaultStoreWithoutMemory, IsOpened) {
  for_each_failure([&] {
    VaultOptions made = options();
    const auto store =
        failing([&] { return VaultStore::open(std::move(made)); });
    if (!store) {
      EXPECT_EQ(store.error().code, ErrorCode::kNoMemory);
    }
  });
}

TEST(VaultStoreWithoutMemory, AnswersOrSaysSo) {
  const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}},
                                      {Scope(), named("a.Y"), {}, {}}};
  for_each_failure([&] {
    FaultServer::plain().play({answer(200, kGroup)});
    const auto store = std::move(*VaultStore::open(options()));
    Operation operation(std::chrono::seconds(5));
    const auto fetched =
        failing([&] { return store->fetch_within(operation, locators); });
    if (fetched.empty()) return;
    ASSERT_EQ(fetched.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      if (fetched[i]) {
        EXPECT_EQ(shown(fetched[i]), i == 0 ? "value" : "a\nb");
      } else {
        EXPECT_EQ(fetched[i].error().code, ErrorCode::kNoMemory)
            << error_text(fetched[i]);
      }
    }
  });
}

TEST(VaultStoreWithoutMemory, LogsInOrSaysSo) {
  TempFolder folder;
  write_file(folder / "id", "id");
  std::filesystem::permissions(folder / "id",
                               std::filesystem::perms::owner_read);
  for_each_failure([&] {
    FaultServer::plain().play({answer(200, kSession), answer(200, kGroup)});
    VaultOptions made = options();
    made.auth.method = VaultMethod::kAppRole;
    made.auth.role = "ci";
    made.auth.file = folder / "id";
    const auto store = std::move(*VaultStore::open(made));
    const std::vector<Locator> locators{{Scope(), named("a.X"), {}, {}}};
    Operation operation(std::chrono::seconds(5));
    const auto fetched =
        failing([&] { return store->fetch_within(operation, locators); });
    if (fetched.empty()) return;
    if (fetched[0]) {
      EXPECT_EQ(shown(fetched[0]), "value");
    } else {
      EXPECT_EQ(fetched[0].error().code, ErrorCode::kNoMemory)
          << error_text(fetched[0]);
    }
  });
}

TEST(VaultStoreWithoutMemory, AWriteThatWasSentIsNotCalledUndone) {
  for_each_failure([&] {
    FaultServer::plain().play({answer(200, kGroup), answer(200, kWritten)});
    const auto store = std::move(*VaultStore::open(options()));
    std::vector<GroupWrite> writes(1);
    writes[0].group = "a";
    writes[0].changes.push_back({"X", secret("new")});
    const auto versions = failing([&] { return store->put(writes); });
    if (versions.empty()) {
      EXPECT_FALSE(was_posted());
      return;
    }
    if (versions[0]) {
      EXPECT_EQ(*versions[0], 4u);
      return;
    }
    const Error& error = versions[0].error();
    EXPECT_TRUE(error.code == ErrorCode::kNoMemory ||
                error.code == ErrorCode::kOutcomeUnknown)
        << to_string(error);
    if (error.code == ErrorCode::kNoMemory) {
      EXPECT_FALSE(was_posted());
    }
  });
}

}  // namespace
}  // namespace sotto
