// SPDX-License-Identifier: Apache-2.0

#include "resolver/secret_cache.h"

#include <algorithm>
#include <chrono>

namespace sotto {
namespace {

// A node of a map, a list or a control block, roughly.
constexpr std::size_t kBookkeeping = 128;

// How long a store that did not answer is left alone by who asks ahead.
constexpr std::chrono::seconds kRetryPause{1};

std::size_t size_of(const CachedGroup& group) {
  return 2 * (kBookkeeping + group.group.size() + group.path.size());
}

std::size_t size_of(std::string_view key, const KnownKey& answer) {
  return kBookkeeping + key.size() +
         (answer.error ? answer.error->message.size()
                       : answer.value.text->size());
}

bool is_kept(const KnownKey& answer) {
  return !answer.error || answer.error->code == ErrorCode::kMissing;
}

}  // namespace

bool is_silence(const KnownKey& answer) {
  return answer.error &&
         error_info(answer.error->code).outcome == Outcome::kUnreachable;
}

Deadline SecretCache::end_of(const KnownKey& answer, Deadline asked_at) const {
  return asked_at +
         (answer.error ? std::min(limits_.hard, kAbsentLife) : limits_.hard);
}

std::optional<SecretCache::Hit> SecretCache::find(
    const CachedGroup& group, std::span<const std::string_view> keys,
    Deadline now) {
  const auto found = entries_.find(group);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  if (now >= entry.asked_at + limits_.hard) {
    erase(found);
    return std::nullopt;
  }
  Hit hit;
  hit.answers.reserve(keys.size());
  for (const std::string_view key : keys) {
    const auto known = entry.keys.find(key);
    if (known == entry.keys.end() ||
        now >= end_of(known->second, entry.asked_at)) {
      return std::nullopt;
    }
    hit.answers.push_back(known->second);
  }
  hit.due = now >= entry.due_at;
  uses_.splice(uses_.begin(), uses_, entry.use);
  return hit;
}

std::vector<std::string> SecretCache::keys(const CachedGroup& group,
                                           Deadline now) const {
  std::vector<std::string> known;
  const auto found = entries_.find(group);
  if (found == entries_.end()) return known;
  for (const auto& [key, answer] : found->second.keys) {
    if (now < end_of(answer, found->second.asked_at)) known.push_back(key);
  }
  return known;
}

void SecretCache::take(const CachedGroup& group, const KeyAnswers& answers,
                       Deadline asked_at) {
  const auto old = entries_.find(group);
  if (std::all_of(answers.begin(), answers.end(), [](const auto& answer) {
        return is_silence(answer.second);
      })) {
    if (old != entries_.end()) old->second.due_at = asked_at + kRetryPause;
    return;
  }
  if (old != entries_.end()) erase(old);
  Entry entry;
  entry.asked_at = asked_at;
  entry.due_at = asked_at + limits_.soft;
  entry.bytes = size_of(group);
  for (const auto& [key, answer] : answers) {
    if (!is_kept(answer)) continue;
    entry.bytes += size_of(key, answer);
    entry.keys.emplace(key, answer);
  }
  if (entry.keys.empty() || entry.bytes > limits_.bytes) return;
  while (bytes_ + entry.bytes > limits_.bytes) {
    erase(entries_.find(uses_.back()));
  }
  uses_.push_front(group);
  entry.use = uses_.begin();
  try {
    const std::size_t bytes = entry.bytes;
    entries_.emplace(group, std::move(entry));
    bytes_ += bytes;
  } catch (...) {
    uses_.pop_front();
    throw;
  }
}

void SecretCache::drop(const CachedGroup& group) noexcept {
  auto entry = entries_.lower_bound(group);
  while (entry != entries_.end() && entry->first.scope == group.scope &&
         entry->first.group == group.group) {
    erase(entry++);
  }
}

void SecretCache::clear() noexcept {
  entries_.clear();
  uses_.clear();
  bytes_ = 0;
}

void SecretCache::erase(Entries::iterator entry) noexcept {
  bytes_ -= entry->second.bytes;
  uses_.erase(entry->second.use);
  entries_.erase(entry);
}

}  // namespace sotto
