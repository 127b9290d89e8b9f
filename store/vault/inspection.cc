// SPDX-License-Identifier: Apache-2.0

#include "store/vault/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "store/http/answer_reader.h"
#include "store/vault/answers.h"
#include "store/vault/errors.h"
#include "store/vault/groups.h"

namespace sotto {
namespace {

// OpenBao takes no more than a thousand strings in a request.
constexpr std::size_t kPathsAtOnce = 500;

// What is known of one group.
struct Known {
  Result<ReadGroup> names = tl::unexpected<Error>(Error{});
  std::optional<bool> readable;
};

// Paths are of letters, digits, '_', '.', '-' and '/': nothing to escape.
Result<VaultCall> question(std::span<const std::string> paths) {
  std::string text = "{\"paths\":[";
  for (std::size_t i = 0; i < paths.size(); ++i) {
    text += fmt::format("{}\"{}\"", i > 0 ? "," : "", paths[i]);
  }
  text += "]}";
  WipedBuffer body;
  if (!body.append(text)) return fail(ErrorCode::kNoMemory, "no memory");
  VaultCall call;
  call.method = HttpMethod::kPost;
  call.target = "/v1/sys/capabilities-self";
  call.body = std::make_shared<const WipedBuffer>(std::move(body));
  return call;
}

// Of sys/capabilities-self: a member a path, with what is allowed there.
std::optional<std::map<std::string, bool>> read_permissions(
    std::string_view body) {
  std::map<std::string, bool> readable;
  AnswerReader reader(body);
  const auto take_path = [&](std::string_view path) {
    bool& may_read = readable[std::string(path)];
    reader.items([&] {
      std::string capability;
      reader.take(capability);
      may_read = may_read || capability == "read" || capability == "root";
    });
  };
  bool found = false;
  reader.members([&](std::string_view name) {
    if (name != "data") {
      reader.skip();
      return;
    }
    found = true;
    reader.members(take_path);
  });
  if (!reader.complete() || !found) return std::nullopt;
  return readable;
}

// Which of the paths the token may read; nothing where it may not even ask.
Result<std::map<std::string, bool>> permissions(
    VaultConnection& connection, std::span<const std::string> paths,
    Operation& operation) {
  std::map<std::string, bool> readable;
  while (!paths.empty()) {
    const auto some = paths.first(std::min(paths.size(), kPathsAtOnce));
    paths = paths.subspan(some.size());
    SOTTO_ASSIGN_OR_RETURN(VaultCall call, question(some));
    SOTTO_ASSIGN_OR_RETURN(const HttpResponse answer,
                           connection.run(std::move(call), operation));
    if (answer.status != 200) continue;
    auto told = read_permissions(answer.body.expose());
    if (!told) {
      return tl::unexpected<Error>(vault_errors::malformed(connection.store()));
    }
    readable.merge(*told);
  }
  return readable;
}

Result<Inspection> inspection_of(const std::string& store,
                                 const Locator& locator, const Known& known) {
  const std::string& key = locator.ref.key;
  if (!known.names) {
    // To see the names is a permission of its own.
    if (known.names.error().code == ErrorCode::kForbidden && known.readable) {
      return Inspection{std::nullopt, known.readable};
    }
    return tl::unexpected<Error>(known.names.error());
  }
  const VaultGroup& group = known.names->group;
  const bool is_there = group.find(key) != nullptr;
  const bool is_deleted = known.names->state == GroupState::kDeleted ||
                          group.find(kTombstone + key) != nullptr;
  if (!is_there && !is_deleted) {
    return tl::unexpected<Error>(missing_in_vault(store, locator));
  }
  return Inspection{is_there ? SecretState::kActive : SecretState::kDeleted,
                    known.readable};
}

std::vector<Known> look_at(VaultConnection& connection,
                           std::span<const GroupAt> groups,
                           Operation& operation) {
  std::vector<Known> known(groups.size());
  auto names = read_names(connection, groups, operation);
  std::vector<std::string> paths;
  for (const GroupAt& group : groups) {
    paths.emplace_back(vault_errors::policy_path(
        connection.paths().target("data", group.place)));
  }
  const auto readable = permissions(connection, paths, operation);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    known[i].names = std::move(names[i]);
    if (!readable) {
      if (known[i].names) known[i].names = tl::unexpected(readable.error());
    } else if (const auto found = readable->find(paths[i]);
               found != readable->end()) {
      known[i].readable = found->second;
    }
  }
  return known;
}

}  // namespace

std::vector<Result<Inspection>> inspect_vault(
    VaultConnection& connection, Operation& operation,
    std::span<const Locator> locators) {
  const GroupsOfNames asked = groups_of(connection, locators);
  const std::vector<Known> known = look_at(connection, asked.groups, operation);
  std::vector<Result<Inspection>> answers;
  answers.reserve(locators.size());
  for (std::size_t i = 0; i < locators.size(); ++i) {
    if (asked.whose[i]) {
      answers.push_back(inspection_of(connection.store(), locators[i],
                                      known[*asked.whose[i]]));
    } else {
      answers.emplace_back(tl::unexpected(asked.whose[i].error()));
    }
  }
  return answers;
}

}  // namespace sotto
