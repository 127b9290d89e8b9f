// SPDX-License-Identifier: Apache-2.0

#include "store/local/groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/file_guard.h"
#include "store/local/byte_codec.h"
#include "store/local/sealed_row.h"
#include "store/store_errors.h"

namespace sotto {
namespace {

using sqlite::Database;
using sqlite::KeyRow;
using sqlite::Statement;

constexpr std::string_view kRowLabel = "sotto-group-1";

constexpr char kLatest[] =
    "SELECT k.position, b.content, v.version, v.previous, v.nonce, v.sealed"
    " FROM sotto_keys(?1) AS k"
    " LEFT JOIN buckets AS b ON b.number = k.number"
    " LEFT JOIN versions AS v ON v.scope = k.scope AND v.grp = k.grp"
    " AND v.version = (SELECT max(m.version) FROM versions AS m"
    "                  WHERE m.scope = k.scope AND m.grp = k.grp)";
constexpr char kAllVersions[] =
    "SELECT version, previous, nonce, sealed FROM versions"
    " WHERE scope = ?1 AND grp = ?2 ORDER BY version DESC";
constexpr char kInsert[] =
    "INSERT INTO versions(scope, grp, version, previous, nonce, sealed)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char kPrune[] =
    "DELETE FROM versions WHERE scope = ?1 AND grp = ?2 AND version < ?3";
constexpr char kAllRows[] =
    "SELECT scope, grp, version, previous, substr(sealed, -16) FROM versions"
    " ORDER BY scope, grp, version";

}  // namespace

Result<LocalGroups> LocalGroups::open(Database& database,
                                      const LocalKeys& keys) {
  SOTTO_ASSIGN_OR_RETURN(Manifest manifest,
                         Manifest::read(database, keys.seal));
  return LocalGroups(database, keys, std::move(manifest));
}

std::string LocalGroups::associated(const GroupName& name, Version version,
                                    std::string_view previous) const {
  std::string bytes(kRowLabel);
  append_text(bytes, keys_->store_id);
  append_text(bytes, name.scope.organization());
  append_text(bytes, name.group);
  append_number(bytes, std::uint64_t{version});
  append_text(bytes, previous);
  return bytes;
}

tl::unexpected<Error> LocalGroups::altered(const GroupName& name) const {
  return fail(
      ErrorCode::kCorrupt,
      fmt::format("{} was altered in {}",
                  store_errors::group_name(name.scope, name.group),
                  quoted_file(database_->kind().noun, database_->file())),
      std::string(database_->kind().cure));
}

Result<OpenedGroup> LocalGroups::open_row(const GroupName& name,
                                          const Row& row) {
  SOTTO_ASSIGN_OR_RETURN(
      auto plaintext,
      unseal(keys_->rows, associated(name, row.version, row.previous),
             row.nonce, row.sealed));
  if (!plaintext) return altered(name);
  OpenedGroup opened;
  opened.version = row.version;
  opened.plaintext = std::move(*plaintext);
  auto record = decode_group(opened.plaintext.expose());
  if (!record) return altered(name);
  opened.record = std::move(*record);
  return opened;
}

Result<std::optional<OpenedGroup>> LocalGroups::open_latest(
    const GroupName& name, const std::optional<Row>& row) {
  SOTTO_ASSIGN_OR_RETURN(const GroupEntry* entry, manifest_.find(name));
  if (entry == nullptr) {
    if (row) return altered(name);
    return std::nullopt;
  }
  if (!row || row->version != entry->latest ||
      !equal_bytes(tag_of(row->sealed), entry->tag)) {
    return altered(name);
  }
  SOTTO_ASSIGN_OR_RETURN(OpenedGroup opened, open_row(name, *row));
  return opened;
}

Result<LocalGroups::Latest> LocalGroups::latest(
    std::span<const GroupName> names) {
  std::vector<KeyRow> keys;
  keys.reserve(names.size());
  for (const GroupName& name : names) {
    keys.push_back(
        {name.scope.organization(), name.group, {}, manifest_.bucket_of(name)});
  }
  Latest result;
  result.reserve(names.size());
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database_->use(kLatest));
  statement.bind_keys(1, keys);
  for (const GroupName& name : names) {
    SOTTO_ASSIGN_OR_RETURN(const bool more, statement.step());
    // Exactly one row a name: the joins cannot lose one, and a second version
    // of the same number cannot be.
    if (!more ||
        statement.integer(0) != static_cast<std::int64_t>(result.size())) {
      return altered(name);
    }
    const auto bucket = static_cast<unsigned>(keys[result.size()].number);
    SOTTO_RETURN_IF_ERROR(manifest_.admit(bucket, statement.text(1)));
    std::optional<Row> row;
    if (!statement.is_null(2)) {
      row = Row{static_cast<Version>(statement.integer(2)), statement.text(3),
                statement.text(4), statement.text(5)};
    }
    result.push_back(open_latest(name, row));
  }
  return result;
}

