// SPDX-License-Identifier: Apache-2.0
//
// What opens a local store and what does not: key files and passphrases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "store/local/key.h"
#include "store/local/sealed_row.h"
#include "store/local_store.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::MatchesRegex;

class LocalKeyTest : public ::testing::Test {
 protected:
  // `... "FILE" ...` with the fixture's own names taken out.
  std::string why_not() const { return plain(error_text(fixture_.open())); }
  std::string plain(std::string text) const {
    for (const auto& [file, name] :
         {std::pair{fixture_.file, "STORE"}, {fixture_.key_file, "KEY"}}) {
      for (std::size_t at; (at = text.find(file)) != text.npos;) {
        text.replace(at, file.native().size(), name);
      }
    }
    return text;
  }

  LocalFixture fixture_;
};

TEST_F(LocalKeyTest, AKeyFileIsOneShortLine) {
  EXPECT_THAT(read_file(fixture_.key_file),
              MatchesRegex("sotto-key-1 [A-Za-z0-9+/]{43}=\n"));
  struct stat status;
  ASSERT_EQ(stat(fixture_.key_file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0600u);
}

TEST_F(LocalKeyTest, OpensWithItsKey) { EXPECT_EQ(why_not(), ""); }

TEST_F(LocalKeyTest, W08_AnotherStoresKeyIsTheWrongOne) {
  std::filesystem::remove(fixture_.key_file);
  ASSERT_TRUE(create_key_file(fixture_.key_file));
  EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kWrongKey);
  EXPECT_EQ(why_not(),
            "key file \"KEY\" does not open store \"STORE\"\n"
            "hint: it belongs to another store");
}

TEST_F(LocalKeyTest, W08_AnEmptyKeyFile) {
  write_file(fixture_.key_file, "");
  EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kCorrupt);
  EXPECT_EQ(why_not(),
            "key file \"KEY\" is empty\nhint: restore it from a backup");
}

TEST_F(LocalKeyTest, W08_AKeyFileThatOthersCanRead) {
  for (const auto& [mode, text] :
       {std::pair{0644, "read by others: its mode is 0644"},
        {0640, "read by others: its mode is 0640"},
        {0620, "written by others: its mode is 0620"}}) {
    ASSERT_EQ(chmod(fixture_.key_file.c_str(), static_cast<mode_t>(mode)), 0);
    EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kUnsafeFile);
    EXPECT_EQ(why_not(), "key file \"KEY\" can be " + std::string(text) +
                             "\nhint: chmod 600 \"KEY\"");
  }
}

TEST_F(LocalKeyTest, W08_AKeyFileThatIsALink) {
  const auto real = fixture_.folder / "real";
  std::filesystem::rename(fixture_.key_file, real);
  std::filesystem::create_symlink(real, fixture_.key_file);
  EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kUnsafeFile);
  EXPECT_EQ(why_not(),
            "key file \"KEY\" is a symbolic link: expected a regular file");
}

TEST_F(LocalKeyTest, W08_AKeyFileThatIsNoFile) {
  std::filesystem::remove(fixture_.key_file);
  ASSERT_EQ(mkfifo(fixture_.key_file.c_str(), 0600), 0);
  EXPECT_EQ(why_not(), "key file \"KEY\" is a pipe: expected a regular file");
  std::filesystem::remove(fixture_.key_file);
  std::filesystem::create_directory(fixture_.key_file);
  EXPECT_EQ(why_not(), "key file \"KEY\" is a folder: expected a regular file");
}

TEST_F(LocalKeyTest, W08_AKeyFileOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(chown(fixture_.key_file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kUnsafeFile);
  EXPECT_EQ(why_not(),
            "key file \"KEY\" belongs to another user: expected user 0, found "
            "12345\nhint: run as its owner, or make the file your own");
}

TEST_F(LocalKeyTest, W08_AKeyFileThatIsNotThere) {
  std::filesystem::remove(fixture_.key_file);
  EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kMissing);
  EXPECT_EQ(why_not(),
            "key file \"KEY\" is not there\nhint: restore it from a backup; a "
            "new project begins with: sotto init");
}

