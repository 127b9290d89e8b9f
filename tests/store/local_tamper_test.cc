// SPDX-License-Identifier: Apache-2.0
//
// Whoever alters a local store's file gets an error out of it, never an answer
// that was not put in (W07). What alters it here knows SQLite and our page
// checksums; it lacks the key.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "store/local/byte_codec.h"
#include "store/local/group_record.h"
#include "store/local/manifest.h"
#include "store/sqlite/checksum_vfs.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class LocalTamperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* value : {"first", "second", "third"}) {
      ASSERT_TRUE(put(*fixture_.store, acme_, "a.X", value));
    }
    ASSERT_TRUE(put(*fixture_.store, acme_, "b.X", "other"));
    ASSERT_TRUE(put(*fixture_.store, platform_, "a.X", "shared"));
    fixture_.store.reset();
    image_ = read_file(fixture_.file);
  }

  // Every answer that the store gives after `sql`, in one line.
  std::string answers_after(const std::string& sql) {
    write_file(fixture_.file, image_);
    tamper(fixture_.file, sql);
    return answers();
  }

  std::string answers() {
    auto store = fixture_.open();
    if (!store) {
      return "<" + std::string(error_info(store.error().code).name) + ">";
    }
    return value_of(**store, acme_, "a.X") + " " +
           value_of(**store, acme_, "b.X") + " " +
           value_of(**store, platform_, "a.X") + " " +
           value_of(**store, acme_, "c.X");
  }

  std::string pinned_after(const std::string& sql, Version version) {
    write_file(fixture_.file, image_);
    tamper(fixture_.file, sql);
    auto store = fixture_.open();
    if (!store) return "<not opened>";
    return value_of(**store, acme_, "a.X", version);
  }

  LocalFixture fixture_;
  Scope platform_;
  Scope acme_ = org("acme");
  std::string image_;
};

constexpr char kGood[] = "third other shared <missing>";

TEST_F(LocalTamperTest, AnUnalteredFileIsGood) {
  EXPECT_EQ(answers(), kGood);
  EXPECT_EQ(answers_after("SELECT 1"), kGood);
  EXPECT_EQ(error_text(fixture_.open().value()->check()), "");
}

TEST_F(LocalTamperTest, W07_ARowThatIsGoneIsNoticed) {
  EXPECT_EQ(answers_after("DELETE FROM versions WHERE grp='b'"),
            "third <corrupt> shared <missing>");
  EXPECT_EQ(
      answers_after("DELETE FROM versions WHERE scope='acme' AND version=3"),
      "<corrupt> other shared <missing>");
  EXPECT_EQ(answers_after("DELETE FROM versions"),
            "<corrupt> <corrupt> <corrupt> <missing>");
}

TEST_F(LocalTamperTest, W07_ARowThatWasRolledBackIsNoticed) {
  EXPECT_EQ(
      answers_after(
          "UPDATE versions SET sealed=(SELECT v.sealed FROM versions v WHERE "
          "v.scope='acme' AND v.grp='a' AND v.version=2), nonce=(SELECT "
          "v.nonce FROM versions v WHERE v.scope='acme' AND v.grp='a' AND "
          "v.version=2) WHERE scope='acme' AND grp='a' AND version=3"),
      "<corrupt> other shared <missing>");
  EXPECT_EQ(answers_after("DELETE FROM versions WHERE version=3;"
                          "UPDATE versions SET version=3 WHERE version=2"),
            "<corrupt> other shared <missing>");
}

TEST_F(LocalTamperTest, W07_RowsThatWereSwappedAreNoticed) {
  EXPECT_EQ(answers_after("DELETE FROM versions WHERE scope='acme' AND "
                          "grp='a' AND version<3;"
                          "UPDATE versions SET grp='t' WHERE grp='b';"
                          "UPDATE versions SET grp='b' WHERE grp='a' AND "
                          "scope='acme';"
                          "UPDATE versions SET grp='a' WHERE grp='t'"),
            "<corrupt> <corrupt> shared <missing>");
  EXPECT_EQ(answers_after("UPDATE versions SET scope='t' WHERE scope='';"
                          "UPDATE versions SET scope='' WHERE scope='acme' "
                          "AND version=1 AND grp='a'"),
            "third other <corrupt> <missing>");
}

