// SPDX-License-Identifier: Apache-2.0
//
// sotto health

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/visible_text.h"
#include "service/report/json_report.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

std::string health_line(const NamedHealth& store) {
  const StoreHealth& health = store.health;
  std::string text =
      fmt::format("{}: {}", store.store, to_string(health.condition));
  if (health.last_success) {
    text += fmt::format(", last success {}", to_string(*health.last_success));
  }
  if (health.trouble) {
    text += fmt::format(": {}", visible_line(health.trouble->message));
    if (!health.trouble->hint.empty()) {
      text += fmt::format("\n  {}", visible_line(health.trouble->hint));
    }
  }
  return text + '\n';
}

std::string health_text(const std::vector<NamedHealth>& stores) {
  std::string text;
  for (const NamedHealth& store : stores) text += health_line(store);
  return text;
}

}  // namespace

Result<int> run_health(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const std::vector<NamedHealth> stores,
                         engine.health());
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? health_json(stores) : health_text(stores)));
  const bool usable =
      std::all_of(stores.begin(), stores.end(), [](const NamedHealth& store) {
        return store.health.condition != StoreCondition::kDisconnected;
      });
  return usable ? 0 : 3;
}

}  // namespace sotto::tool
