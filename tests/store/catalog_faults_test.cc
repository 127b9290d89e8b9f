// SPDX-License-Identifier: Apache-2.0
//
// What a catalog says of a file that is not what it should be.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "store/catalog.h"
#include "store/sqlite/checksum_vfs.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

class CatalogFaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<CatalogEntry> entries;
    for (int i = 0; i < 300; ++i) {
      const std::string name = "group" + std::to_string(i) + ".KEY";
      for (const Scope& scope : {acme_, org("other")}) {
        entries.push_back(entry(scope, name, "vault",
                                to_string(scope) + "/" + std::to_string(i)));
      }
      refs_.push_back(named(name));
    }
    refs_.push_back(named("never.WAS"));
    auto catalog = Catalog::open(file_, {.create = true});
    ASSERT_EQ(error_text(catalog), "");
    ASSERT_EQ(error_text(catalog->replace("vault", entries)), "");
  }

  std::string why_not(const Catalog::Options& options = {}) {
    std::string text = error_text(Catalog::open(file_, options));
    for (std::size_t at; (at = text.find(file_)) != text.npos;) {
      text.replace(at, file_.native().size(), "FILE");
    }
    return text;
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  Scope acme_ = org("acme");
  std::vector<SecretRef> refs_;
};

TEST_F(CatalogFaultsTest, AMissingFileIsMissing) {
  std::filesystem::remove(file_);
  EXPECT_EQ(error_code(Catalog::open(file_, {})), ErrorCode::kMissing);
  EXPECT_EQ(why_not(),
            "catalog \"FILE\" is not there\nhint: restore it from a backup; a "
            "new project begins with: sotto init");
}

TEST_F(CatalogFaultsTest, AFileOfAnotherKindIsUnsafe) {
  std::filesystem::remove(file_);
  std::filesystem::create_directory(file_);
  EXPECT_EQ(error_code(Catalog::open(file_, {})), ErrorCode::kUnsafeFile);
  EXPECT_EQ(why_not(), "catalog \"FILE\" is a folder: expected a regular file");
  std::filesystem::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(why_not({.create = true}),
            "catalog \"FILE\" is a pipe: expected a regular file");
}

TEST_F(CatalogFaultsTest, ALinkIsUnsafe) {
  const auto real = folder_ / "real.db";
  std::filesystem::rename(file_, real);
  std::filesystem::create_symlink(real, file_);
  EXPECT_EQ(why_not(),
            "catalog \"FILE\" is a symbolic link: expected a regular file");
  std::filesystem::remove(real);
  EXPECT_EQ(why_not({.create = true}),
            "catalog \"FILE\" is a symbolic link: expected a regular file");
  EXPECT_FALSE(std::filesystem::exists(real));
}

TEST_F(CatalogFaultsTest, AFolderOnTheWayMayBeALink) {
  const auto alias = folder_ / "alias";
  std::filesystem::create_directory_symlink(folder_.path(), alias);
  EXPECT_EQ(error_text(Catalog::open(alias / "catalog.db", {})), "");
}

TEST_F(CatalogFaultsTest, WhatOthersCanWriteIsUnsafe) {
  ASSERT_EQ(chmod(file_.c_str(), 0664), 0);
  EXPECT_EQ(why_not(),
            "catalog \"FILE\" can be written by others: its mode is 0664\n"
            "hint: chmod go-w \"FILE\"");
  ASSERT_EQ(chmod(file_.c_str(), 0644), 0);
  EXPECT_EQ(why_not(), "") << "names are no secret";
}