TEST_F(LocalTamperTest, W07_ARowOfAGroupThatNeverWasIsNoticed) {
  EXPECT_EQ(answers_after("INSERT INTO versions SELECT scope, 'c', version, "
                          "previous, nonce, sealed FROM versions WHERE "
                          "grp='b'"),
            "third other shared <corrupt>");
  EXPECT_THAT(error_text(fixture_.open().value()->check()),
              HasSubstr("was altered: it has a stray row"));
}

TEST_F(LocalTamperTest, W07_AManifestThatWasRolledBackIsNoticed) {
  // What the file said before a's third version: its bucket, then its bucket
  // and the root.
  write_file(fixture_.file, image_);
  const auto old = fixture_.folder / "old.db";
  write_file(old, image_);
  {
    auto store = fixture_.open().value();
    ASSERT_TRUE(put(*store, acme_, "a.X", "fourth"));
  }
  image_ = read_file(fixture_.file);
  const std::string attach = "ATTACH '" + old.native() + "' AS old;";
  // A group may share a's bucket, by the store's key, and is then refused too.
  const auto noticed = MatchesRegex(
      "<corrupt> (other|<corrupt>) (shared|<corrupt>) (<missing>|<corrupt>)");
  EXPECT_THAT(
      answers_after(attach + "INSERT OR REPLACE INTO buckets SELECT * FROM "
                             "old.buckets"),
      noticed);
  EXPECT_THAT(
      answers_after(attach +
                    "INSERT OR REPLACE INTO root SELECT * FROM old.root"),
      noticed);
  EXPECT_EQ(answers_after(attach +
                          "INSERT OR REPLACE INTO root SELECT * FROM old.root;"
                          "INSERT OR REPLACE INTO buckets SELECT * FROM "
                          "old.buckets"),
            "<corrupt> other shared <missing>");
}

// The one thing that no file can know of itself; docs/local-store.md says so.
TEST_F(LocalTamperTest, W07_TheWholeFileFromYesterdayIsAccepted) {
  {
    auto store = fixture_.open().value();
    ASSERT_TRUE(put(*store, acme_, "a.X", "fourth"));
  }
  write_file(fixture_.file, image_);
  EXPECT_EQ(answers(), kGood);
}

TEST_F(LocalTamperTest, W07_AStoreThatGoesBackWhileItIsOpenIsNoticed) {
  write_file(fixture_.file, image_);
  auto store = fixture_.open().value();
  ASSERT_TRUE(put(*store, acme_, "a.X", "fourth"));
  const auto old = fixture_.folder / "old.db";
  write_file(old, image_);
  // Put the rows of yesterday back, all of them, through SQLite.
  tamper(old, "ATTACH '" + fixture_.file.native() +
                  "' AS now; DELETE FROM now.versions;"
                  "INSERT INTO now.versions SELECT * FROM versions;"
                  "DELETE FROM now.buckets;"
                  "INSERT INTO now.buckets SELECT * FROM buckets;"
                  "DELETE FROM now.root;"
                  "INSERT INTO now.root SELECT * FROM root;"
                  "PRAGMA now.wal_checkpoint");
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "<corrupt>");
}

TEST_F(LocalTamperTest, W07_TheManifestIsBoundToItsStore) {
  EXPECT_EQ(answers_after("UPDATE header SET store_id=randomblob(16)"),
            "<corrupt>");
  EXPECT_EQ(answers_after("UPDATE header SET key_check=randomblob(16)"),
            "<corrupt>");
  EXPECT_EQ(answers_after("DELETE FROM header"), "<corrupt>");
  EXPECT_EQ(answers_after("DELETE FROM root"), "<corrupt>");
  EXPECT_EQ(answers_after("UPDATE root SET counter=counter-1"), "<corrupt>");
  EXPECT_EQ(answers_after("UPDATE root SET macs=zeroblob(4096)"), "<corrupt>");
  EXPECT_EQ(answers_after("DELETE FROM buckets"),
            "<corrupt> <corrupt> <corrupt> <missing>");
}

