// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the stores share: a folder that goes, short ways to write
// names, a look into a value.

#ifndef SOTTO_TESTS_STORE_TESTING_STORE_H_
#define SOTTO_TESTS_STORE_TESTING_STORE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/local_store.h"
#include "store/store.h"
#include "tests/base/testing_folder.h"

namespace sotto {

// In memory if there is such a place: what these tests ask is not how fast the
// disk is.
class TempFolder : public testing::TempFolder {
 public:
  TempFolder();
};

Scope org(std::string_view name);
SecretRef named(std::string_view text);  // "group.KEY"
SecretString secret(std::string_view value);
CatalogEntry entry(const Scope& scope, std::string_view ref_text,
                   std::string_view store = "local",
                   std::string_view path = "");

// The message and the hint of a failure, as one text; "" if there is none.
template <typename T>
std::string error_text(const Result<T>& result) {
  return result ? "" : to_string(result.error());
}
template <typename T>
std::optional<ErrorCode> error_code(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

// Writes one value and returns the group's new version.
Result<Version> put(Store& store, const Scope& scope, std::string_view ref_text,
                    std::string_view value,
                    std::optional<Version> expected = std::nullopt);
Result<Version> remove(Store& store, const Scope& scope,
                       std::string_view ref_text,
                       std::optional<Version> expected = std::nullopt);

// The value, or the error's name in angle brackets, as in "<missing>".
std::string value_of(Store& store, const Scope& scope,
                     std::string_view ref_text,
                     std::optional<Version> version = std::nullopt);
std::string shown(const Result<FetchedSecret>& fetched);

// A local store with a key file in a folder of its own.
struct LocalFixture {
  LocalFixture();
  LocalKey key() const { return LocalKey{key_file, {}}; }
  Result<std::unique_ptr<LocalStore>> open() const;

  TempFolder folder;
  std::filesystem::path file = folder / "store.db";
  std::filesystem::path key_file = folder / "key";
  std::unique_ptr<LocalStore> store;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view bytes);

// Gives every page of a database image the checksum that it should have: what
// somebody does who alters a file on purpose.
void repair_checksums(std::string& image);

// Runs SQL on a database as an attacker would, with plain SQLite, and repairs
// the checksums.
void tamper(const std::filesystem::path& file, const std::string& sql);

// Runs `body` in a child process, as another user if this one is root, and
// returns its exit status. gtest's failures in the child are printed; return
// one, then.
int in_child(const std::function<int()>& body);
int in_child_without_privileges(const std::filesystem::path& folder,
                                const std::function<int()>& body);

}  // namespace sotto

#endif  // SOTTO_TESTS_STORE_TESTING_STORE_H_
