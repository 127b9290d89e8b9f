// SPDX-License-Identifier: Apache-2.0

#include "base/bindings.h"

namespace sotto {

void Bindings::bind(SecretRef ref, SecretValue value) {
  entries_.insert_or_assign(to_string(ref), std::move(value));
}

void Bindings::bind_error(SecretRef ref, Error error) {
  entries_.insert_or_assign(to_string(ref),
                            tl::unexpected<Error>(std::move(error)));
}

const SecretValue* Bindings::find(const SecretRef& ref) const {
  return find(to_string(ref));
}

const Error* Bindings::error(const SecretRef& ref) const {
  return error(to_string(ref));
}

const SecretValue* Bindings::find(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() || !entry->second ? nullptr : &*entry->second;
}

const Error* Bindings::error(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() || entry->second ? nullptr
                                                  : &entry->second.error();
}

}  // namespace sotto