TEST_F(LocalTamperTest, W07_HistoryIsAChain) {
  EXPECT_EQ(pinned_after("SELECT 1", 1), "first");
  EXPECT_EQ(pinned_after("SELECT 1", 2), "second");
  EXPECT_EQ(pinned_after("DELETE FROM versions WHERE version=2", 1),
            "<corrupt>");
  EXPECT_EQ(pinned_after("DELETE FROM versions WHERE version=1", 1),
            "<corrupt>");
  EXPECT_EQ(pinned_after("UPDATE versions SET previous=zeroblob(16) WHERE "
                         "version=3",
                         2),
            "<corrupt>");
  EXPECT_EQ(pinned_after("UPDATE versions SET sealed=(SELECT v.sealed FROM "
                         "versions v WHERE v.scope='acme' AND v.grp='a' AND "
                         "v.version=1) WHERE version=2",
                         2),
            "<corrupt>");
}

// A version 2 that this key once sealed, in a file that then went another way.
TEST_F(LocalTamperTest, W07_AVersionOfAnotherLineIsNoticed) {
  LocalFixture line;
  ASSERT_TRUE(put(*line.store, acme_, "a.X", "first"));
  line.store.reset();
  const std::string fork = read_file(line.file);
  const auto second_with = [&](const char* value) {
    write_file(line.file, fork);
    auto store = line.open().value();
    EXPECT_TRUE(put(*store, acme_, "a.X", value));
    if (value == std::string_view("kept")) {
      EXPECT_TRUE(put(*store, acme_, "a.X", "third"));
    }
    store.reset();
    return read_file(line.file);
  };
  const auto dropped = line.folder / "dropped.db";
  write_file(dropped, second_with("dropped"));
  write_file(line.file, second_with("kept"));
  tamper(line.file, "ATTACH '" + dropped.native() +
                        "' AS dropped; INSERT OR REPLACE INTO versions SELECT "
                        "* FROM dropped.versions WHERE version=2");
  auto store = line.open().value();
  EXPECT_EQ(value_of(*store, acme_, "a.X"), "third");
  EXPECT_EQ(value_of(*store, acme_, "a.X", 2), "<corrupt>");
}

// Every byte of every column of every row, one after the other.
TEST_F(LocalTamperTest, W07_EveryByteOfEveryRowCounts) {
  struct Column {
    const char* table;
    const char* column;
    const char* row;
    std::size_t size;
  };
  const std::string sealed_a = "scope='acme' AND grp='a' AND version=3";
  std::vector<Column> columns;
  for (const char* column : {"nonce", "previous", "sealed"}) {
    columns.push_back({"versions", column, sealed_a.c_str(),
                       column == std::string_view("nonce")      ? 24u
                       : column == std::string_view("previous") ? 16u
                                                                : 72u});
  }
  columns.push_back({"root", "mac", "id=1", 16});
  columns.push_back({"header", "store_id", "id=1", 16});
  columns.push_back({"header", "key_check", "id=1", 16});
  for (const auto& [table, column, row, size] : columns) {
    for (std::size_t at = 0; at < size; ++at) {
      const std::string to_flip = std::to_string(at + 1);
      const std::string name = column;
      // Through hexadecimal: SQLite has no operator for bytes.
      const std::string half =
          "substr(hex(" + name + ")," + std::to_string(2 * at + 1) + ",1)";
      const std::string sql =
          "CREATE TEMP TABLE changed AS SELECT CAST(substr(" + name + ",1," +
          std::to_string(at) + ") AS BLOB) AS head, CASE WHEN " + half +
          "='A' THEN x'B5' ELSE x'A5' END AS byte, CAST(substr(" + name + "," +
          std::to_string(at + 2) + ") AS BLOB) AS tail FROM " + table +
          " WHERE " + row + ";UPDATE " + table + " SET " + name +
          "=(SELECT CAST(head || byte || tail AS BLOB) FROM changed) WHERE " +
          row;
      const std::string answers = answers_after(sql);
      ASSERT_THAT(answers,
                  AnyOf("<corrupt>", "<corrupt> other shared <missing>"))
          << table << "." << column << " byte " << to_flip;
    }
  }
}

