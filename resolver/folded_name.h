// SPDX-License-Identifier: Apache-2.0
//
// Names of members without regard to how they are put together: "base_url",
// "baseURL" and "Base-Url" are one. Internal to resolver/.

#ifndef SOTTO_RESOLVER_FOLDED_NAME_H_
#define SOTTO_RESOLVER_FOLDED_NAME_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sotto {

// Lower case, without '_', '-' and blanks. Letters beyond ASCII stay.
inline std::string fold_name(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

// A few names, each with a set of flags, that many are looked up in.
class FoldedNames {
 public:
  void add(std::span<const std::string> names, std::uint8_t flag) {
    for (const std::string& name : names) {
      std::string folded = fold_name(name);
      if (folded.empty()) continue;
      const std::uint32_t hash = hash_of(folded);
      seen_ |= bit_of(hash);
      ends_[place_of(folded.front())] |= std::uint32_t{1}
                                         << place_of(folded.back());
      names_.push_back({hash, flag, std::move(folded)});
    }
  }

  // The flags of all that are `name`, which is not folded.
  std::uint8_t flags(std::string_view name) const {
    if (!has_ends(name)) return 0;
    const std::uint32_t hash = hash_of(name);
    if ((seen_ & bit_of(hash)) == 0) return 0;
    std::uint8_t flags = 0;
    for (const Name& known : names_) {
      if (known.hash == hash && known.folded == fold_name(name)) {
        flags |= known.flag;
      }
    }
    return flags;
  }

 private:
  struct Name {
    std::uint32_t hash = 0;
    std::uint8_t flag = 0;
    std::string folded;
  };

  // FNV-1a over what fold_name() keeps. Names that collide cost time alone, of
  // which a table of a few names has little.
  static std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 2166136261u;
    for (const char c : name) {
      if (c == '_' || c == '-' || c == ' ') continue;
      const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      hash = (hash ^ static_cast<unsigned char>(low)) * 16777619u;
    }
    return hash;
  }
  static std::uint64_t bit_of(std::uint32_t hash) {
    return std::uint64_t{1} << (hash >> 26);
  }

  static bool is_dropped(char c) { return c == '_' || c == '-' || c == ' '; }
  // The same for both cases of a letter.
  static std::size_t place_of(char c) {
    return static_cast<unsigned char>(c) & 31u;
  }
  // Does one of them begin and end so? Most names are known for others by that.
  bool has_ends(std::string_view name) const {
    if (name.empty()) return false;
    if (is_dropped(name.front()) || is_dropped(name.back())) return true;
    return (ends_[place_of(name.front())] >> place_of(name.back()) & 1u) != 0;
  }

  std::vector<Name> names_;
  std::uint64_t seen_ = 0;  // A bit for each hash; most names have none.
  std::array<std::uint32_t, 32> ends_{};  // By the first letter, a bit for each
                                          // last one.
};

}  // namespace sotto

#endif  // SOTTO_RESOLVER_FOLDED_NAME_H_
