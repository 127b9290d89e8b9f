// SPDX-License-Identifier: Apache-2.0

#include "store/catalog/uses.h"

#include <cstdint>
#include <utility>

#include "store/catalog/schema.h"

namespace sotto {
namespace {

namespace schema = catalog_schema;
using sqlite::Database;
using sqlite::Statement;

Result<void> forget(Database& database, std::string_view document) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement,
                         database.use(schema::kForgetDocument));
  return statement.bind(1, document).run();
}

Result<void> add(Database& database, std::string_view document,
                 const SecretUse& use) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kAddUse));
  return statement.bind(1, use.ref.group)
      .bind(2, use.ref.key)
      .bind(3, document)
      .bind(4, static_cast<std::int64_t>(use.location.line))
      .bind(5, static_cast<std::int64_t>(use.location.column))
      .bind(6, use.pointer)
      .run();
}

// Columns 1 on: group, key, line, column, pointer.
Result<SecretUse> read_use(const Database& database, const Statement& row) {
  SecretUse use;
  use.ref = {std::string(row.text(1)), std::string(row.text(2))};
  const std::int64_t line = row.integer(3);
  const std::int64_t column = row.integer(4);
  if (!is_name(use.ref.group) || !is_name(use.ref.key) || line < 1 ||
      column < 1 || row.text(0).empty()) {
    return database.damaged("is damaged: a use makes no sense");
  }
  use.location = {static_cast<std::size_t>(line),
                  static_cast<std::size_t>(column)};
  use.pointer = row.text(5);
  return use;
}

// All rows of a statement of store/catalog/schema.h that lists uses.
Result<std::vector<DocumentUses>> read_documents(const Database& database,
                                                 Statement& statement) {
  std::vector<DocumentUses> documents;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return documents;
    SOTTO_ASSIGN_OR_RETURN(SecretUse use, read_use(database, statement));
    const std::string_view document = statement.text(0);
    if (documents.empty() || documents.back().document != document) {
      documents.push_back({std::string(document), {}});
    }
    documents.back().uses.push_back(std::move(use));
  }
}

}  // namespace

Result<void> write_uses(Database& database,
                        std::span<const DocumentUses> documents,
                        std::span<const std::string> gone) {
  for (const std::string& document : gone) {
    SOTTO_RETURN_IF_ERROR(forget(database, document));
  }
  for (const DocumentUses& document : documents) {
    SOTTO_RETURN_IF_ERROR(forget(database, document.document));
    for (const SecretUse& use : document.uses) {
      SOTTO_RETURN_IF_ERROR(add(database, document.document, use));
    }
  }
  return {};
}

Result<std::vector<DocumentUses>> read_uses(
    Database& database, std::string_view group,
    const std::optional<std::string>& key) {
  SOTTO_ASSIGN_OR_RETURN(
      Statement statement,
      database.use(key ? schema::kUsesOfKey : schema::kUsesOfGroup));
  statement.bind(1, group);
  if (key) statement.bind(2, *key);
  return read_documents(database, statement);
}

Result<void> verify_uses(Database& database) {
  SOTTO_ASSIGN_OR_RETURN(Statement all, database.use(schema::kListUses));
  SOTTO_RETURN_IF_ERROR(read_documents(database, all));
  return {};
}

}  // namespace sotto