// Every byte of the whole file, without and with its page's checksum repaired:
// an error, or exactly what was put.
TEST_F(LocalTamperTest, W07_EveryByteOfTheFileIsTheSameOrAnError) {
  const auto part_is_good = [](const std::string& got) {
    static const std::vector<std::string> good{"third", "other", "shared",
                                               "<missing>"};
    if (got == "<corrupt>" || got == "<newer-version>") return true;
    std::istringstream words(got);
    std::string word;
    for (const std::string& expected : good) {
      if (!(words >> word)) return false;
      if (word != expected && word != "<corrupt>") return false;
    }
    return true;
  };
  // A prime step in a file of a few pages: each run of the suite would take
  // minutes with all of them. The fuzzer does the rest.
  constexpr std::size_t kStep = 29;
  for (std::size_t at = 0; at < image_.size(); at += kStep) {
    std::string mutated = image_;
    mutated[at] = static_cast<char>(mutated[at] ^ (1 << (at % 8)));
    write_file(fixture_.file, mutated);
    EXPECT_TRUE(part_is_good(answers())) << "byte " << at << ": " << answers();
    repair_checksums(mutated);
    write_file(fixture_.file, mutated);
    EXPECT_TRUE(part_is_good(answers())) << "byte " << at << ": " << answers();
  }
}

TEST_F(LocalTamperTest, W07_ATruncatedFileIsDamaged) {
  for (std::size_t size = 0; size < image_.size(); size += 97) {
    write_file(fixture_.file, std::string_view(image_).substr(0, size));
    EXPECT_EQ(answers(), "<corrupt>") << size;
  }
  write_file(fixture_.file, "");
  EXPECT_THAT(error_text(fixture_.open()), HasSubstr("\" is not a store"));
}

TEST_F(LocalTamperTest, W07_TwoFilesSplicedAreDamaged) {
  LocalFixture other;
  ASSERT_TRUE(put(*other.store, acme_, "a.X", "foreign"));
  ASSERT_TRUE(put(*other.store, acme_, "b.X", "foreign"));
  other.store.reset();
  const std::string foreign = read_file(other.file);
  for (std::size_t page = 0; page < image_.size(); page += sqlite::kPageSize) {
    std::string spliced = image_;
    spliced.replace(page, sqlite::kPageSize,
                    foreign.substr(page, sqlite::kPageSize));
    write_file(fixture_.file, spliced);
    EXPECT_THAT(answers(), Not(HasSubstr("foreign"))) << page;
  }
}

TEST_F(LocalTamperTest, TheFileHoldsNoValue) {
  for (const char* value : {"first", "second", "third", "other", "shared"}) {
    EXPECT_EQ(image_.find(value), std::string::npos) << value;
  }
}

TEST_F(LocalTamperTest, AnAlteredGroupIsTold) {
  answers_after("DELETE FROM versions WHERE grp='b'");
  auto store = fixture_.open().value();
  const std::vector<Locator> locators{{acme_, named("b.X"), {}, {}}};
  EXPECT_EQ(error_text(store->fetch(locators).at(0)),
            "group \"b\" of org/acme was altered in store \"" +
                fixture_.file.native() + "\"\nhint: restore it from a backup");
  EXPECT_EQ(error_code(store->list(acme_)), ErrorCode::kCorrupt);
  EXPECT_EQ(error_code(store->check()), ErrorCode::kCorrupt);
  EXPECT_EQ(error_code(put(*store, acme_, "b.X", "new")), ErrorCode::kCorrupt);
}