Result<std::optional<OpenedGroup>> LocalGroups::latest(const GroupName& name) {
  SOTTO_ASSIGN_OR_RETURN(Latest one, latest({&name, 1}));
  return std::move(one.front());
}

Result<void> LocalGroups::walk(
    const GroupName& name,
    const std::function<Result<bool>(OpenedGroup&)>& visit) {
  SOTTO_ASSIGN_OR_RETURN(const GroupEntry* entry, manifest_.find(name));
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database_->use(kAllVersions));
  statement.bind(1, name.scope.organization()).bind(2, name.group);
  if (entry == nullptr) {
    SOTTO_ASSIGN_OR_RETURN(const bool stray, statement.step());
    if (stray) return altered(name);
    return {};
  }
  std::string tag = entry->tag;
  for (Version version = entry->latest; version >= entry->oldest; --version) {
    SOTTO_ASSIGN_OR_RETURN(const bool more, statement.step());
    if (!more) return altered(name);
    const Row row{static_cast<Version>(statement.integer(0)), statement.text(1),
                  statement.text(2), statement.text(3)};
    if (row.version != version || !equal_bytes(tag_of(row.sealed), tag)) {
      return altered(name);
    }
    SOTTO_ASSIGN_OR_RETURN(OpenedGroup opened, open_row(name, row));
    tag = row.previous;
    SOTTO_ASSIGN_OR_RETURN(const bool go_on, visit(opened));
    if (!go_on) return {};
  }
  return {};
}

Result<Version> LocalGroups::write(const GroupName& name,
                                   const GroupEntry* entry,
                                   const GroupRecord& record) {
  const Version version = entry == nullptr ? 1 : entry->latest + 1;
  const std::string previous = entry == nullptr ? std::string() : entry->tag;
  const Version first = entry == nullptr ? 1 : entry->oldest;
  const Version oldest =
      std::max(first, version > kKeptVersions ? version - kKeptVersions + 1
                                              : Version{1});
  SOTTO_ASSIGN_OR_RETURN(const SecretString plaintext, encode_group(record));
  if (plaintext.size() > kMaxGroupSize) {
    return fail(
        ErrorCode::kLimit,
        fmt::format("{} would be too large: expected at most {} bytes, found "
                    "{}",
                    store_errors::group_name(name.scope, name.group),
                    kMaxGroupSize, plaintext.size()));
  }
  const SealedRow row = seal(keys_->rows, associated(name, version, previous),
                             plaintext.expose());
  SOTTO_ASSIGN_OR_RETURN(Statement insert, database_->use(kInsert));
  SOTTO_RETURN_IF_ERROR(insert.bind(1, name.scope.organization())
                            .bind(2, name.group)
                            .bind(3, static_cast<std::int64_t>(version))
                            .bind_blob(4, previous)
                            .bind_blob(5, row.nonce)
                            .bind_blob(6, row.sealed)
                            .run());
  if (oldest > first) SOTTO_RETURN_IF_ERROR(prune(name, oldest));
  SOTTO_RETURN_IF_ERROR(
      manifest_.set(name, {version, oldest, std::string(tag_of(row.sealed))}));
  return version;
}

Result<void> LocalGroups::prune(const GroupName& name, Version oldest) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database_->use(kPrune));
  return statement.bind(1, name.scope.organization())
      .bind(2, name.group)
      .bind(3, static_cast<std::int64_t>(oldest))
      .run();
}

Result<void> LocalGroups::check_rows() {
  SOTTO_ASSIGN_OR_RETURN(std::vector<GroupName> names, manifest_.groups());
  std::sort(names.begin(), names.end());
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database_->use(kAllRows));
  for (const GroupName& name : names) {
    SOTTO_ASSIGN_OR_RETURN(const GroupEntry* entry, manifest_.find(name));
    std::string tag;
    for (Version version = entry->oldest; version <= entry->latest; ++version) {
      SOTTO_ASSIGN_OR_RETURN(const bool more, statement.step());
      if (!more) return altered(name);
      const bool follows = version == entry->oldest || statement.text(3) == tag;
      if (statement.text(0) != name.scope.organization() ||
          statement.text(1) != name.group || !follows ||
          statement.integer(2) != static_cast<std::int64_t>(version)) {
        return altered(name);
      }
      tag = statement.text(4);
    }
    if (tag != entry->tag) return altered(name);
  }
  SOTTO_ASSIGN_OR_RETURN(const bool stray, statement.step());
  if (stray) return database_->damaged("was altered: it has a stray row");
  return {};
}

}  // namespace sotto
