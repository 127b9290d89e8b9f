// SPDX-License-Identifier: Apache-2.0
//
// What a local store must hold, vouched for by a key, so that a row which was
// taken away, or put back from an earlier day, is noticed. Internal.
//
// Every group is listed, with its latest version, in one of kBuckets buckets:
// a row each. The root, one row, has the MAC of every bucket, a count of
// writes, and a MAC of all that. A write so touches the root and one bucket a
// group, not the whole list. docs/local-store.md has the bytes.

#ifndef SOTTO_STORE_LOCAL_MANIFEST_H_
#define SOTTO_STORE_LOCAL_MANIFEST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace sotto {

inline constexpr unsigned kBuckets = 256;

// A group as the manifest knows it.
struct GroupEntry {
  Version latest = 0;
  Version oldest = 0;  // The first version that is kept.
  std::string tag;     // Of the latest version's sealed row.
};

struct GroupName {
  Scope scope;
  std::string group;

  friend auto operator<=>(const GroupName&, const GroupName&) = default;
};

using Bucket = std::map<GroupName, GroupEntry>;

std::string encode_bucket(const Bucket& bucket);
// None if it is not what encode_bucket() writes, to the byte.
std::optional<Bucket> decode_bucket(std::string_view content);

// The manifest as one transaction sees it. Borrows everything.
class Manifest {
 public:
  // What its MACs are made with and bound to.
  struct Seal {
    SecretString key;
    std::string header;  // The store's own description.
  };

  // Reads the root. kCorrupt if it is not the one that was written last, as
  // far as can be told.
  static Result<Manifest> read(sqlite::Database& database, const Seal& seal);
  // The one of an empty store, not yet written.
  static Manifest empty(sqlite::Database& database, const Seal& seal);

  // In which bucket a group belongs. Keyed: nobody can aim for one.
  unsigned bucket_of(const GroupName& name) const;

  // Takes the content of a bucket that the caller has read; kCorrupt if it is
  // another than the root vouches for. `content` is empty if there is no row.
  Result<void> admit(unsigned number, std::string_view content);

  // What is known of a group, null if it was never written. Reads its bucket
  // unless that was admitted.
  Result<const GroupEntry*> find(const GroupName& name);

  // All groups.
  Result<std::vector<GroupName>> groups();

  // From now on; nothing is written before flush().
  Result<void> set(const GroupName& name, GroupEntry entry);

  // Was anything set?
  bool changed() const { return changed_; }
  // Writes what was set, and counts this write.
  Result<void> flush();

  // How many writes there were.
  std::uint64_t counter() const { return counter_; }

 private:
  struct Loaded {
    Bucket groups;
    bool changed = false;
  };

  Manifest(sqlite::Database& database, const Seal& seal)
      : database_(&database), seal_(&seal) {}
  Result<Loaded*> load(unsigned number);
  std::string mac_of_bucket(unsigned number, std::string_view content) const;
  std::string mac_of_root() const;

  sqlite::Database* database_;
  const Seal* seal_;
  bool changed_ = false;
  std::uint64_t counter_ = 0;
  std::string macs_;  // Of all buckets; zeros for an empty one.
  std::map<unsigned, Loaded> buckets_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_MANIFEST_H_
