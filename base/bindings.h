// SPDX-License-Identifier: Apache-2.0
//
// The values that a template needs, by reference.

#ifndef SOTTO_BASE_BINDINGS_H_
#define SOTTO_BASE_BINDINGS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

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
// several threads is safe.
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
  bool mentions(const SecretRef& ref) const {
    return entries_.contains(to_string(ref));
  }
  // The same by "group.KEY", as Template::name() gives it.
  const SecretValue* find(std::string_view name) const;
  const Error* error(std::string_view name) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };

  std::unordered_map<std::string, Result<SecretValue>, Hash, std::equal_to<>>
      entries_;  // By "group.KEY".
};

}  // namespace sotto

#endif  // SOTTO_BASE_BINDINGS_H_
