// SPDX-License-Identifier: Apache-2.0

#include "store/azure/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/guarded.h"

namespace sotto {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

void append_part(std::string& name, std::string_view part, bool capital) {
  name += "--";
  for (const char c : part) {
    if (c == '_') {
      name += "-0";
    } else if (c == '-') {
      name += "-1";
    } else if (is_capital(c)) {
      if (!capital) name += "-u";
      capital = true;
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      if (is_small(c) && capital) {
        name += "-l";
        capital = false;
      }
      name += c;
    }
  }
}

}  // namespace

bool is_azure_vault(std::string_view name) {
  return name.size() >= 3 && name.size() <= 24 &&
         std::ranges::all_of(
             name, [](char c) { return is_name_char(c) && c != '_'; });
}

Result<std::string> azure_secret_name(const Scope& scope,
                                      const SecretRef& ref) {
  return guarded([&]() -> Result<std::string> {
    std::string name = "sotto";
    append_part(name, scope.is_platform() ? "platform" : "org", false);
    if (!scope.is_platform()) append_part(name, scope.organization(), false);
    append_part(name, ref.group, false);
    append_part(name, ref.key, true);
    if (name.size() <= kMaxAzureName) return name;
    return fail(ErrorCode::kLimit,
                fmt::format("the name of \"{}\" of {} is too long for a Key "
                            "Vault: expected at most {} characters, found {}",
                            to_string(ref), to_string(scope), kMaxAzureName,
                            name.size()),
                "shorten the group or the key");
  });
}

}  // namespace sotto