TEST_F(CatalogFaultsTest, AnotherUsersFileIsUnsafe) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(chown(file_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(why_not(),
            "catalog \"FILE\" belongs to another user: expected user 0, found "
            "12345\nhint: run as its owner, or make the file your own");
}

TEST_F(CatalogFaultsTest, WhatIsNoCatalogIsDamaged) {
  const std::string cure = "\nhint: delete it and run: sotto catalog sync";
  for (const std::string& bytes :
       {std::string("hello"), std::string(100000, 'x'),
        std::string(4096, '\0')}) {
    write_file(file_, bytes);
    EXPECT_EQ(error_code(Catalog::open(file_, {})), ErrorCode::kCorrupt);
    EXPECT_EQ(why_not(), "catalog \"FILE\" is damaged" + cure);
  }
  write_file(file_, "");
  EXPECT_EQ(why_not({.create = true}),
            "catalog \"FILE\" is not a catalog" + cure);
}

TEST_F(CatalogFaultsTest, AStoreIsNoCatalog) {
  const LocalFixture fixture;
  const auto opened = Catalog::open(fixture.file, {});
  EXPECT_EQ(error_code(opened), ErrorCode::kCorrupt);
  EXPECT_THAT(
      error_text(opened),
      StartsWith("catalog \"" + fixture.file.native() + "\" is not a catalog"));
}

TEST_F(CatalogFaultsTest, ANewerOneIsLeftAlone) {
  tamper(file_, "PRAGMA user_version=7");
  const std::string before = read_file(file_);
  EXPECT_EQ(error_code(Catalog::open(file_, {})), ErrorCode::kNewerVersion);
  EXPECT_EQ(why_not(),
            "catalog \"FILE\" was written by a newer sotto: expected format 3 "
            "at most, found 7\nhint: update sotto");
  EXPECT_EQ(read_file(file_), before);
}

TEST_F(CatalogFaultsTest, AnOlderOneIsBroughtUpToDateByWhoOnlyReads) {
  tamper(file_,
         "DROP TABLE hosts; DROP TABLE uses; DROP INDEX entries_key;"
         "PRAGMA user_version=1");
  const auto catalog = Catalog::open(file_, {.read_only = true});
  ASSERT_TRUE(catalog) << error_text(catalog);
  const auto hosts = catalog->hosts_of(std::array<std::string, 1>{"group1"},
                                       std::array{Scope::platform()});
  ASSERT_TRUE(hosts) << error_text(hosts);
  EXPECT_TRUE(hosts->empty());
  EXPECT_TRUE(catalog->verify());
}

TEST_F(CatalogFaultsTest, RowsThatMakeNoSenseAreDamage) {
  const std::string image = read_file(file_);
  for (const char* sql :
       {"UPDATE entries SET state=9 WHERE grp='group1'",
        "UPDATE entries SET version=-1 WHERE grp='group1'",
        "UPDATE entries SET grp='..' WHERE grp='group1' AND scope='acme'",
        "UPDATE entries SET scope='a/b' WHERE grp='group1' AND scope='acme'"}) {
    write_file(file_, image);
    tamper(file_, sql);
    auto catalog = Catalog::open(file_, {});
    ASSERT_EQ(error_text(catalog), "");
    EXPECT_EQ(error_code(catalog->verify()), ErrorCode::kCorrupt) << sql;
    EXPECT_EQ(error_code(catalog->list()), ErrorCode::kCorrupt) << sql;
  }
}

// A reader may ask for anything: what comes back is what was put in, or an
// error. 10,000 images with one to four flipped bits each.
TEST_F(CatalogFaultsTest, W06_AFlippedBitIsNeverAnotherAnswer) {
  const std::vector<Scope> scopes{acme_, Scope::platform()};
  const auto expected = Catalog::open(file_, {})->find(refs_, scopes).value();
  const std::string image = read_file(file_);
  std::mt19937_64 random(20260101);
  int refused = 0;
  for (int round = 0; round < 10000; ++round) {
    const int descriptor = open(file_.c_str(), O_WRONLY);
    ASSERT_GE(descriptor, 0);
    std::vector<std::size_t> places(1 + random() % 4);
    for (std::size_t& place : places) {
      place = random() % image.size();
      const char byte = static_cast<char>(image[place] ^ (1 << (random() % 8)));
      ASSERT_EQ(pwrite(descriptor, &byte, 1, static_cast<off_t>(place)), 1);
    }
    {
      auto catalog = Catalog::open(file_, {});
      const auto found = catalog.and_then(
          [&](Catalog& opened) { return opened.find(refs_, scopes); });
      if (found) {
        ASSERT_EQ(*found, expected) << "round " << round;
      } else {
        ASSERT_EQ(error_code(found), ErrorCode::kCorrupt) << "round " << round;
        ++refused;
      }
    }
    for (const std::size_t place : places) {
      ASSERT_EQ(pwrite(descriptor, &image[place], 1, static_cast<off_t>(place)),
                1);
    }
    close(descriptor);
  }
  EXPECT_GT(refused, 4000) << "of the pages, one index is not read";
  EXPECT_EQ(read_file(file_), image);
}

TEST_F(CatalogFaultsTest, W06_APageInThePlaceOfAnotherIsDamage) {
  const std::string image = read_file(file_);
  const std::size_t pages = image.size() / sqlite::kPageSize;
  for (std::size_t to = 0; to < pages; ++to) {
    std::string mixed = image;
    const std::size_t from = (to + 1) % pages;
    mixed.replace(to * sqlite::kPageSize, sqlite::kPageSize,
                  image.substr(from * sqlite::kPageSize, sqlite::kPageSize));
    write_file(file_, mixed);
    auto catalog = Catalog::open(file_, {});
    const auto verified =
        catalog.and_then([](Catalog& opened) { return opened.verify(); });
    EXPECT_EQ(error_code(verified), ErrorCode::kCorrupt) << to;
  }
}

TEST_F(CatalogFaultsTest, W06_ATruncatedCatalogIsDamage) {
  const std::string image = read_file(file_);
  for (std::size_t size = 0; size < image.size(); size += 1000) {
    write_file(file_, std::string_view(image).substr(0, size));
    auto catalog = Catalog::open(file_, {});
    const auto verified =
        catalog.and_then([](Catalog& opened) { return opened.verify(); });
    EXPECT_EQ(error_code(verified), ErrorCode::kCorrupt) << size;
  }
}

// Another process holds the write lock.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(run("BEGIN IMMEDIATE"), SQLITE_OK);
  }
  ~Writer() { sqlite3_close(database_); }
  int run(const char* sql) {
    return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  }

 private:
  sqlite3* database_ = nullptr;
};

