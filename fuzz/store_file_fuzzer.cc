// SPDX-License-Identifier: Apache-2.0
//
// Files of the local store: whatever was done to one, an answer out of it is
// the answer that was put in. The first byte chooses:
//
//   'P'  a sound file, patched: 4 bytes each, where (24 bits) and what to xor
//   'R'  the same, with the checksum of each page repaired
//   'F'  the rest is the file
//   'G'  the same, repaired
//
// A patched file is made, with a key of its own, as the target starts. Whole
// files are opened with the key of the sound one in the corpus.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"
#include "store/local_store.h"
#include "store/sqlite/checksum_vfs.h"

namespace {

namespace fs = std::filesystem;
using sotto::ErrorCode;
using sotto::LocalStore;
using sotto::Locator;
using sotto::require;
using sotto::Scope;

// Of corpus/store_file/sound; guards nothing.
constexpr std::string_view kCorpusKey =
    "sotto-key-1 +ldW4rak4A5zz8K9GsbU8eFJxcEJF7uZeek8umLGeCQ=\n";

struct Known {
  const char* group;
  const char* key;
  const char* value;  // Null: deleted.
};
constexpr std::array<Known, 4> kKnown{{{"a", "X", "third"},
                                       {"a", "Y", nullptr},
                                       {"b", "X", "other"},
                                       {"long", "X", "0123456789abcdef"}}};

void write_file(const fs::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  chmod(file.c_str(), 0600);
}

void put(LocalStore& store, const char* group, const char* key,
         const char* value) {
  std::vector<sotto::GroupWrite> writes(1);
  writes[0].group = group;
  writes[0].changes.push_back({key, std::nullopt});
  if (value != nullptr) {
    writes[0].changes[0].value =
        std::move(*sotto::SecretString::copy_of(value));
  }
  require(store.put(writes).at(0).has_value(), "a write failed");
}

// What the sound files hold.
void fill(LocalStore& store) {
  for (const char* value : {"first", "second"}) put(store, "a", "X", value);
  put(store, "a", "Y", "to be deleted");
  put(store, "a", "Y", nullptr);
  for (const Known& known : kKnown) {
    if (known.value != nullptr) put(store, known.group, known.key, known.value);
  }
}

// A folder that goes with the process, and a sound file's bytes.
class Bench {
 public:
  Bench() {
    std::string name = access("/dev/shm", W_OK) == 0
                           ? "/dev/shm/sotto-fuzz-XXXXXX"
                           : "/tmp/sotto-fuzz-XXXXXX";
    require(mkdtemp(name.data()) != nullptr, "no folder");
    folder_ = name;
    {
      auto store = LocalStore::create("fuzzed", file(), {folder_ / "own", {}});
      require(store.has_value(), "no store");
      fill(**store);
    }
    std::ifstream in(file(), std::ios::binary);
    image_.assign(std::istreambuf_iterator<char>(in), {});
    write_file(folder_ / "corpus", kCorpusKey);
  }
  ~Bench() { fs::remove_all(folder_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  const std::string& image() const { return image_; }

  // Opens a store of these bytes, under one key or the other.
  sotto::Result<std::unique_ptr<LocalStore>> open(std::string_view bytes,
                                                  const char* key) const {
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
      fs::remove(file().native() + suffix);
    }
    write_file(file(), bytes);
    return LocalStore::open("fuzzed", file(), {folder_ / key, {}});
  }

 private:
  fs::path file() const { return folder_ / "store.db"; }

  fs::path folder_;
  std::string image_;
};

std::string patched(std::string image, std::string_view patches) {
  for (std::size_t at = 0; at + 4 <= patches.size(); at += 4) {
    const auto byte = [&](std::size_t i) {
      return static_cast<unsigned char>(patches[at + i]);
    };
    const std::size_t place =
        (byte(0) | std::size_t{byte(1)} << 8 | std::size_t{byte(2)} << 16) %
        image.size();
    image[place] = static_cast<char>(image[place] ^ byte(3));
  }
  return image;
}

void repair(std::string& image) {
  using sotto::sqlite::kChecksumSize;
  using sotto::sqlite::kPageSize;
  for (std::size_t at = 0; at + kPageSize <= image.size(); at += kPageSize) {
    const std::uint64_t sum = sotto::sqlite::page_checksum(
        std::string_view(image).substr(at, kPageSize), at / kPageSize + 1);
    std::memcpy(&image[at + kPageSize - kChecksumSize], &sum, kChecksumSize);
  }
}

// An altered file may refuse; it may not answer something else.
bool refuses(const sotto::Error& error) {
  return error.code == ErrorCode::kCorrupt ||
         error.code == ErrorCode::kNewerVersion ||
         error.code == ErrorCode::kWrongKey ||
         error.code == ErrorCode::kLimit || error.code == ErrorCode::kNoMemory;
}

void check_answers(LocalStore& store) {
  std::vector<Locator> locators;
  for (const Known& known : kKnown) {
    locators.push_back({Scope(), {known.group, known.key}, {}, {}});
  }
  locators.push_back({Scope(), {"never", "WAS"}, {}, {}});
  const auto answers = store.fetch(locators);
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    if (answers[i]) {
      require(kKnown[i].value != nullptr &&
                  answers[i]->value.text.expose() == kKnown[i].value,
              "another value than was put in");
    } else if (answers[i].error().code == ErrorCode::kDeleted) {
      require(kKnown[i].value == nullptr, "a value became a deletion");
    } else {
      require(refuses(answers[i].error()), "absence, or another wrong error");
    }
  }
  const auto& never = answers.back();
  require(!never, "a value out of nothing");
  require(never.error().code == ErrorCode::kMissing || refuses(never.error()),
          "a wrong error");
}

void check_lists(LocalStore& store) {
  if (const auto listed = store.list(Scope())) {
    require(listed->size() == kKnown.size(), "a list that lacks something");
  } else {
    require(refuses(listed.error()), "a list's wrong error");
  }
  if (const auto history = store.history(Scope(), "a")) {
    require(history->size() == 5, "a history that lacks something");
  } else {
    require(refuses(history.error()), "a history's wrong error");
  }
  const auto checked = store.check();
  require(checked || refuses(checked.error()), "a check's wrong error");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static const Bench bench;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  const bool patches = data[0] == 'P' || data[0] == 'R';
  std::string image =
      patches ? patched(bench.image(), rest) : std::string(rest);
  if (data[0] == 'R' || data[0] == 'G') repair(image);
  const auto store = bench.open(image, patches ? "own" : "corpus");
  if (!store) {
    require(refuses(store.error()), "opening's wrong error");
    return 0;
  }
  check_answers(**store);
  check_lists(**store);
  return 0;
}
