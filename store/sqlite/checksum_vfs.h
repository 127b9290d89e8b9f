// SPDX-License-Identifier: Apache-2.0
//
// The layer between SQLite and the files of catalog and store: gives each page
// of a database a checksum as it is written and checks it as it is read, so
// that a bit that flipped on the disk is an error and never another answer.

#ifndef SOTTO_STORE_SQLITE_CHECKSUM_VFS_H_
#define SOTTO_STORE_SQLITE_CHECKSUM_VFS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sotto::sqlite {

// All our databases have pages of this size, with this many bytes at the end
// of each that SQLite leaves alone ("reserved bytes") for the checksum.
inline constexpr std::size_t kPageSize = 4096;
inline constexpr std::size_t kChecksumSize = 8;

// What sqlite3_open_v2() calls it. Besides the checksums it never follows a
// symbolic link at the end of a file name.
inline constexpr char kVfsName[] = "sotto";

// Makes it known to SQLite; from the second call on a look. Thread-safe.
// Returns false without memory.
bool register_checksum_vfs();

// The checksum of a page (kPageSize bytes, of which the last kChecksumSize do
// not count) that stands at `number`, counted from 1. Guards against accident,
// not against malice: it has no key.
std::uint64_t page_checksum(std::string_view page, std::uint64_t number);

}  // namespace sotto::sqlite

#endif  // SOTTO_STORE_SQLITE_CHECKSUM_VFS_H_
