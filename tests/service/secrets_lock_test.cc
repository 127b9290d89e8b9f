// SPDX-License-Identifier: Apache-2.0

#include "service/secrets_lock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

LockedSecret locked(std::string_view scope, std::string_view ref,
                    Version version = 1,
                    SecretState state = SecretState::kActive) {
  return {Scope::parse(scope).value(),
          parse_secret_ref(ref).value(),
          "local",
          version,
          state,
          {}};
}

std::vector<LockedSecret> some() {
  std::vector<LockedSecret> secrets{
      locked("platform", "chat.TOKEN"),
      locked("platform", "github.TOKEN", 3, SecretState::kDeleted),
      locked("org/acme", "github.TOKEN", 2, SecretState::kDisabled)};
  secrets[1].hosts = {"api.github.com", "uploads.github.com"};
  return secrets;
}

// What parsing "lock" says.
std::string trouble(const std::string& text) {
  return error_of(parse_secrets_lock(text, "lock"));
}

constexpr std::string_view kCure =
    " | write it anew with: sotto catalog snapshot > secrets.lock";

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(SecretsLock, IsALineASecret) {
  EXPECT_EQ(write_secrets_lock(some()),
            R"({
  "secrets_lock": 1,
  "secrets": [
    {"scope": "platform", "group": "chat", "key": "TOKEN", "store": "local", "version": 1, "state": "active", "hosts": []},
    {"scope": "platform", "group": "github", "key": "TOKEN", "store": "local", "version": 3, "state": "deleted", "hosts": ["api.github.com", "uploads.github.com"]},
    {"scope": "org/acme", "group": "github", "key": "TOKEN", "store": "local", "version": 2, "state": "disabled", "hosts": []}
  ],
  "digest": "e2ae39acb361f7ac9d6d1539a455c2e2d3603758cbabd4f4e9b794974f23d673"
}
)");
}

TEST(SecretsLock, IsReadAsItWasWritten) {
  const auto secrets = parse_secrets_lock(write_secrets_lock(some()), "lock");
  ASSERT_TRUE(secrets) << error_of(secrets);
  EXPECT_EQ(*secrets, some());
  const auto none = parse_secrets_lock(write_secrets_lock({}), "lock");
  ASSERT_TRUE(none) << error_of(none);
  EXPECT_TRUE(none->empty());
}

TEST(SecretsLock, MayBeFormattedAnew) {
  std::string text = write_secrets_lock(some());
  std::erase(text, '\n');
  EXPECT_EQ(parse_secrets_lock(text, "lock").value(), some());
}

TEST(SecretsLock, ThatWasEditedIsTold) {
  const std::string text = write_secrets_lock(some());
  const std::string expected =
      "corrupt: \"lock\" was changed since it was written" + std::string(kCure);
  EXPECT_EQ(trouble(with(text, "\"version\": 3", "\"version\": 4")), expected);
  EXPECT_EQ(trouble(with(text, "chat", "chap")), expected);
  EXPECT_EQ(trouble(with(text, "api.github.com", "api.github.co")), expected);
  auto swapped = some();
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(trouble(write_secrets_lock(swapped)), expected);
}

TEST(SecretsLock, ThatIsNoneIsTold) {
  const std::string text = write_secrets_lock(some());
  EXPECT_EQ(trouble("[]"),
            "corrupt: \"lock\" is not a secrets.lock" + std::string(kCure));
  EXPECT_EQ(trouble("{}"),
            "corrupt: \"lock\" is not a secrets.lock" + std::string(kCure));
  EXPECT_EQ(trouble(""),
            "corrupt: lock:1:1: the document is empty: expected a value" +
                std::string(kCure));
  EXPECT_EQ(trouble(with(text, "\"state\": \"active\"", "\"state\": \"gone\"")),
            "corrupt: lock:4:101: this is not a state" + std::string(kCure));
  EXPECT_EQ(trouble(with(text, "\"platform\"", "\"nobody\"")),
            "corrupt: lock:4:15: this is not a scope" + std::string(kCure));
  EXPECT_EQ(trouble(with(text, "\"version\": 1", "\"version\": -1")),
            "corrupt: lock:4:89: expected a whole number" + std::string(kCure));
  EXPECT_EQ(trouble(with(text, "\"store\"", "\"stroe\"")),
            "corrupt: lock:4:60: unknown member" + std::string(kCure));
  EXPECT_EQ(trouble(with(text, "\"group\": \"chat\", ", "")),
            "corrupt: lock:4:105: this secret lacks its group or its key" +
                std::string(kCure));
}

TEST(SecretsLock, OfANewerVersionIsTold) {
  EXPECT_EQ(trouble(R"({"secrets_lock": 2, "other": 1})"),
            "newer-version: \"lock\" is of version 2, and this is Sotto for "
            "version 1 | read it with a newer Sotto, or write it anew with "
            "this one");
}

TEST(SecretsLock, MakesACatalog) {
  const auto catalog = catalog_of(some());
  ASSERT_TRUE(catalog) << error_of(catalog);
  auto secrets = secrets_of(*catalog);
  ASSERT_TRUE(secrets) << error_of(secrets);
  EXPECT_EQ(*secrets, some());
}

TEST(SecretsLock, TellsWhatHasChanged) {
  auto after = some();
  after.erase(after.begin());
  after[0].version = 4;
  after[0].state = SecretState::kActive;
  after.push_back(locked("org/acme", "new.KEY"));
  std::vector<std::string> said;
  for (const LockChange& change : changes_between(some(), after)) {
    said.push_back(describe(change));
  }
  EXPECT_EQ(said, (std::vector<std::string>{
                      "chat.TOKEN in platform: gone",
                      "github.TOKEN in platform: active, was deleted; version "
                      "4, was 3",
                      "new.KEY in org/acme: new"}));
  EXPECT_TRUE(changes_between(some(), some()).empty());
}

}  // namespace
}  // namespace sotto::testing
