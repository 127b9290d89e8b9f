// SPDX-License-Identifier: Apache-2.0
//
// The values that a template needs, by reference.

#ifndef SOTTO_BASE_BINDINGS_H_
#define SOTTO_BASE_BINDINGS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_ref.h"
#include "base/secret_string.h"

namespace sotto {

// A value as its store holds it.
struct SecretValue {
  enum class Kind : std::uint8_t {
    kString,  // `text` is the value.
    kJson,    // `text` is the raw JSON of a number, an object, ...: fit for
              // FN.json alone.
  };
  SecretString text;
  Kind kind = Kind::kString;
};

// What is known about each reference: its value, or why there is none. A
// reference that was never mentioned is kMissing. Move-only; const use from
// several threads is safe. What find() and error() point to holds until the
// next word about any reference.
class Bindings {
 public:
  Bindings() = default;
  Bindings(Bindings&&) = default;
  Bindings& operator=(Bindings&&) = default;
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  // A later word on the same reference replaces the earlier one.
  void bind(SecretRef ref, SecretValue value);
  void bind(SecretRef ref, SecretString value) {
    bind(std::move(ref), SecretValue{std::move(value)});
  }
  // kMissing: proven absent, so that an alternative may stand in. Any other
  // code: trouble, which fails whatever needs the reference.
  void bind_error(SecretRef ref, Error error);

  // The value, or null.
  const SecretValue* find(const SecretRef& ref) const;
  // Why there is none: null if there is one or if it was never mentioned.
  const Error* error(const SecretRef& ref) const;
  bool mentions(const SecretRef& ref) const;
  // The same by "group.KEY", as Template::name() gives it.
  const SecretValue* find(std::string_view name) const;
  const Error* error(std::string_view name) const;
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::uint32_t kFree =
      std::numeric_limits<std::uint32_t>::max();

  struct Entry {
    std::string name;  // "group.KEY"
    Result<SecretValue> known;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = kFree;
  };

  void put(std::string name, Result<SecretValue> known);
  const Entry* entry_of(std::string_view name) const;
  std::size_t slot_of(std::string_view name, std::uint32_t hash) const;
  void grow_table();

  std::vector<Entry> entries_;
  std::vector<Slot> table_;  // Open addressing; a power of two.
  std::uint64_t seed_ = 0;
};

}  // namespace sotto

#endif  // SOTTO_BASE_BINDINGS_H_
