// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full, a limit on file sizes, a folder that cannot be written:
// a sentence each, and what was there before is still there (W02).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/local/key.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::HasSubstr;

// A file system of 512 KiB, mounted over a folder. Only root can.
class SmallDisk {
 public:
  SmallDisk() {
    mounted_ = mount("tmpfs", folder_.path().c_str(), "tmpfs", 0,
                     "size=512k,mode=0700") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::filesystem::path operator/(std::string_view name) const {
    return folder_ / name;
  }
  void make_read_only() const {
    mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY,
          "size=512k");
  }
  // Takes all the space that is left.
  void fill() const { write_file(*this / "filler", std::string(1 << 20, 'x')); }
  void free_some() const { std::filesystem::remove(*this / "filler"); }

 private:
  TempFolder folder_;
  bool mounted_ = false;
};

// Puts ever larger values until one is refused, and returns that refusal. What
// was acknowledged last is in `last`.
Result<Version> put_until_refused(Store& store, std::string& last) {
  for (int i = 0; i < 1000; ++i) {
    const std::string value = std::to_string(i) + std::string(20000, 'v');
    auto version = put(store, Scope(), "a.X", value);
    if (!version) return version;
    last = value;
  }
  return 0;
}

TEST(DiskFaultsTest, W02_AFullDiskLosesNothingOfTheStore) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  const LocalKey key{disk / "key", {}};
  auto store = LocalStore::create("local", disk / "store.db", key);
  ASSERT_EQ(error_text(store), "");
  std::string last;
  const auto refused = put_until_refused(**store, last);
  EXPECT_EQ(error_code(refused), ErrorCode::kNoSpace);
  EXPECT_EQ(error_text(refused),
            "store \"" + (disk / "store.db").native() +
                "\" cannot be written: the disk or the quota is full\n"
                "hint: free some space and try again; nothing was changed");
  EXPECT_EQ(value_of(**store, Scope(), "a.X"), last);
  EXPECT_EQ(error_text((*store)->check()), "");
  // Closed and opened again on the full disk.
  store->reset();
  store = LocalStore::open("local", disk / "store.db", key);
  ASSERT_EQ(error_text(store), "");
  EXPECT_EQ(value_of(**store, Scope(), "a.X"), last);
}

TEST(DiskFaultsTest, W02_TheNextWriteWorksOnceThereIsSpace) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  const LocalKey key{disk / "key", {}};
  auto store = LocalStore::create("local", disk / "store.db", key);
  ASSERT_EQ(error_text(store), "");
  ASSERT_TRUE(put(**store, Scope(), "a.X", "before"));
  disk.fill();
  const auto refused = put(**store, Scope(), "a.X", std::string(100000, 'v'));
  EXPECT_EQ(error_code(refused), ErrorCode::kNoSpace);
  EXPECT_EQ(value_of(**store, Scope(), "a.X"), "before");
  disk.free_some();
  EXPECT_TRUE(put(**store, Scope(), "a.X", std::string(100000, 'v')));
}

TEST(DiskFaultsTest, W02_AFullDiskLosesNothingOfTheCatalog) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  auto catalog = Catalog::open(disk / "catalog.db", {.create = true});
  ASSERT_EQ(error_text(catalog), "");
  const CatalogEntry kept = entry(Scope(), "a.X");
  ASSERT_TRUE(catalog->replace("local", std::vector{kept}));
  disk.fill();
  std::vector<CatalogEntry> many;
  for (int i = 0; i < 10000; ++i) {
    many.push_back(entry(Scope(), "g" + std::to_string(i) + ".KEY"));
  }
  const auto refused = catalog->replace("local", many);
  EXPECT_EQ(error_code(refused), ErrorCode::kNoSpace);
  EXPECT_THAT(catalog->list().value(), ::testing::ElementsAre(kept));
  EXPECT_EQ(error_text(catalog->verify()), "");
}

