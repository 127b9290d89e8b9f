// SPDX-License-Identifier: Apache-2.0
//
// The groups of a local store as one transaction sees them: sealed rows, each
// checked against the manifest before its content is believed. Internal.

#ifndef SOTTO_STORE_LOCAL_GROUPS_H_
#define SOTTO_STORE_LOCAL_GROUPS_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "store/local/group_record.h"
#include "store/local/manifest.h"
#include "store/sqlite/database.h"

namespace sotto {

// How many versions of a group are kept.
inline constexpr Version kKeptVersions = 64;

// All that is needed to read and write groups.
struct LocalKeys {
  SecretString rows;
  Manifest::Seal seal;
  std::string store_id;
};

// A version of a group, opened. `record` borrows from `plaintext`.
struct OpenedGroup {
  Version version = 0;
  SecretString plaintext;
  GroupRecord record;
};

// Borrows its database and its keys.
class LocalGroups {
 public:
  // Fails with kCorrupt.
  static Result<LocalGroups> open(sqlite::Database& database,
                                  const LocalKeys& keys);

  Manifest& manifest() { return manifest_; }

  // The latest version of each group, none where it was never written: one
  // query, whatever their number. Of one group kCorrupt says that its row was
  // altered, removed or rolled back.
  using Latest = std::vector<Result<std::optional<OpenedGroup>>>;
  Result<Latest> latest(std::span<const GroupName> names);
  Result<std::optional<OpenedGroup>> latest(const GroupName& name);

  // Every kept version, newest first, until `visit` returns false. kCorrupt if
  // one is missing in between or is not the one that its successor followed.
  Result<void> walk(const GroupName& name,
                    const std::function<Result<bool>(OpenedGroup&)>& visit);

  // Writes `record` as the next version after `entry` (null: as the first),
  // and forgets versions that are more than kKeptVersions. The manifest is not
  // flushed.
  Result<Version> write(const GroupName& name, const GroupEntry* entry,
                        const GroupRecord& record);

  // Are the rows exactly those that the manifest names? Decrypts nothing.
  Result<void> check_rows();

 private:
  struct Row {
    Version version;
    std::string_view previous;
    std::string_view nonce;
    std::string_view sealed;
  };

  LocalGroups(sqlite::Database& database, const LocalKeys& keys,
              Manifest manifest)
      : database_(&database), keys_(&keys), manifest_(std::move(manifest)) {}
  std::string associated(const GroupName& name, Version version,
                         std::string_view previous) const;
  tl::unexpected<Error> altered(const GroupName& name) const;
  Result<std::optional<OpenedGroup>> open_latest(const GroupName& name,
                                                 const std::optional<Row>& row);
  Result<OpenedGroup> open_row(const GroupName& name, const Row& row);
  Result<void> prune(const GroupName& name, Version oldest);

  sqlite::Database* database_;
  const LocalKeys* keys_;
  Manifest manifest_;
};

}  // namespace sotto

#endif  // SOTTO_STORE_LOCAL_GROUPS_H_
