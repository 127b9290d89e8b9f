// SPDX-License-Identifier: Apache-2.0
//
// sotto catalog sync|snapshot|verify

#include <fmt/format.h>

#include "service/report/json_report.h"
#include "service/secrets_lock.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

// The writes of others, if there are any, on a line of their own.
std::string sync_text(const SyncReport& report) {
  std::string text = fmt::format(
      "{} added, {} changed, {} removed, {} unchanged\n", report.added,
      report.changed, report.removed, report.unchanged);
  if (report.pending > 0) {
    text += fmt::format("{} still being written by another process\n",
                        counted(report.pending, "group"));
  }
  return text;
}

}  // namespace

Result<int> run_catalog_sync(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const SyncReport report, engine.sync());
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json ? sync_json(report) : sync_text(report)));
  return 0;
}

Result<int> run_catalog_snapshot(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto secrets, secrets_of(*catalog));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(write_secrets_lock(secrets)));
  return 0;
}

Result<int> run_catalog_verify(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_RETURN_IF_ERROR(engine.verify());
  const Config& config = engine.config();
  std::vector<std::string> stores;
  for (const StoreConfig& store : config.stores) stores.push_back(store.name);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json
          ? verified_json(config.catalog, stores)
          : fmt::format("the catalog is in order, and so {}: {}\n",
                        stores.size() == 1 ? "is the store" : "are the stores",
                        fmt::join(stores, ", "))));
  return 0;
}

}  // namespace sotto::tool