TEST(DiskFaultsTest, W02_AFullDiskMakesNoStore) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  disk.fill();
  const auto store =
      LocalStore::create("local", disk / "store.db", {disk / "key", {}});
  EXPECT_EQ(error_code(store), ErrorCode::kNoSpace);
  EXPECT_FALSE(std::filesystem::exists(disk / "store.db"));
  EXPECT_FALSE(std::filesystem::exists(disk / "key"));
}

TEST(DiskFaultsTest, AReadOnlyFileSystemIsStillRead) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  const LocalKey key{disk / "key", {}};
  {
    auto store = LocalStore::create("local", disk / "store.db", key);
    ASSERT_EQ(error_text(store), "");
    ASSERT_TRUE(put(**store, Scope(), "a.X", "value"));
  }
  disk.make_read_only();
  auto store = LocalStore::open("local", disk / "store.db", key);
  ASSERT_EQ(error_text(store), "");
  EXPECT_EQ(value_of(**store, Scope(), "a.X"), "value");
  EXPECT_EQ(error_text(put(**store, Scope(), "a.X", "new")),
            "store \"" + (disk / "store.db").native() +
                "\" cannot be written: the file or its folder is read-only");
  EXPECT_EQ(error_text(create_key_file(disk / "key2")),
            "key file \"" + (disk / "key2").native() +
                "\" cannot be created: the file system is read-only");
}

// EFBIG, with the signal that would kill the process ignored.
TEST(DiskFaultsTest, W02_ALimitOfFileSizesIsAnErrorAndNotTheEnd) {
  const LocalFixture fixture;
  ASSERT_TRUE(put(*fixture.store, Scope(), "a.X", "before"));
  const int status = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    auto store = fixture.open();
    if (!store) return 1;
    const rlimit limit{200000, RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    std::string last = "before";
    const auto refused = put_until_refused(**store, last);
    if (refused || refused.error().code != ErrorCode::kNoSpace) return 3;
    const std::string expected =
        "store \"" + fixture.file.native() +
        "\" cannot be written: the limit of file sizes is reached";
    if (error_text(refused) != expected) return 4;
    if (value_of(**store, Scope(), "a.X") != last) return 5;
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &none) != 0) return 6;
    return put(**store, Scope(), "a.X", "after") ? 0 : 7;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(value_of(*fixture.store, Scope(), "a.X"), "after");
}

TEST(DiskFaultsTest, TooManyOpenFilesIsAnErrorThatSaysSo) {
  const LocalFixture fixture;
  const int status = in_child([&] {
    const rlimit limit{3, 3};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    const auto store = fixture.open();
    if (store) return 2;
    const std::string expected = "store \"" + fixture.file.native() +
                                 "\" cannot be opened: too many open files";
    return error_text(store) == expected ? 0 : 3;
  });
  EXPECT_EQ(status, 0);
}

TEST(DiskFaultsTest, AReadOnlyFolderSaysSo) {
  TempFolder folder;
  const int status = in_child_without_privileges(folder.path(), [&] {
    const LocalKey key{folder / "key", {}};
    {
      auto store = LocalStore::create("local", folder / "store.db", key);
      if (!store || !put(**store, Scope(), "a.X", "value")) return 2;
    }
    chmod(folder.path().c_str(), 0500);
    auto store = LocalStore::open("local", folder / "store.db", key);
    if (!store) return 3;
    if (value_of(**store, Scope(), "a.X") != "value") return 4;
    const std::string expected =
        "store \"" + (folder / "store.db").native() +
        "\" cannot be written: the file or its folder is read-only";
    if (error_text(put(**store, Scope(), "a.X", "new")) != expected) return 5;
    const auto another =
        LocalStore::create("local", folder / "b.db", {folder / "key-b", {}});
    const std::string refused = "key file \"" + (folder / "key-b").native() +
                                "\" cannot be created: permission denied";
    chmod(folder.path().c_str(), 0700);
    return error_text(another) == refused ? 0 : 6;
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sotto
