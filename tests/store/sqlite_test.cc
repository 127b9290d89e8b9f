// SPDX-License-Identifier: Apache-2.0
//
// The layers below catalog and store: checksums, settings, migrations, pool.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "store/process_identity.h"
#include "store/sqlite/checksum_vfs.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/pool.h"
#include "tests/store/testing_store.h"

namespace sotto::sqlite {
namespace {

using ::testing::ElementsAre;

constexpr Database::Kind kKind{.noun = "thing",
                               .cure = "make another",
                               .application_id = 42,
                               .forbidden_mode = 0077};
constexpr char kOne[] = "CREATE TABLE one(a TEXT) STRICT";
constexpr char kTwo[] = "ALTER TABLE one ADD COLUMN b TEXT";
constexpr std::array<const char*, 1> kFirst{kOne};
constexpr std::array<const char*, 2> kBoth{kOne, kTwo};

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        error_text(Database::create(
            file_, kKind, [](Database& made) { return build(made, kFirst); })),
        "");
  }
  Database open() {
    return std::move(*Database::open(file_, kKind, Database::Mode::kReadWrite));
  }
  std::int64_t setting(Database& database, const char* pragma) {
    return database.integer(pragma).value();
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "thing.db";
};

TEST_F(SqliteTest, IsSetUpForDurabilityAndDistrust) {
  Database database = open();
  EXPECT_EQ(setting(database, "PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(setting(database, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(setting(database, "PRAGMA trusted_schema"), 0);
  EXPECT_EQ(setting(database, "PRAGMA cell_size_check"), 1);
  EXPECT_EQ(setting(database, "PRAGMA secure_delete"), 1);
  EXPECT_EQ(setting(database, "PRAGMA mmap_size"), 0);
  EXPECT_EQ(setting(database, "PRAGMA page_size"), 4096);
  auto mode = database.use("PRAGMA journal_mode");
  ASSERT_TRUE(mode && mode->step());
  EXPECT_EQ(mode->text(0), "wal");
  // A word in double quotes is a name, never a text.
  EXPECT_FALSE(database.execute("INSERT INTO one VALUES(\"text\")"));
  EXPECT_FALSE(database.execute("SELECT load_extension('x')"));
}

TEST_F(SqliteTest, EveryPageCarriesItsChecksum) {
  {
    Database database = open();
    ASSERT_TRUE(database.execute("INSERT INTO one VALUES('text')"));
  }
  const std::string image = read_file(file_);
  std::string repaired = image;
  repair_checksums(repaired);
  EXPECT_EQ(image, repaired);
  EXPECT_EQ(image[20], static_cast<char>(kChecksumSize)) << "reserved bytes";
}

TEST_F(SqliteTest, PlainSqliteReadsItToo) {
  sqlite3* plain = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &plain), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(plain, "SELECT * FROM one", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(plain);
}

TEST(PageChecksumTest, EveryBitAndThePageNumberCount) {
  std::string page(kPageSize, '\0');
  std::set<std::uint64_t> sums{page_checksum(page, 1), page_checksum(page, 2)};
  std::size_t expected = 2;
  for (std::size_t bit = 0; bit < (kPageSize - kChecksumSize) * 8; ++bit) {
    page[bit / 8] = static_cast<char>(1 << (bit % 8));
    sums.insert(page_checksum(page, 1));
    page[bit / 8] = 0;
    ++expected;
  }
  EXPECT_EQ(sums.size(), expected);
  page.back() = 1;
  EXPECT_EQ(page_checksum(page, 1),
            page_checksum(std::string(kPageSize, '\0'), 1))
      << "the place of the checksum is not part of it";
}

// Two bits that undo each other: any pair, and pairs of words that meet in one
// lane of the sum.
TEST(PageChecksumTest, ASecondFlippedBitDoesNotHideTheFirst) {
  std::mt19937_64 random(20260102);
  std::string page(kPageSize, '\0');
  for (char& byte : page) byte = static_cast<char>(random());
  const std::uint64_t good = page_checksum(page, 1);
  const auto flip = [&page](std::size_t bit) {
    page[bit / 8] = static_cast<char>(page[bit / 8] ^ (1 << (bit % 8)));
  };
  constexpr std::size_t kBits = (kPageSize - kChecksumSize) * 8;
  for (int round = 0; round < 100000; ++round) {
    const std::size_t first = random() % kBits;
    const std::size_t second = random() % kBits;
    flip(first);
    flip(second);
    EXPECT_EQ(page_checksum(page, 1) == good, first == second);
    flip(second);
    flip(first);
  }
  for (const std::size_t distance : {1u, 2u, 4u, 8u, 16u}) {
    for (std::size_t first = 6400; first < 6464; ++first) {
      for (std::size_t second = 0; second < 64; ++second) {
        const std::size_t other = 6400 + distance * 64 + second;
        flip(first);
        flip(other);
        EXPECT_NE(page_checksum(page, 1), good);
        flip(other);
        flip(first);
      }
    }
  }
}

TEST_F(SqliteTest, KeysAreARelation) {
  Database database = open();
  const std::vector<KeyRow> keys{{"s", "g", "n", 7}, {"", "", "", -1}};
  auto statement = database.use(
      "SELECT position, scope, grp, name, number FROM sotto_keys(?1)");
  ASSERT_EQ(error_text(statement), "");
  statement->bind_keys(1, keys);
  std::vector<std::string> rows;
  while (statement->step().value()) {
    std::string row;
    for (int column = 0; column < 5; ++column) {
      row += std::string(statement->text(column)) + "|";
    }
    rows.push_back(row);
  }
  EXPECT_THAT(rows, ElementsAre("0|s|g|n|7|", "1||||-1|"));
}

TEST_F(SqliteTest, KeysWithoutAPointerAreNone) {
  Database database = open();
  auto unbound = database.use("SELECT count(*) FROM sotto_keys(?1)");
  ASSERT_TRUE(unbound && unbound->step());
  EXPECT_EQ(unbound->integer(0), 0);
  EXPECT_FALSE(database.execute("SELECT * FROM sotto_keys"));
  EXPECT_EQ(database.integer("SELECT count(*) FROM sotto_keys(12345)").value(),
            0);
}

TEST_F(SqliteTest, ATransactionThatIsNotCommittedNeverWas) {
  Database database = open();
  {
    auto transaction = Transaction::begin(database, Transaction::Kind::kWrite);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database.execute("INSERT INTO one VALUES('text')"));
  }
  EXPECT_EQ(database.integer("SELECT count(*) FROM one").value(), 0);
  auto again = Transaction::begin(database, Transaction::Kind::kWrite);
  ASSERT_EQ(error_text(again), "");
}

TEST_F(SqliteTest, ABrokenRuleIsAConflict) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE UNIQUE INDEX i ON one(a)"));
  ASSERT_TRUE(database.execute("INSERT INTO one VALUES('x')"));
  const auto broken = database.execute("INSERT INTO one VALUES('x')");
  EXPECT_EQ(error_code(broken), ErrorCode::kConflict);
  EXPECT_EQ(error_text(broken), "thing \"" + file_.native() +
                                    "\" cannot be written: it would break a "
                                    "rule of its schema");
}