TEST_F(LocalKeyTest, W08_AKeyFileThatHoldsNoKey) {
  const std::string good = read_file(fixture_.key_file);
  const std::string label = "sotto-key-1 ";
  for (const std::string& bad :
       {std::string("x"), good.substr(0, good.size() - 1), good + "x",
        good + good, "sotto-key-2 " + good.substr(label.size()),
        label + std::string(44, '!') + "\n",
        label + std::string(44, 'A') + "\n", std::string(good.size(), '\0'),
        std::string(100000, 'A')}) {
    write_file(fixture_.key_file, bad);
    EXPECT_EQ(error_code(fixture_.open()), ErrorCode::kCorrupt) << bad.size();
    EXPECT_EQ(why_not(),
              "key file \"KEY\" does not hold a key: expected one line, "
              "\"sotto-key-1\" and 44 characters\n"
              "hint: restore it from a backup");
  }
}

TEST_F(LocalKeyTest, W08_AStoreFileThatIsUnsafe) {
  ASSERT_EQ(chmod(fixture_.file.c_str(), 0644), 0);
  EXPECT_EQ(why_not(),
            "store \"STORE\" can be read by others: its mode is 0644\n"
            "hint: chmod 600 \"STORE\"");
  ASSERT_EQ(chmod(fixture_.file.c_str(), 0600), 0);
  fixture_.store.reset();
  const auto real = fixture_.folder / "real.db";
  std::filesystem::rename(fixture_.file, real);
  EXPECT_EQ(why_not(),
            "store \"STORE\" is not there\nhint: restore it from a backup; a "
            "new project begins with: sotto init");
  std::filesystem::create_symlink(real, fixture_.file);
  EXPECT_EQ(why_not(),
            "store \"STORE\" is a symbolic link: expected a regular file");
}

TEST_F(LocalKeyTest, NothingIsMadeOverWhatIsThere) {
  const std::string store = read_file(fixture_.file);
  const std::string key = read_file(fixture_.key_file);
  auto again = LocalStore::create("local", fixture_.file, fixture_.key());
  EXPECT_EQ(error_code(again), ErrorCode::kConflict);
  EXPECT_EQ(plain(error_text(again)),
            "store \"STORE\" cannot be created: it is there already");
  again =
      LocalStore::create("local", fixture_.folder / "new.db", fixture_.key());
  EXPECT_EQ(plain(error_text(again)),
            "key file \"KEY\" cannot be created: it is there already");
  EXPECT_EQ(read_file(fixture_.key_file), key);
  EXPECT_EQ(read_file(fixture_.file), store);
  EXPECT_FALSE(std::filesystem::exists(fixture_.folder / "new.db"));
}

TEST_F(LocalKeyTest, AFailedCreationLeavesNoKeyBehind) {
  const auto key_file = fixture_.folder / "other-key";
  const auto made = LocalStore::create(
      "local", fixture_.folder / "no/such/folder.db", LocalKey{key_file, {}});
  EXPECT_EQ(error_code(made), ErrorCode::kMissing);
  EXPECT_FALSE(std::filesystem::exists(key_file));
}

class PassphraseTest : public ::testing::Test {
 protected:
  static LocalKey passphrase(std::string_view text) {
    return LocalKey{{}, secret(text)};
  }
  std::string plain(std::string text) const {
    const std::size_t at = text.find(file_);
    if (at != text.npos) text.replace(at, file_.native().size(), "STORE");
    return text;
  }

  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "store.db";
};

TEST_F(PassphraseTest, OpensWhatItMadeAndNothingElseDoes) {
  {
    auto made = LocalStore::create("local", file_, passphrase("open sesame"));
    ASSERT_EQ(error_text(made), "");
    ASSERT_TRUE(put(**made, Scope(), "a.X", "1"));
  }
  EXPECT_TRUE(LocalStore::needs_passphrase(file_).value());
  auto opened = LocalStore::open("local", file_, passphrase("open sesame"));
  ASSERT_EQ(error_text(opened), "");
  EXPECT_EQ(value_of(**opened, Scope(), "a.X"), "1");

  const auto wrong = LocalStore::open("local", file_, passphrase("sesame"));
  EXPECT_EQ(error_code(wrong), ErrorCode::kWrongKey);
  EXPECT_EQ(plain(error_text(wrong)),
            "the passphrase does not open store \"STORE\"");
  EXPECT_EQ(error_code(LocalStore::open("local", file_, passphrase(""))),
            ErrorCode::kWrongKey);
  EXPECT_EQ(plain(error_text(LocalStore::open("local", file_,
                                              LocalKey{folder_ / "key", {}}))),
            "store \"STORE\" is opened by a passphrase: found a key file");
}

