// SPDX-License-Identifier: Apache-2.0

#include "tests/store/testing_store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "store/sqlite/checksum_vfs.h"

namespace sotto {
namespace {

constexpr uid_t kNobody = 65534;

std::filesystem::path place_in_memory() {
  const std::filesystem::path memory = "/dev/shm";
  return access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::path();
}

}  // namespace

TempFolder::TempFolder() : testing::TempFolder(place_in_memory()) {}

Scope org(std::string_view name) {
  return Scope::parse("org/" + std::string(name)).value();
}

SecretRef named(std::string_view text) {
  return parse_secret_ref(text).value();
}

SecretString secret(std::string_view value) {
  return SecretString::copy_of(value).value();
}

CatalogEntry entry(const Scope& scope, std::string_view ref_text,
                   std::string_view store, std::string_view path) {
  CatalogEntry made;
  made.scope = scope;
  made.ref = named(ref_text);
  made.store = store;
  made.path = path;
  made.version = 1;
  return made;
}

Result<Version> put(Store& store, const Scope& scope, std::string_view ref_text,
                    std::string_view value, std::optional<Version> expected) {
  const SecretRef name = named(ref_text);
  std::vector<GroupWrite> writes(1);
  writes[0].scope = scope;
  writes[0].group = name.group;
  writes[0].changes.push_back({name.key, secret(value)});
  writes[0].expected = expected;
  return std::move(store.put(writes).at(0));
}

Result<Version> remove(Store& store, const Scope& scope,
                       std::string_view ref_text,
                       std::optional<Version> expected) {
  const SecretRef name = named(ref_text);
  std::vector<GroupWrite> writes(1);
  writes[0].scope = scope;
  writes[0].group = name.group;
  writes[0].changes.push_back({name.key, std::nullopt});
  writes[0].expected = expected;
  return std::move(store.put(writes).at(0));
}

std::string shown(const Result<FetchedSecret>& fetched) {
  if (fetched) return std::string(fetched->value.text.expose());
  return "<" + std::string(error_info(fetched.error().code).name) + ">";
}

std::string value_of(Store& store, const Scope& scope,
                     std::string_view ref_text,
                     std::optional<Version> version) {
  const std::vector<Locator> locators{{scope, named(ref_text), {}, version}};
  return shown(store.fetch(locators).at(0));
}

LocalFixture::LocalFixture() {
  auto created = LocalStore::create("local", file, key());
  EXPECT_EQ(error_text(created), "");
  if (created) store = std::move(*created);
}

Result<std::unique_ptr<LocalStore>> LocalFixture::open() const {
  return LocalStore::open("local", file, key());
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void repair_checksums(std::string& image) {
  using sqlite::kChecksumSize;
  using sqlite::kPageSize;
  for (std::size_t at = 0; at + kPageSize <= image.size(); at += kPageSize) {
    const std::string_view page(image.data() + at, kPageSize);
    const std::uint64_t sum = sqlite::page_checksum(page, at / kPageSize + 1);
    std::memcpy(image.data() + at + kPageSize - kChecksumSize, &sum,
                kChecksumSize);
  }
}

void tamper(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  std::string image = read_file(file);
  repair_checksums(image);
  write_file(file, image);
}

int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int in_child_without_privileges(const std::filesystem::path& folder,
                                const std::function<int()>& body) {
  if (geteuid() != 0) return in_child(body);
  return in_child([&] {
    if (chown(folder.c_str(), kNobody, kNobody) != 0) return 100;
    if (setgid(kNobody) != 0 || setuid(kNobody) != 0) return 101;
    return body();
  });
}

}  // namespace sotto
