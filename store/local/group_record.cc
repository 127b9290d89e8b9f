// SPDX-License-Identifier: Apache-2.0

#include "store/local/group_record.h"

#include <algorithm>

#include "base/secret_ref.h"
#include "store/local/byte_codec.h"

namespace sotto {
namespace {

constexpr std::uint8_t kFormat = 1;

enum class KeyState : std::uint8_t { kString, kJson, kDeleted };

constexpr std::size_t kFixedBytesOfKey = 32;

KeyState state_of(const KeyRecord& key) {
  if (key.deleted) return KeyState::kDeleted;
  return key.kind == SecretValue::Kind::kJson ? KeyState::kJson
                                              : KeyState::kString;
}

std::uint64_t seconds_of(Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

Timestamp time_of(std::uint64_t seconds) {
  return Timestamp(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::size_t size_of(const GroupRecord& group) {
  std::size_t size = kFixedBytesOfKey;
  for (const KeyRecord& key : group.keys) {
    size += kFixedBytesOfKey + key.name.size() + key.value.size();
  }
  return size;
}

// One key; false if it is none, or not after `previous` in order.
bool decode_key(ByteReader& reader, std::string_view previous, KeyRecord& key) {
  key.name = reader.text();
  const auto state = reader.number<std::uint8_t>();
  key.changed = reader.number<std::uint64_t>();
  key.updated = time_of(reader.number<std::uint64_t>());
  key.value = reader.text();
  if (!reader.ok() || !is_name(key.name) || key.name <= previous) return false;
  if (state > static_cast<std::uint8_t>(KeyState::kDeleted)) return false;
  key.deleted = state == static_cast<std::uint8_t>(KeyState::kDeleted);
  key.kind = state == static_cast<std::uint8_t>(KeyState::kJson)
                 ? SecretValue::Kind::kJson
                 : SecretValue::Kind::kString;
  return key.value.size() <= kMaxValueSize &&
         !(key.deleted && !key.value.empty());
}

}  // namespace

const KeyRecord* GroupRecord::find(std::string_view key) const {
  const auto place = std::lower_bound(
      keys.begin(), keys.end(), key,
      [](const KeyRecord& a, std::string_view b) { return a.name < b; });
  return place != keys.end() && place->name == key ? &*place : nullptr;
}

Result<SecretString> encode_group(const GroupRecord& group) {
  SecretBuilder out(size_of(group));
  append_number(out, kFormat);
  append_number(out, seconds_of(group.created));
  append_number(out, static_cast<std::uint32_t>(group.keys.size()));
  for (const KeyRecord& key : group.keys) {
    append_text(out, key.name);
    append_number(out, static_cast<std::uint8_t>(state_of(key)));
    append_number(out, std::uint64_t{key.changed});
    append_number(out, seconds_of(key.updated));
    append_text(out, key.value);
  }
  return out.take();
}

std::optional<GroupRecord> decode_group(std::string_view plaintext) {
  ByteReader reader(plaintext);
  if (reader.number<std::uint8_t>() != kFormat) return std::nullopt;
  GroupRecord group;
  group.created = time_of(reader.number<std::uint64_t>());
  const auto count = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view previous =
        group.keys.empty() ? std::string_view() : group.keys.back().name;
    KeyRecord key;
    if (!decode_key(reader, previous, key)) return std::nullopt;
    group.keys.push_back(std::move(key));
  }
  if (!reader.at_end()) return std::nullopt;
  return group;
}

}  // namespace sotto