TEST_F(PassphraseTest, AnEmptyOneIsNone) {
  const auto made = LocalStore::create("local", file_, passphrase(""));
  EXPECT_EQ(error_code(made), ErrorCode::kUsage);
  EXPECT_EQ(error_text(made), "the passphrase is empty");
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(PassphraseTest, AStoreWithAKeyFileNeedsNone) {
  const LocalFixture fixture;
  EXPECT_FALSE(LocalStore::needs_passphrase(fixture.file).value());
  EXPECT_EQ(error_code(LocalStore::open("local", fixture.file,
                                        passphrase("open sesame"))),
            ErrorCode::kWrongKey);
}

TEST_F(PassphraseTest, CostsThatWouldStopTheMachineAreRefusedUnseen) {
  ASSERT_TRUE(LocalStore::create("local", file_, passphrase("open sesame")));
  for (const char* change : {"memory = 1 << 50", "memory = 8192", "memory = -1",
                             "passes = 1", "passes = 1 << 40", "salt = x'00'",
                             "wrapped = x'00'", "nonce = x'00'"}) {
    const std::string before = read_file(file_);
    tamper(file_, std::string("UPDATE header SET ") + change);
    const auto opened =
        LocalStore::open("local", file_, passphrase("open sesame"));
    EXPECT_EQ(error_code(opened), ErrorCode::kCorrupt) << change;
    EXPECT_EQ(plain(error_text(opened)),
              "store \"STORE\" is damaged: its header makes no sense\n"
              "hint: restore it from a backup");
    write_file(file_, before);
  }
}

TEST(SealedRowTest, OpensOnlyWithTheSameKeyAndTheSameContext) {
  const SecretString key = random_key().value();
  const SecretString other = random_key().value();
  const SealedRow row = seal(key, "context", "plaintext");
  const auto opened = unseal(key, "context", row.nonce, row.sealed);
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ((*opened)->expose(), "plaintext");
  EXPECT_FALSE(unseal(other, "context", row.nonce, row.sealed)->has_value());
  EXPECT_FALSE(unseal(key, "contexts", row.nonce, row.sealed)->has_value());
  EXPECT_FALSE(unseal(key, "context", row.nonce, "")->has_value());
  EXPECT_FALSE(unseal(key, "context", "", row.sealed)->has_value());
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST(SealedRowTest, IsXChaCha20Poly1305) {
  const auto opened = unseal(
      secret(from_hex("808182838485868788898a8b8c8d8e8f"
                      "909192939495969798999a9b9c9d9e9f")),
      from_hex("50515253c0c1c2c3c4c5c6c7"),
      from_hex("404142434445464748494a4b4c4d4e4f5051525354555657"),
      from_hex(
          "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
          "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
          "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
          "21f9664c97637da9768812f615c68b13b52e"
          "c0875924c1c7987947deafd8780acf49"));
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ((*opened)->expose(),
            "Ladies and Gentlemen of the class of '99: If I could offer you "
            "only one tip for the future, sunscreen would be it.");
}

TEST(SealedRowTest, NoNonceComesTwice) {
  const SecretString key = random_key().value();
  std::set<std::string> nonces;
  for (int i = 0; i < 10000; ++i) nonces.insert(seal(key, "", "").nonce);
  EXPECT_EQ(nonces.size(), 10000u);
}

TEST(SealedRowTest, DerivedKeysDiffer) {
  const SecretString key = random_key().value();
  const SecretString one = derive_key(key, "one").value();
  EXPECT_TRUE(equal_in_constant_time(one, derive_key(key, "one").value()));
  EXPECT_FALSE(equal_in_constant_time(one, derive_key(key, "two").value()));
  EXPECT_FALSE(equal_in_constant_time(one, key));
}

}  // namespace
}  // namespace sotto
