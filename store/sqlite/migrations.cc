// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/migrations.h"

#include <fmt/format.h>

#include "store/file_guard.h"

namespace sotto::sqlite {
namespace {

constexpr char kAskVersion[] = "PRAGMA user_version";

Result<void> run_steps(Database& database, Migrations steps,
                       std::size_t version) {
  for (; version < steps.size(); ++version) {
    SOTTO_RETURN_IF_ERROR(database.execute(steps[version]));
  }
  return database.execute(
      fmt::format("PRAGMA user_version={}", steps.size()).c_str());
}

Result<std::size_t> read_version(Database& database, Migrations steps) {
  SOTTO_ASSIGN_OR_RETURN(const std::int64_t version,
                         database.integer(kAskVersion));
  if (version > static_cast<std::int64_t>(steps.size())) {
    return fail(ErrorCode::kNewerVersion,
                fmt::format("{} was written by a newer sotto: expected format "
                            "{} at most, found {}",
                            quoted_file(database.kind().noun, database.file()),
                            steps.size(), version),
                "update sotto");
  }
  if (version < 0) return database.damaged("is damaged");
  return static_cast<std::size_t>(version);
}

}  // namespace

Result<void> migrate(Database& database, Migrations steps) {
  SOTTO_ASSIGN_OR_RETURN(std::size_t version, read_version(database, steps));
  if (version == steps.size()) return {};
  SOTTO_ASSIGN_OR_RETURN(
      Transaction transaction,
      Transaction::begin(database, Transaction::Kind::kWrite));
  // Somebody else may have been faster.
  SOTTO_ASSIGN_OR_RETURN(version, read_version(database, steps));
  SOTTO_RETURN_IF_ERROR(run_steps(database, steps, version));
  return transaction.commit();
}

Result<bool> is_behind(Database& database, Migrations steps) {
  SOTTO_ASSIGN_OR_RETURN(const std::size_t version,
                         read_version(database, steps));
  return version < steps.size();
}

Result<void> build(Database& database, Migrations steps) {
  return run_steps(database, steps, 0);
}

}  // namespace sotto::sqlite
