// SPDX-License-Identifier: Apache-2.0
//
// A program to be killed: writes to a local store or a catalog, and says on
// stdout what has been acknowledged to it.
//
//   sotto_durability_writer store|catalog FOLDER COUNT
//     Makes the store or the catalog in FOLDER if it is not there, goes on
//     where the last run stopped, and after each write prints its number on a
//     line of its own. COUNT 0: until it is killed.
//   sotto_durability_writer read store|catalog FOLDER
//     Checks all that is there and prints the number of the last write, 0 if
//     there was none, "none" if nothing was made yet.

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/catalog.h"
#include "store/local_store.h"

namespace {

namespace fs = std::filesystem;
using sotto::Error;
using sotto::Result;
using sotto::Version;

constexpr char kStore[] = "local";
const sotto::SecretRef kLast{"counter", "LAST"};

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  std::exit(3);
}

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

void must(const Result<void>& result) {
  if (!result) give_up(result.error());
}

// One write() a line: what is printed has been acknowledged.
void acknowledge(std::uint64_t number) {
  const std::string line = std::to_string(number) + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(4);
}

sotto::KeyChange change(std::string key, const std::string& value) {
  return {std::move(key), must(sotto::SecretString::copy_of(value))};
}

// What can be written to and asked for the number of its last write.
class Target {
 public:
  virtual ~Target() = default;
  virtual std::uint64_t last() = 0;
  virtual void write_next(std::uint64_t number) = 0;
  virtual void check() = 0;
};

class StoreTarget : public Target {
 public:
  explicit StoreTarget(const fs::path& folder) {
    const fs::path file = folder / "store.db";
    const sotto::LocalKey key{folder / "key", {}};
    store_ = fs::exists(file)
                 ? must(sotto::LocalStore::open(kStore, file, key))
                 : must(sotto::LocalStore::create(kStore, file, key));
  }

  std::uint64_t last() override {
    const std::vector<sotto::Locator> locators{{{}, kLast, {}, {}}};
    const auto answers = store_->fetch(locators);
    if (answers[0]) {
      const std::string_view text = answers[0]->value.text.expose();
      return std::strtoull(std::string(text).c_str(), nullptr, 10);
    }
    if (answers[0].error().code == sotto::ErrorCode::kMissing) return 0;
    give_up(answers[0].error());
  }

  // The counter and, in the same batch, one of: a new key, a larger value, a
  // removal.
  void write_next(std::uint64_t number) override {
    std::vector<sotto::GroupWrite> writes(2);
    writes[0].group = kLast.group;
    writes[0].changes.push_back(change(kLast.key, std::to_string(number)));
    writes[1].group = "group" + std::to_string(number / 3 % 7);
    if (number % 3 == 2) {
      writes[1].changes.push_back({"KEY", std::nullopt});
    } else {
      writes[1].changes.push_back(
          change("KEY", std::string(1 + number * 37 % 3000, 'v')));
    }
    auto versions = store_->put(writes);
    const bool nothing_to_remove =
        !versions[1] &&
        (versions[1].error().code == sotto::ErrorCode::kMissing ||
         versions[1].error().code == sotto::ErrorCode::kDeleted);
    // That refuses the whole batch: then the counter goes alone.
    if (nothing_to_remove) {
      versions = store_->put(std::span(writes).first(1));
    }
    for (const auto& version : versions) {
      if (!version) give_up(version.error());
    }
  }

  void check() override {
    must(store_->check());
    must(store_->list(sotto::Scope()));
    const auto history = store_->history(sotto::Scope(), kLast.group);
    if (!history && history.error().code != sotto::ErrorCode::kMissing) {
      give_up(history.error());
    }
  }

 private:
  std::unique_ptr<sotto::LocalStore> store_;
};

class CatalogTarget : public Target {
 public:
  explicit CatalogTarget(const fs::path& folder)
      : catalog_(must(
            sotto::Catalog::open(folder / "catalog.db", {.create = true}))) {}

  std::uint64_t last() override {
    const std::vector<sotto::SecretRef> refs{kLast};
    const std::vector<sotto::Scope> scopes{sotto::Scope()};
    const auto found = must(catalog_.find(refs, scopes));
    return found[0] ? found[0]->version : 0;
  }

  void write_next(std::uint64_t number) override {
    const sotto::Intent intent{sotto::Scope(), kLast.group, kStore};
    must(catalog_.begin(std::vector{intent}));
    std::vector<sotto::CatalogEntry> entries(1 + number % 5);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      entries[i].ref = kLast;
      if (i > 0) entries[i].ref.key = "KEY" + std::to_string(i);
      entries[i].store = kStore;
      entries[i].version = number;
    }
    must(catalog_.record(intent, entries));
  }

  void check() override { must(catalog_.verify()); }

 private:
  sotto::Catalog catalog_;
};

std::unique_ptr<Target> open_target(std::string_view kind,
                                    const fs::path& folder) {
  if (kind == "store") return std::make_unique<StoreTarget>(folder);
  if (kind == "catalog") return std::make_unique<CatalogTarget>(folder);
  std::fprintf(stderr, "expected store or catalog\n");
  std::exit(2);
}

int read_back(std::string_view kind, const fs::path& folder) {
  if (!fs::exists(folder / (std::string(kind) + ".db"))) {
    std::puts("none");
    return 0;
  }
  const auto target = open_target(kind, folder);
  target->check();
  std::printf("%llu\n", static_cast<unsigned long long>(target->last()));
  return 0;
}

int write_on(std::string_view kind, const fs::path& folder,
             std::uint64_t count) {
  const auto target = open_target(kind, folder);
  std::uint64_t number = target->last();
  for (std::uint64_t done = 0; count == 0 || done < count; ++done) {
    target->write_next(++number);
    acknowledge(number);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: %s store|catalog FOLDER COUNT\n"
                 "       %s read store|catalog FOLDER\n",
                 argv[0], argv[0]);
    return 2;
  }
  if (std::string_view(argv[1]) == "read") return read_back(argv[2], argv[3]);
  return write_on(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
