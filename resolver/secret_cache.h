// SPDX-License-Identifier: Apache-2.0
//
// What a CachedStore remembers: values by group, for how long, in how many
// bytes. Not thread-safe; told the time by whoever calls. Internal to
// resolver/.

#ifndef SOTTO_RESOLVER_SECRET_CACHE_H_
#define SOTTO_RESOLVER_SECRET_CACHE_H_

#include <compare>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bindings.h"
#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"
#include "resolver/cached_store.h"
#include "store/operation.h"
#include "store/store.h"

namespace sotto {

// The unit: a group, at a pinned version or the latest.
struct CachedGroup {
  Scope scope;
  std::string group;
  std::string path;
  std::optional<Version> version;

  friend auto operator<=>(const CachedGroup&, const CachedGroup&) = default;
  friend bool operator==(const CachedGroup&, const CachedGroup&) = default;
};

// One value, shared by the cache and by those who are reading it: wiped when
// the last of them is done.
struct SharedSecret {
  std::shared_ptr<const SecretString> text;
  SecretValue::Kind kind = SecretValue::Kind::kString;
  Version version = 0;
};

// What a store said of a key: its value, or why there is none. Unlike a Result,
// it is copied without memory.
struct KnownKey {
  SharedSecret value;
  std::shared_ptr<const Error> error;  // Null: there is a value.
};

// Of each key that it was asked for.
using KeyAnswers = std::map<std::string, KnownKey, std::less<>>;

// The store could not be reached: no word on this key.
bool is_silence(const KnownKey& answer);

class SecretCache {
 public:
  explicit SecretCache(const CacheLimits& limits) : limits_(limits) {}

  struct Hit {
    std::vector<KnownKey> answers;  // As the keys asked for.
    bool due = false;               // Past its soft life: time to ask again.
  };

  // All of `keys`, from one answer of the store; none if any is not known. The
  // group counts as used now.
  std::optional<Hit> find(const CachedGroup& group,
                          std::span<const std::string_view> keys, Deadline now);

  // The keys that are known now, absent ones included.
  std::vector<std::string> keys(const CachedGroup& group, Deadline now) const;

  // Takes what the store was asked at `asked_at`, in place of what was known
  // of the group. Values and proven absence are kept; if the store had nothing
  // to say of any key (it could not be reached), all stays as it was, and is
  // not due again for a second. Throws std::bad_alloc, and may then know less
  // than before.
  void take(const CachedGroup& group, const KeyAnswers& answers,
            Deadline asked_at);

  // Forgets everything of its scope and group, whatever version. `group` has
  // neither path nor version.
  void drop(const CachedGroup& group) noexcept;
  void clear() noexcept;

  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    KeyAnswers keys;
    Deadline asked_at;
    Deadline due_at;
    std::size_t bytes = 0;
    std::list<CachedGroup>::iterator use;
  };
  using Entries = std::map<CachedGroup, Entry>;

  Deadline end_of(const KnownKey& answer, Deadline asked_at) const;
  void erase(Entries::iterator entry) noexcept;

  CacheLimits limits_;
  Entries entries_;
  std::list<CachedGroup> uses_;  // The group used last comes first.
  std::size_t bytes_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_SECRET_CACHE_H_
