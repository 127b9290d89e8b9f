// SPDX-License-Identifier: Apache-2.0
//
// A shim: every call goes on to the default VFS. Only whole pages of the main
// database file are touched on their way. The write-ahead log is left alone:
// it has checksums of its own, and what a checkpoint copies from it into the
// database passes through write() here.
//
// A write of a page goes through a copy, because the buffer is SQLite's own.

#include "store/sqlite/checksum_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace sotto::sqlite {
namespace {

// Reads and writes shorter than this are of the file's header, never a page.
constexpr int kSmallestPage = 512;

// What SQLite holds as an open file. The file of the default VFS follows it
// in the same piece of memory.
struct File {
  sqlite3_file base;
  sqlite3_file* inner;
};
static_assert(sizeof(File) % alignof(std::max_align_t) == 0);

sqlite3_file* inner(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->inner;
}

sqlite3_vfs* inner(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

bool is_whole_page(int size, sqlite3_int64 offset) {
  return size == int{kPageSize} && offset % int{kPageSize} == 0;
}

std::uint64_t checksum_at(const char* page, sqlite3_int64 offset) {
  const auto number = static_cast<std::uint64_t>(offset) / kPageSize + 1;
  return page_checksum({page, kPageSize}, number);
}

int close(sqlite3_file* file) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xClose(under);
}

int read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  sqlite3_file* const under = inner(file);
  const int status = under->pMethods->xRead(under, buffer, size, offset);
  if (size < kSmallestPage) return status;
  // A page that ends early is one that was cut off.
  if (status == SQLITE_IOERR_SHORT_READ) return SQLITE_IOERR_DATA;
  if (status != SQLITE_OK) return status;
  if (!is_whole_page(size, offset)) return SQLITE_IOERR_DATA;
  const char* const page = static_cast<const char*>(buffer);
  std::uint64_t stored = 0;
  std::memcpy(&stored, page + kPageSize - kChecksumSize, kChecksumSize);
  return stored == checksum_at(page, offset) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write(sqlite3_file* file, const void* buffer, int size,
          sqlite3_int64 offset) {
  sqlite3_file* const under = inner(file);
  if (!is_whole_page(size, offset)) {
    return under->pMethods->xWrite(under, buffer, size, offset);
  }
  std::array<char, kPageSize> page;
  std::memcpy(page.data(), buffer, kPageSize);
  const std::uint64_t sum = checksum_at(page.data(), offset);
  std::memcpy(page.data() + kPageSize - kChecksumSize, &sum, kChecksumSize);
  return under->pMethods->xWrite(under, page.data(), size, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xTruncate(under, size);
}

int sync(sqlite3_file* file, int flags) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xSync(under, flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xFileSize(under, size);
}

int lock(sqlite3_file* file, int level) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xLock(under, level);
}

int unlock(sqlite3_file* file, int level) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xUnlock(under, level);
}

int check_reserved_lock(sqlite3_file* file, int* reserved) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xCheckReservedLock(under, reserved);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xFileControl(under, operation, argument);
}

int sector_size(sqlite3_file* file) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xSectorSize(under);
}

int device_characteristics(sqlite3_file* file) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xDeviceCharacteristics(under);
}

int shm_map(sqlite3_file* file, int region, int size, int extend,
            void volatile** memory) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xShmMap(under, region, size, extend, memory);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xShmLock(under, offset, count, flags);
}

void shm_barrier(sqlite3_file* file) {
  sqlite3_file* const under = inner(file);
  under->pMethods->xShmBarrier(under);
}

int shm_unmap(sqlite3_file* file, int remove) {
  sqlite3_file* const under = inner(file);
  return under->pMethods->xShmUnmap(under, remove);
}

// Version 2: without xFetch. Pages that were mapped instead of read could not
// be checked.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
         int* flags_out) {
  sqlite3_vfs* const under = inner(vfs);
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
    return under->xOpen(under, name, file, flags, flags_out);
  }
  auto* const shim = reinterpret_cast<File*>(file);
  shim->base.pMethods = nullptr;
  shim->inner = reinterpret_cast<sqlite3_file*>(shim + 1);
  const int status = under->xOpen(under, name, shim->inner, flags, flags_out);
  // A file whose methods are set is closed by SQLite even after a failure.
  if (shim->inner->pMethods != nullptr) shim->base.pMethods = &kMethods;
  return status;
}