TEST_F(SqliteTest, OddNamesAreNamesOfFiles) {
  for (const char* name :
       {":memory:", "file:x?mode=memory", "a b%41#?&\"'", "\xff\xfe"}) {
    const auto file = folder_ / name;
    ASSERT_EQ(
        error_text(Database::create(
            file, kKind, [](Database& made) { return build(made, kFirst); })),
        "")
        << name;
    EXPECT_TRUE(std::filesystem::is_regular_file(file)) << name;
    EXPECT_EQ(
        error_text(Database::open(file, kKind, Database::Mode::kReadWrite)),
        "");
  }
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_EQ(
      error_text(Database::open(":memory:", kKind, Database::Mode::kReadWrite)),
      "");
  std::filesystem::current_path(before);
}

TEST_F(SqliteTest, AFailedCreationLeavesNothing) {
  const auto file = folder_ / "new.db";
  const auto made = Database::create(file, kKind, [](Database& database) {
    return Result<void>(database.damaged("is of no use"));
  });
  EXPECT_EQ(error_text(made),
            "thing \"" + file.native() + "\" is of no use\nhint: make another");
  const auto files = std::filesystem::directory_iterator(folder_.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "thing.db alone";
}

class MigrationsTest : public SqliteTest {};

TEST_F(MigrationsTest, AnOlderFormatIsBroughtUpToDateOnce) {
  {
    Database database = open();
    ASSERT_TRUE(database.execute("INSERT INTO one VALUES('kept')"));
    EXPECT_EQ(setting(database, "PRAGMA user_version"), 1);
    ASSERT_EQ(error_text(migrate(database, kBoth)), "");
    EXPECT_EQ(setting(database, "PRAGMA user_version"), 2);
  }
  Database database = open();
  EXPECT_EQ(error_text(migrate(database, kBoth)), "");
  EXPECT_EQ(database
                .integer("SELECT count(*) FROM one WHERE a='kept' AND b "
                         "IS NULL")
                .value(),
            1);
}

TEST_F(MigrationsTest, ANewerFormatIsRefusedUntouched) {
  Database database = open();
  ASSERT_TRUE(migrate(database, kBoth));
  const auto refused = migrate(database, kFirst);
  EXPECT_EQ(error_code(refused), ErrorCode::kNewerVersion);
  EXPECT_EQ(error_text(refused),
            "thing \"" + file_.native() +
                "\" was written by a newer sotto: expected format 1 at most, "
                "found 2\nhint: update sotto");
  EXPECT_EQ(setting(database, "PRAGMA user_version"), 2);
}

TEST_F(MigrationsTest, AStepThatFailsUndoesThemAll) {
  constexpr std::array<const char*, 3> kBroken{kOne, kTwo, "NO SQL"};
  Database database = open();
  EXPECT_EQ(error_code(migrate(database, kBroken)), ErrorCode::kCorrupt);
  EXPECT_EQ(setting(database, "PRAGMA user_version"), 1);
  EXPECT_FALSE(database.execute("SELECT b FROM one"));
}

TEST_F(MigrationsTest, AnOlderFormatThatCannotBeWrittenIsTold) {
  auto database = Database::open(file_, kKind, Database::Mode::kReadOnly);
  ASSERT_TRUE(database);
  EXPECT_EQ(error_code(migrate(*database, kBoth)), ErrorCode::kIo);
}

TEST_F(MigrationsTest, ANegativeVersionIsDamage) {
  tamper(file_, "PRAGMA user_version=-1");
  Database database = open();
  EXPECT_EQ(error_code(migrate(database, kFirst)), ErrorCode::kCorrupt);
}

TEST(PoolTest, OpensNoMoreThanItsCapacity) {
  std::atomic<int> opened = 1;
  std::atomic<int> in_use = 0;
  std::atomic<int> most = 0;
  Pool pool(
      std::move(*Database::in_memory(kKind)),
      [&] {
        ++opened;
        return Database::in_memory(kKind);
      },
      3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        auto lease = pool.lease();
        ASSERT_TRUE(lease);
        const int now = ++in_use;
        int known = most.load();
        while (known < now && !most.compare_exchange_weak(known, now)) {
        }
        EXPECT_EQ((*lease)->integer("SELECT 7").value(), 7);
        --in_use;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(opened, 3);
  EXPECT_LE(most, 3);
}

TEST(PoolTest, AFailureToOpenLeavesNobodyWaiting) {
  Pool pool(
      std::move(*Database::in_memory(kKind)),
      []() -> Result<Database> { return fail(ErrorCode::kIo, "no"); }, 2);
  auto first = pool.lease();
  ASSERT_TRUE(first);
  EXPECT_EQ(error_text(pool.lease()), "no");
  EXPECT_EQ(error_text(pool.lease()), "no");
}

TEST(ProcessIdentityTest, TellsTheLivingFromTheDead) {
  EXPECT_TRUE(is_alive(process_identity()));
  EXPECT_TRUE(is_alive("1:" + [] {
    const std::string text = read_file("/proc/1/stat");
    std::istringstream rest(text.substr(text.rfind(')') + 1));
    std::string word;
    for (int field = 3; field <= 22; ++field) rest >> word;
    return word;
  }()));
  EXPECT_FALSE(is_alive(std::to_string(getpid()) + ":1"));
  EXPECT_FALSE(is_alive("4194305:1"));
  for (const char* text : {"", ":", "x", "-1:5", "0:0"}) {
    EXPECT_FALSE(is_alive(text)) << text;
  }
}

}  // namespace
}  // namespace sotto::sqlite