TEST_F(CatalogFaultsTest, W05_ALockedCatalogIsBusyInTwoSecondsAndStillRead) {
  auto catalog = Catalog::open(file_, {});
  ASSERT_EQ(error_text(catalog), "");
  Writer writer(file_);
  const auto start = std::chrono::steady_clock::now();
  const auto refused = catalog->replace("vault", {});
  const auto waited = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(error_code(refused), ErrorCode::kBusy);
  EXPECT_EQ(error_text(refused), "catalog \"" + file_.native() +
                                     "\" is locked by another process, for 2 s "
                                     "now\nhint: try again");
  EXPECT_GE(waited, std::chrono::milliseconds(1500));
  EXPECT_LE(waited, std::chrono::milliseconds(2200));
  const std::vector<Scope> scopes{acme_};
  EXPECT_EQ(catalog->find(refs_, scopes)->size(), refs_.size());
  EXPECT_EQ(error_text(Catalog::open(file_, {})), "")
      << "opening needs no lock";
  writer.run("ROLLBACK");
  EXPECT_EQ(error_text(catalog->replace("vault", {})), "");
}

TEST_F(CatalogFaultsTest, ReadOnlyLooksUpAndWritesNothing) {
  const std::string before = read_file(file_);
  auto catalog = Catalog::open(file_, {.read_only = true});
  ASSERT_EQ(error_text(catalog), "");
  const std::vector<Scope> scopes{acme_};
  EXPECT_TRUE(catalog->find(refs_, scopes)->at(0));
  const auto refused = catalog->replace("vault", {});
  EXPECT_EQ(error_code(refused), ErrorCode::kIo);
  EXPECT_EQ(error_text(refused),
            "catalog \"" + file_.native() +
                "\" cannot be written: it was opened for reading alone");
  catalog = tl::unexpected(Error{});
  EXPECT_EQ(read_file(file_), before);
  EXPECT_FALSE(std::filesystem::exists(file_.native() + "-wal"));
}

TEST_F(CatalogFaultsTest, AReadOnlyFolderIsStillRead) {
  const int status = in_child_without_privileges(folder_.path(), [&] {
    const auto own = folder_ / "own.db";
    const CatalogEntry one = entry(acme_, "a.X");
    {
      auto catalog = Catalog::open(own, {.create = true});
      if (!catalog || !catalog->replace("local", std::vector{one})) return 2;
    }
    chmod(folder_.path().c_str(), 0500);
    auto catalog = Catalog::open(own, {});
    if (!catalog) return 3;
    const std::vector<SecretRef> refs{one.ref};
    const std::vector<Scope> scopes{acme_};
    if (catalog->find(refs, scopes).value().at(0) != one) return 4;
    const auto refused = catalog->replace("local", {});
    const std::string expected =
        "catalog \"" + own.native() +
        "\" cannot be written: the file or its folder is read-only";
    if (error_text(refused) != expected) return 5;
    if (error_code(Catalog::open(folder_ / "new.db", {.create = true})) !=
        ErrorCode::kIo) {
      return 6;
    }
    chmod(folder_.path().c_str(), 0700);
    return 0;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(CatalogFaultsTest, WhatAWriterLeftBehindIsReadInAReadOnlyFolder) {
  const int status = in_child_without_privileges(folder_.path(), [&] {
    const auto own = folder_ / "own.db";
    const CatalogEntry one = entry(acme_, "a.X");
    // Dies with its log not yet emptied into the file.
    const int writer = in_child([&] {
      auto catalog = Catalog::open(own, {.create = true});
      if (!catalog || !catalog->replace("local", std::vector{one})) return 1;
      _exit(0);
    });
    if (writer != 0) return 2;
    if (!std::filesystem::exists(own.native() + "-wal")) return 3;
    chmod(folder_.path().c_str(), 0500);
    auto catalog = Catalog::open(own, {});
    const std::vector<SecretRef> refs{one.ref};
    const std::vector<Scope> scopes{acme_};
    const auto found = catalog.and_then(
        [&](Catalog& opened) { return opened.find(refs, scopes); });
    chmod(folder_.path().c_str(), 0700);
    if (!found) return 4;
    return found->at(0) == one ? 0 : 5;
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sotto
