// SPDX-License-Identifier: Apache-2.0

#include "store/local/manifest.h"

#include <fmt/format.h>

#include "store/local/byte_codec.h"
#include "store/local/sealed_row.h"

namespace sotto {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr char kReadRoot[] = "SELECT counter, macs, mac FROM root WHERE id = 1";
constexpr char kWriteRoot[] =
    "INSERT INTO root(id, counter, macs, mac) VALUES(1, ?1, ?2, ?3)"
    " ON CONFLICT DO UPDATE SET counter = ?1, macs = ?2, mac = ?3";
constexpr char kReadBucket[] = "SELECT content FROM buckets WHERE number = ?1";
constexpr char kWriteBucket[] =
    "INSERT INTO buckets(number, content) VALUES(?1, ?2)"
    " ON CONFLICT DO UPDATE SET content = ?2";

// Each kind of MAC begins with a word of its own: none passes for another.
constexpr std::string_view kPlaceLabel = "sotto-place-1";
constexpr std::string_view kBucketLabel = "sotto-bucket-1";
constexpr std::string_view kRootLabel = "sotto-root-1";

tl::unexpected<Error> altered(const Database& database) {
  return database.damaged("was altered: its manifest does not match");
}

}  // namespace

std::string encode_bucket(const Bucket& bucket) {
  std::string out;
  append_number(out, static_cast<std::uint32_t>(bucket.size()));
  for (const auto& [name, entry] : bucket) {
    append_text(out, name.scope.organization());
    append_text(out, name.group);
    append_number(out, std::uint64_t{entry.latest});
    append_number(out, std::uint64_t{entry.oldest});
    out += entry.tag;
  }
  return out;
}

std::optional<Bucket> decode_bucket(std::string_view content) {
  ByteReader reader(content);
  Bucket bucket;
  const auto count = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view organization = reader.text();
    const std::string_view group = reader.text();
    GroupEntry entry;
    entry.latest = reader.number<std::uint64_t>();
    entry.oldest = reader.number<std::uint64_t>();
    entry.tag = reader.take(kTagSize);
    const auto scope = organization.empty()
                           ? Result<Scope>(Scope::platform())
                           : Scope::parse(fmt::format("org/{}", organization));
    if (!reader.ok() || !scope || !is_name(group) || entry.oldest == 0 ||
        entry.oldest > entry.latest) {
      return std::nullopt;
    }
    GroupName name{*scope, std::string(group)};
    if (!bucket.empty() && !(bucket.rbegin()->first < name)) {
      return std::nullopt;
    }
    bucket.emplace_hint(bucket.end(), std::move(name), std::move(entry));
  }
  if (!reader.at_end()) return std::nullopt;
  return bucket;
}

Manifest Manifest::empty(Database& database, const Seal& seal) {
  Manifest manifest(database, seal);
  manifest.macs_.assign(kBuckets * kMacSize, '\0');
  return manifest;
}

Result<Manifest> Manifest::read(Database& database, const Seal& seal) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(kReadRoot));
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return altered(database);
  Manifest manifest(database, seal);
  manifest.counter_ = static_cast<std::uint64_t>(statement.integer(0));
  manifest.macs_ = statement.text(1);
  if (manifest.macs_.size() != kBuckets * kMacSize ||
      !equal_bytes(statement.text(2), manifest.mac_of_root())) {
    return altered(database);
  }
  return manifest;
}

unsigned Manifest::bucket_of(const GroupName& name) const {
  std::string bytes(kPlaceLabel);
  append_text(bytes, name.scope.organization());
  append_text(bytes, name.group);
  static_assert(kBuckets == 256);
  return static_cast<unsigned char>(mac_of(seal_->key, bytes).front());
}

std::string Manifest::mac_of_bucket(unsigned number,
                                    std::string_view content) const {
  if (content.empty()) return std::string(kMacSize, '\0');
  std::string bytes(kBucketLabel);
  append_text(bytes, seal_->header);
  append_number(bytes, std::uint32_t{number});
  bytes += content;
  return mac_of(seal_->key, bytes);
}

std::string Manifest::mac_of_root() const {
  std::string bytes(kRootLabel);
  append_text(bytes, seal_->header);
  append_number(bytes, counter_);
  bytes += macs_;
  return mac_of(seal_->key, bytes);
}

Result<void> Manifest::admit(unsigned number, std::string_view content) {
  if (buckets_.contains(number)) return {};
  const std::string_view expected =
      std::string_view(macs_).substr(number * kMacSize, kMacSize);
  if (!equal_bytes(expected, mac_of_bucket(number, content))) {
    return altered(*database_);
  }
  Loaded loaded;
  if (!content.empty()) {
    auto groups = decode_bucket(content);
    if (!groups) return altered(*database_);
    loaded.groups = std::move(*groups);
  }
  buckets_.emplace(number, std::move(loaded));
  return {};
}

Result<Manifest::Loaded*> Manifest::load(unsigned number) {
  if (const auto known = buckets_.find(number); known != buckets_.end()) {
    return &known->second;
  }
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database_->use(kReadBucket));
  statement.bind(1, std::int64_t{number});
  SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
  SOTTO_RETURN_IF_ERROR(
      admit(number, row ? statement.text(0) : std::string_view()));
  return &buckets_.at(number);
}

Result<const GroupEntry*> Manifest::find(const GroupName& name) {
  SOTTO_ASSIGN_OR_RETURN(Loaded * bucket, load(bucket_of(name)));
  const auto entry = bucket->groups.find(name);
  return entry == bucket->groups.end() ? nullptr : &entry->second;
}

Result<std::vector<GroupName>> Manifest::groups() {
  std::vector<GroupName> names;
  for (unsigned number = 0; number < kBuckets; ++number) {
    SOTTO_ASSIGN_OR_RETURN(Loaded * bucket, load(number));
    for (const auto& [name, entry] : bucket->groups) names.push_back(name);
  }
  return names;
}

Result<void> Manifest::set(const GroupName& name, GroupEntry entry) {
  SOTTO_ASSIGN_OR_RETURN(Loaded * bucket, load(bucket_of(name)));
  bucket->groups.insert_or_assign(name, std::move(entry));
  bucket->changed = true;
  changed_ = true;
  return {};
}

Result<void> Manifest::flush() {
  for (auto& [number, bucket] : buckets_) {
    if (!bucket.changed) continue;
    const std::string content = encode_bucket(bucket.groups);
    macs_.replace(number * kMacSize, kMacSize, mac_of_bucket(number, content));
    SOTTO_ASSIGN_OR_RETURN(Statement write, database_->use(kWriteBucket));
    SOTTO_RETURN_IF_ERROR(
        write.bind(1, std::int64_t{number}).bind_blob(2, content).run());
    bucket.changed = false;
  }
  changed_ = false;
  ++counter_;
  const std::string mac = mac_of_root();
  SOTTO_ASSIGN_OR_RETURN(Statement write, database_->use(kWriteRoot));
  return write.bind(1, static_cast<std::int64_t>(counter_))
      .bind_blob(2, macs_)
      .bind_blob(3, mac)
      .run();
}

}  // namespace sotto
