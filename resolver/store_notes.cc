// SPDX-License-Identifier: Apache-2.0

#include "resolver/store_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "base/host_name.h"
#include "base/secret_string.h"
#include "resolver/group_write.h"

namespace sotto {
namespace {

constexpr std::string_view kHostsKey = "hosts";

// How often somebody else may be faster.
constexpr int kTries = 8;

SecretRef hosts_ref() {
  return {std::string(kNotesGroup), std::string(kHostsKey)};
}

// The text up to `end`, which is taken off with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

std::optional<GroupHosts> parse_hosts(std::string_view text) {
  GroupHosts groups;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view group = take_until(line, ' ');
    if (!is_name(group) || line.empty()) return std::nullopt;
    std::vector<std::string>& hosts = groups[std::string(group)];
    while (!line.empty()) {
      const std::string_view host = take_until(line, ' ');
      if (!is_host_pattern(host)) return std::nullopt;
      hosts.push_back(fold_host(host));
    }
  }
  return groups;
}

Result<SecretString> write_hosts(const GroupHosts& groups) {
  std::string text;
  for (const auto& [group, hosts] : groups) {
    if (hosts.empty()) continue;
    text += fmt::format("{} {}\n", group, fmt::join(hosts, " "));
  }
  return SecretString::copy_of(text);
}

// What the notes say, and in which version of their group.
struct Notes {
  GroupHosts groups;
  std::optional<Version> version;  // None: they were deleted.
};

Result<Notes> parse_notes(const Store& store, const Scope& scope,
                          const Result<FetchedSecret>& fetched) {
  if (!fetched) {
    const ErrorCode code = fetched.error().code;
    if (code == ErrorCode::kMissing) return Notes{{}, 0};
    if (code == ErrorCode::kDeleted) return Notes{};
    return tl::unexpected<Error>(fetched.error());
  }
  auto groups = parse_hosts(fetched->value.text.expose());
  if (!groups) {
    return fail(ErrorCode::kMalformed,
                fmt::format("store \"{}\" has notes on the hosts of {} that "
                            "make no sense",
                            store.name(), to_string(scope)),
                fmt::format("they are in its group \"{}\", key \"{}\": \"GROUP "
                            "HOST...\" a line",
                            kNotesGroup, kHostsKey));
  }
  return Notes{*std::move(groups), fetched->version};
}

std::vector<Result<FetchedSecret>> fetch_notes(Store& store,
                                               std::span<const Scope> scopes) {
  std::vector<Locator> locators;
  for (const Scope& scope : scopes) {
    locators.push_back({scope, hosts_ref(), {}, {}});
  }
  auto fetched = store.fetch(locators);
  if (fetched.size() != scopes.size()) throw std::bad_alloc();  // store.h
  return fetched;
}

Result<Version> put_notes(Store& store, const Scope& scope,
                          const Notes& notes) {
  SOTTO_ASSIGN_OR_RETURN(SecretString text, write_hosts(notes.groups));
  SOTTO_RETURN_IF_ERROR(check_value(hosts_ref(), text));
  std::vector<GroupWrite> writes(1);
  writes[0].scope = scope;
  writes[0].group = kNotesGroup;
  writes[0].expected = notes.version;
  writes[0].changes.push_back({std::string(kHostsKey), std::move(text)});
  return std::move(put_all(store, writes).front());
}

// Returns whether anything was written.
Result<bool> change_store(
    Store& store, const Scope& scope,
    const std::function<Result<void>(GroupHosts&)>& change) {
  for (int tries = 1;; ++tries) {
    const auto fetched = fetch_notes(store, {&scope, 1});
    SOTTO_ASSIGN_OR_RETURN(Notes notes,
                           parse_notes(store, scope, fetched.front()));
    const GroupHosts before = notes.groups;
    SOTTO_RETURN_IF_ERROR(change(notes.groups));
    if (notes.groups == before) return false;
    const Result<Version> put = put_notes(store, scope, notes);
    if (put) return true;
    if (put.error().code != ErrorCode::kConflict || tries == kTries) {
      return tl::unexpected<Error>(put.error());
    }
  }
}

}  // namespace

Result<void> check_not_notes(std::string_view group) {
  if (group != kNotesGroup) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("group \"{}\" is not for secrets", group),
              "sotto keeps its own notes there; take another name");
}

Result<std::vector<NotedHosts>> read_noted_hosts(
    Store& store, std::span<const Scope> scopes) {
  std::vector<NotedHosts> noted;
  if (scopes.empty()) return noted;
  const auto fetched = fetch_notes(store, scopes);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    noted.push_back({scopes[i], std::nullopt});
    if (!fetched[i] && fetched[i].error().code == ErrorCode::kForbidden) {
      continue;
    }
    SOTTO_ASSIGN_OR_RETURN(Notes notes,
                           parse_notes(store, scopes[i], fetched[i]));
    noted.back().hosts = std::move(notes.groups);
  }
  return noted;
}

Result<void> change_noted_hosts(
    Catalog& catalog, Store& store, const Scope& scope,
    const std::function<Result<void>(GroupHosts&)>& change) {
  const Intent notes{scope, std::string(kNotesGroup), store.name()};
  SOTTO_RETURN_IF_ERROR(catalog.begin({&notes, 1}));
  const Result<bool> written = change_store(store, scope, change);
  if (!written) {
    // What may have been written is recover()'s.
    if (written.error().code != ErrorCode::kOutcomeUnknown) {
      (void)catalog.discard({&notes, 1});
    }
    return tl::unexpected<Error>(written.error());
  }
  const auto recorded =
      guarded([&] { return confirm_notes(catalog, store, notes); });
  if (recorded || !*written) return recorded;
  return after_write([&]() -> Result<void> {
    return not_recorded("the hosts were", recorded.error());
  });
}

Result<void> confirm_notes(Catalog& catalog, Store& store,
                           const Intent& notes) {
  return catalog.record_hosts(
      notes, [&] { return read_noted_hosts(store, {&notes.scope, 1}); });
}

}  // namespace sotto