// The default VFS would resolve a link at the end of the name here, before it
// opens with O_NOFOLLOW. Only the folder is resolved; a link that was put in
// place of the file since it was looked at is then refused by the kernel.
int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::string_view path = name;
  const std::size_t slash = path.rfind('/');
  std::array<char, PATH_MAX> folder;
  try {
    const std::string parent(
        slash == path.npos ? "."
                           : path.substr(0, std::max<std::size_t>(slash, 1)));
    if (realpath(parent.c_str(), folder.data()) == nullptr) {
      return SQLITE_CANTOPEN;
    }
    std::string full = folder.data();
    if (full != "/") full += '/';
    full += path.substr(slash == path.npos ? 0 : slash + 1);
    if (full.size() >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, full.c_str(), full.size() + 1);
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

__extension__ using Wide = unsigned __int128;

// Digits of pi: odd to look at, and none of ours.
constexpr std::array<std::uint64_t, 4> kSecrets{
    0x243f6a8885a308d3u, 0x13198a2e03707344u, 0xa4093822299f31d0u,
    0x082efa98ec4e6c89u};

// Both halves of the product: every bit of the one factor makes a difference
// that depends on the other.
std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^
         static_cast<std::uint64_t>(product >> 64);
}

sqlite3_vfs make_vfs(sqlite3_vfs* under) {
  sqlite3_vfs vfs = *under;
  vfs.iVersion = 2;  // System calls are replaced in the one below, if at all.
  vfs.szOsFile = static_cast<int>(sizeof(File)) + under->szOsFile;
  vfs.pNext = nullptr;
  vfs.zName = kVfsName;
  vfs.pAppData = under;
  vfs.xOpen = open;
  vfs.xFullPathname = full_pathname;
  vfs.xDelete = [](sqlite3_vfs* self, const char* name, int sync_folder) {
    return inner(self)->xDelete(inner(self), name, sync_folder);
  };
  vfs.xAccess = [](sqlite3_vfs* self, const char* name, int flags, int* out) {
    return inner(self)->xAccess(inner(self), name, flags, out);
  };
  vfs.xRandomness = [](sqlite3_vfs* self, int size, char* out) {
    return inner(self)->xRandomness(inner(self), size, out);
  };
  vfs.xSleep = [](sqlite3_vfs* self, int microseconds) {
    return inner(self)->xSleep(inner(self), microseconds);
  };
  vfs.xCurrentTime = [](sqlite3_vfs* self, double* out) {
    return inner(self)->xCurrentTime(inner(self), out);
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* self, sqlite3_int64* out) {
    return inner(self)->xCurrentTimeInt64(inner(self), out);
  };
  vfs.xGetLastError = [](sqlite3_vfs* self, int size, char* out) {
    return inner(self)->xGetLastError(inner(self), size, out);
  };
  // No extension is ever loaded.
  vfs.xDlOpen = nullptr;
  vfs.xDlError = nullptr;
  vfs.xDlSym = nullptr;
  vfs.xDlClose = nullptr;
  return vfs;
}

}  // namespace

bool register_checksum_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_initialize();
    return make_vfs(sqlite3_vfs_find(nullptr));
  }();
  static const bool registered = sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  return registered;
}

// Four lanes, each of which multiplies two words at a time into what it has;
// four, because the processor can have as many multiplications on their way.
// What a flipped bit does depends on the words around it, so that a second one
// undoes it by chance alone, 2^-64.
std::uint64_t page_checksum(std::string_view page, std::uint64_t number) {
  constexpr std::size_t kLanes = kSecrets.size();
  constexpr std::size_t kWords = (kPageSize - kChecksumSize) / 8;
  constexpr std::size_t kRound = 2 * kLanes;
  std::array<std::uint64_t, (kWords / kRound + 1) * kRound> words{};
  std::memcpy(words.data(), page.data(), kWords * 8);
  std::array<std::uint64_t, kLanes> lanes;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    lanes[lane] = folded_product(number ^ kSecrets[lane], kSecrets[lane ^ 1]);
  }
  for (std::size_t at = 0; at < words.size(); at += kRound) {
#pragma GCC unroll 4
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t pair = at + 2 * lane;
      lanes[lane] = folded_product(words[pair] ^ kSecrets[lane],
                                   words[pair + 1] ^ lanes[lane]);
    }
  }
  std::uint64_t sum = number;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sum = folded_product(lanes[lane] ^ kSecrets[lane], sum ^ kSecrets[0]);
  }
  return sum;
}

}  // namespace sotto::sqlite
