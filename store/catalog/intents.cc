// SPDX-License-Identifier: Apache-2.0

#include "store/catalog/intents.h"

#include <algorithm>
#include <utility>

#include "store/catalog/rows.h"
#include "store/catalog/schema.h"
#include "store/process_identity.h"

namespace sotto {
namespace {

namespace schema = catalog_schema;
using sqlite::Database;
using sqlite::Statement;

Result<void> forget(Database& database, const char* sql,
                    const std::string& whose) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(sql));
  return statement.bind(1, whose).run();
}

}  // namespace

Result<void> begin_intent(Database& database, const Intent& intent,
                          const std::string& owner) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement,
                         database.use(schema::kBeginIntent));
  return statement.bind(1, intent.store)
      .bind(2, intent.scope.organization())
      .bind(3, intent.group)
      .bind(4, owner)
      .run();
}

Result<void> end_intent(Database& database, const Intent& intent,
                        const std::string& owner) {
  for (const char* sql : {schema::kEndIntent, schema::kDropEnded}) {
    SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(sql));
    SOTTO_RETURN_IF_ERROR(statement.bind(1, intent.store)
                              .bind(2, intent.scope.organization())
                              .bind(3, intent.group)
                              .bind(4, owner)
                              .run());
  }
  return {};
}

Result<std::vector<OwnedIntent>> read_intents(Database& database) {
  SOTTO_ASSIGN_OR_RETURN(Statement statement, database.use(schema::kIntents));
  std::vector<OwnedIntent> intents;
  while (true) {
    SOTTO_ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row) return intents;
    SOTTO_ASSIGN_OR_RETURN(Scope scope,
                           read_scope(database, statement.text(0)));
    if (!is_name(statement.text(1))) {
      return database.damaged("is damaged: an intent's name is not a name");
    }
    intents.push_back({{std::move(scope), std::string(statement.text(1)),
                        std::string(statement.text(2))},
                       std::string(statement.text(3))});
  }
}

Result<void> adopt_intents(Database& database,
                           const std::vector<OwnedIntent>& intents,
                           const std::string& owner) {
  for (const OwnedIntent& orphan : intents) {
    if (orphan.owner == owner || is_alive(orphan.owner)) continue;
    SOTTO_RETURN_IF_ERROR(begin_intent(database, orphan.intent, owner));
    SOTTO_ASSIGN_OR_RETURN(Statement forget,
                           database.use(schema::kForgetOwner));
    SOTTO_RETURN_IF_ERROR(forget.bind(1, orphan.owner).run());
  }
  return {};
}

Result<std::size_t> settle_intents(Database& database,
                                   std::span<const StoreListing> stores) {
  SOTTO_ASSIGN_OR_RETURN(const auto owned, read_intents(database));
  const std::string self = process_identity();
  std::size_t left = 0;
  for (const OwnedIntent& one : owned) {
    const bool listed =
        std::ranges::any_of(stores, [&](const StoreListing& store) {
          return store.store == one.intent.store;
        });
    if (!listed) {
      SOTTO_RETURN_IF_ERROR(
          forget(database, schema::kForgetStore, one.intent.store));
    } else if (one.owner != self && !is_alive(one.owner)) {
      SOTTO_RETURN_IF_ERROR(forget(database, schema::kForgetOwner, one.owner));
    } else {
      ++left;
    }
  }
  return left;
}

}  // namespace sotto
