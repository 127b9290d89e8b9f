// SPDX-License-Identifier: Apache-2.0

#include "base/bindings.h"

#include <algorithm>
#include <utility>

#include "base/name_hash.h"

namespace sotto {

void Bindings::bind(SecretRef ref, SecretValue value) {
  put(to_string(ref), std::move(value));
}

void Bindings::bind_error(SecretRef ref, Error error) {
  put(to_string(ref), tl::unexpected<Error>(std::move(error)));
}

const SecretValue* Bindings::find(const SecretRef& ref) const {
  return find(to_string(ref));
}

const Error* Bindings::error(const SecretRef& ref) const {
  return error(to_string(ref));
}

bool Bindings::mentions(const SecretRef& ref) const {
  return entry_of(to_string(ref)) != nullptr;
}

const SecretValue* Bindings::find(std::string_view name) const {
  const Entry* const entry = entry_of(name);
  return entry == nullptr || !entry->known ? nullptr : &*entry->known;
}

const Error* Bindings::error(std::string_view name) const {
  const Entry* const entry = entry_of(name);
  return entry == nullptr || entry->known ? nullptr : &entry->known.error();
}

// Changes nothing without memory.
void Bindings::put(std::string name, Result<SecretValue> known) {
  if (2 * entries_.size() >= table_.size()) grow_table();
  const auto hash = static_cast<std::uint32_t>(hash_name(name, seed_));
  Slot& slot = table_[slot_of(name, hash)];
  if (slot.entry != kFree) {
    entries_[slot.entry].known = std::move(known);
    return;
  }
  entries_.push_back({std::move(name), std::move(known)});
  slot = {hash, static_cast<std::uint32_t>(entries_.size() - 1)};
}

const Bindings::Entry* Bindings::entry_of(std::string_view name) const {
  if (table_.empty()) return nullptr;
  const auto hash = static_cast<std::uint32_t>(hash_name(name, seed_));
  const Slot& slot = table_[slot_of(name, hash)];
  return slot.entry == kFree ? nullptr : &entries_[slot.entry];
}

// The slot that holds `name`, or the free one where it goes.
std::size_t Bindings::slot_of(std::string_view name, std::uint32_t hash) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = table_[i];
    if (slot.entry == kFree) return i;
    if (slot.hash == hash && entries_[slot.entry].name == name) return i;
  }
}

void Bindings::grow_table() {
  std::vector<Slot> larger(std::max<std::size_t>(16, 4 * table_.size()));
  seed_ = reinterpret_cast<std::uintptr_t>(larger.data());
  table_ = std::move(larger);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::string& name = entries_[i].name;
    const auto hash = static_cast<std::uint32_t>(hash_name(name, seed_));
    table_[slot_of(name, hash)] = {hash, static_cast<std::uint32_t>(i)};
  }
}

}  // namespace sotto