TEST(GroupRecordTest, DecodesWhatItEncodes) {
  GroupRecord group;
  group.created = Timestamp(std::chrono::seconds(1700000000));
  group.keys.push_back(
      {"A", false, SecretValue::Kind::kString, 1, group.created, "value"});
  group.keys.push_back(
      {"B", true, SecretValue::Kind::kString, 2, group.created, ""});
  group.keys.push_back(
      {"C", false, SecretValue::Kind::kJson, 3, group.created, "[1]"});
  const SecretString bytes = encode_group(group).value();
  const auto decoded = decode_group(bytes.expose());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->created, group.created);
  ASSERT_EQ(decoded->keys.size(), 3u);
  EXPECT_EQ(decoded->find("A")->value, "value");
  EXPECT_TRUE(decoded->find("B")->deleted);
  EXPECT_EQ(decoded->find("C")->kind, SecretValue::Kind::kJson);
  EXPECT_EQ(decoded->find("C")->changed, 3u);
  EXPECT_EQ(decoded->find("D"), nullptr);
}

TEST(GroupRecordTest, RefusesWhatItWouldNotWrite) {
  GroupRecord group;
  group.keys.push_back({"A", false, SecretValue::Kind::kString, 1, {}, "v"});
  group.keys.push_back({"B", false, SecretValue::Kind::kString, 1, {}, "w"});
  const SecretString bytes = encode_group(group).value();
  const std::string good(bytes.expose());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_group(good.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_group(good + '\0'));
  std::string unsorted = good;
  unsorted[17] = 'Z';  // The name of the first key.
  EXPECT_FALSE(decode_group(unsorted));
  std::string huge = good;
  huge.replace(9, 4, "\xff\xff\xff\xff");  // The number of keys.
  EXPECT_FALSE(decode_group(huge));
}

TEST(ManifestBucketTest, RefusesWhatItWouldNotWrite) {
  Bucket bucket;
  bucket[{Scope(), "a"}] = {3, 1, std::string(16, 't')};
  bucket[{org("acme"), "a"}] = {1, 1, std::string(16, 'u')};
  const std::string good = encode_bucket(bucket);
  ASSERT_TRUE(decode_bucket(good));
  EXPECT_EQ(encode_bucket(*decode_bucket(good)), good);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_bucket(good.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_bucket(good + "x"));
}

TEST(LocalHistoryTest, KeepsTheLast64Versions) {
  LocalFixture fixture;
  const Scope acme = org("acme");
  ASSERT_TRUE(put(*fixture.store, acme, "a.GONE", "value"));
  ASSERT_TRUE(remove(*fixture.store, acme, "a.GONE"));
  for (int i = 3; i <= 64; ++i) {
    ASSERT_TRUE(put(*fixture.store, acme, "a.X", std::to_string(i)));
  }
  EXPECT_EQ(fixture.store->history(acme, "a")->size(), 64u);
  EXPECT_EQ(value_of(*fixture.store, acme, "a.GONE"), "<deleted>");
  EXPECT_EQ(value_of(*fixture.store, acme, "a.GONE", 1), "value");
  // The version that held it goes: now it is as if it had never been.
  ASSERT_TRUE(put(*fixture.store, acme, "a.X", "65"));
  EXPECT_EQ(fixture.store->history(acme, "a")->size(), 64u);
  EXPECT_EQ(fixture.store->history(acme, "a")->back().version, 2u);
  EXPECT_EQ(value_of(*fixture.store, acme, "a.GONE"), "<missing>");
  EXPECT_EQ(value_of(*fixture.store, acme, "a.GONE", 1), "<missing>");
  EXPECT_EQ(value_of(*fixture.store, acme, "a.X", 3), "3");
  EXPECT_EQ(error_text(fixture.store->check()), "");
}

}  // namespace
}  // namespace sotto
