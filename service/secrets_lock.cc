// SPDX-License-Identifier: Apache-2.0

#include "service/secrets_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "base/guarded.h"
#include "base/json_text.h"
#include "base/json_tokenizer.h"
#include "base/source.h"
#include "service/content_digest.h"
#include "service/input_file.h"
#include "service/report/json_writer.h"

namespace sotto {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kCure =
    "write it anew with: sotto catalog snapshot > secrets.lock";

auto key_of(const LockedSecret& secret) {
  return std::tie(secret.scope, secret.ref);
}

std::string line_of(const LockedSecret& secret) {
  std::string hosts;
  for (const std::string& host : secret.hosts) {
    hosts += fmt::format("{}{}", hosts.empty() ? "" : ", ", json_string(host));
  }
  return fmt::format(
      R"({{"scope": {}, "group": {}, "key": {}, "store": {}, "version": {}, )"
      R"("state": {}, "hosts": [{}]}})",
      json_string(to_string(secret.scope)), json_string(secret.ref.group),
      json_string(secret.ref.key), json_string(secret.store), secret.version,
      json_string(to_string(secret.state)), hosts);
}

std::string lines_of(std::span<const LockedSecret> secrets) {
  std::string lines;
  for (const LockedSecret& secret : secrets) {
    lines +=
        fmt::format("{}    {}", lines.empty() ? "" : ",\n", line_of(secret));
  }
  return lines;
}

class LockReader {
 public:
  LockReader(std::string_view text, std::string_view name)
      : source_(std::string(name), text), tokens_(text) {}

  Result<std::vector<LockedSecret>> read() {
    SOTTO_RETURN_IF_ERROR(check_json());
    if (tokens_.next() != JsonToken::kObjectBegin) return no_lock();
    while (tokens_.next() == JsonToken::kKey) {
      SOTTO_RETURN_IF_ERROR(read_member(std::string(tokens_.content())));
    }
    if (version_ == 0) return no_lock();
    const bool sorted =
        std::ranges::adjacent_find(secrets_, std::ranges::greater_equal{},
                                   key_of) == secrets_.end();
    if (!sorted || content_digest(lines_of(secrets_)) != digest_) {
      return damaged(fmt::format("\"{}\" was changed since it was written",
                                 source_.name()));
    }
    return std::move(secrets_);
  }

 private:
  static tl::unexpected<Error> damaged(std::string message) {
    return fail(ErrorCode::kCorrupt, std::move(message), std::string(kCure));
  }
  tl::unexpected<Error> no_lock() const {
    return damaged(fmt::format("\"{}\" is not a secrets.lock", source_.name()));
  }
  tl::unexpected<Error> wrong(const Span& span, std::string_view what) const {
    const Location at = source_.location(span.begin);
    return damaged(
        fmt::format("{}:{}:{}: {}", source_.name(), at.line, at.column, what));
  }
  tl::unexpected<Error> wrong(std::string_view what) const {
    return wrong(tokens_.span(), what);
  }

  Result<void> check_json() const {
    JsonTokenizer tokens(source_.bytes(), /*max_depth=*/8);
    while (tokens.next() != JsonToken::kEnd) {
    }
    if (tokens.ok()) return {};
    const JsonError& error = tokens.errors().front();
    return wrong(error.span, json_error_message(error.kind));
  }

  Result<void> read_member(const std::string& name) {
    if (name == "secrets_lock") return read_version();
    if (name == "digest") {
      SOTTO_ASSIGN_OR_RETURN(digest_, read_string());
      return {};
    }
    if (name != "secrets") return wrong("unknown member");
    if (tokens_.next() != JsonToken::kArrayBegin) {
      return wrong("expected an array");
    }
    for (JsonToken token = tokens_.next(); token != JsonToken::kArrayEnd;
         token = tokens_.next()) {
      if (token != JsonToken::kObjectBegin) return wrong("expected an object");
      SOTTO_RETURN_IF_ERROR(read_secret());
    }
    return {};
  }

  Result<void> read_version() {
    SOTTO_ASSIGN_OR_RETURN(version_, read_number());
    if (version_ <= kVersion) return {};
    return fail(ErrorCode::kNewerVersion,
                fmt::format("\"{}\" is of version {}, and this is Sotto for "
                            "version {}",
                            source_.name(), version_, kVersion),
                "read it with a newer Sotto, or write it anew with this one");
  }

  Result<void> read_secret() {
    LockedSecret secret;
    while (tokens_.next() == JsonToken::kKey) {
      SOTTO_RETURN_IF_ERROR(
          read_member_of(secret, std::string(tokens_.content())));
    }
    if (!is_name(secret.ref.group) || !is_name(secret.ref.key)) {
      return wrong("this secret lacks its group or its key");
    }
    secrets_.push_back(std::move(secret));
    return {};
  }

  Result<void> read_member_of(LockedSecret& secret, const std::string& name) {
    const Span key = tokens_.span();
    if (name == "version") {
      SOTTO_ASSIGN_OR_RETURN(secret.version, read_number());
      return {};
    }
    if (name == "hosts") return read_hosts(secret.hosts);
    SOTTO_ASSIGN_OR_RETURN(const std::string text, read_string());
    if (name == "scope") {
      auto scope = Scope::parse(text);
      if (!scope) return wrong("this is not a scope");
      secret.scope = *std::move(scope);
    } else if (name == "group") {
      secret.ref.group = text;
    } else if (name == "key") {
      secret.ref.key = text;
    } else if (name == "store") {
      secret.store = text;
    } else if (name == "state") {
      return read_state(secret.state, text);
    } else {
      return wrong(key, "unknown member");
    }
    return {};
  }

  Result<void> read_hosts(std::vector<std::string>& hosts) {
    if (tokens_.next() != JsonToken::kArrayBegin) {
      return wrong("expected an array");
    }
    for (JsonToken token = tokens_.next(); token != JsonToken::kArrayEnd;
         token = tokens_.next()) {
      if (token != JsonToken::kString) return wrong("expected a string");
      hosts.push_back(content());
    }
    return {};
  }

  Result<void> read_state(SecretState& state, std::string_view text) const {
    for (const SecretState each : {SecretState::kActive, SecretState::kDisabled,
                                   SecretState::kDeleted}) {
      if (to_string(each) != text) continue;
      state = each;
      return {};
    }
    return wrong("this is not a state");
  }

  Result<std::string> read_string() {
    if (tokens_.next() != JsonToken::kString) return wrong("expected a string");
    return content();
  }

  std::string content() const {
    return std::string(DecodedText(tokens_.content(), 0).text());
  }

  Result<std::uint64_t> read_number() {
    std::uint64_t number = 0;
    const bool is_number = tokens_.next() == JsonToken::kNumber;
    const std::string_view text =
        source_.bytes().substr(tokens_.span().begin, tokens_.span().size());
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (!is_number || error != std::errc() ||
        end != text.data() + text.size()) {
      return wrong("expected a whole number");
    }
    return number;
  }

  Source source_;
  JsonTokenizer tokens_;
  std::uint64_t version_ = 0;
  std::string digest_;
  std::vector<LockedSecret> secrets_;
};

// Those that the group of each secret is bound to.
Result<void> add_hosts(const Catalog& catalog,
                       std::vector<LockedSecret>& secrets) {
  for (auto begin = secrets.begin(); begin != secrets.end();) {
    const Scope& scope = begin->scope;
    std::vector<std::string> groups;
    auto end = begin;
    for (; end != secrets.end() && end->scope == scope; ++end) {
      const std::string& group = end->ref.group;
      if (groups.empty() || groups.back() != group) groups.push_back(group);
    }
    SOTTO_ASSIGN_OR_RETURN(const auto hosts,
                           catalog.hosts_of(groups, std::array{scope}));
    for (; begin != end; ++begin) {
      const auto found = hosts.find(begin->ref.group);
      if (found != hosts.end()) begin->hosts = found->second;
    }
  }
  return {};
}

}  // namespace

Result<std::vector<LockedSecret>> secrets_of(const Catalog& catalog) {
  return guarded([&]() -> Result<std::vector<LockedSecret>> {
    SOTTO_ASSIGN_OR_RETURN(std::vector<CatalogEntry> entries, catalog.list());
    std::vector<LockedSecret> secrets;
    secrets.reserve(entries.size());
    for (CatalogEntry& entry : entries) {
      secrets.push_back({std::move(entry.scope),
                         std::move(entry.ref),
                         std::move(entry.store),
                         entry.version,
                         entry.state,
                         {}});
    }
    SOTTO_RETURN_IF_ERROR(add_hosts(catalog, secrets));
    return secrets;
  });
}

std::string write_secrets_lock(std::span<const LockedSecret> secrets) {
  const std::string lines = lines_of(secrets);
  return fmt::format(
      "{{\n  \"secrets_lock\": {},\n  \"secrets\": [{}{}{}],\n"
      "  \"digest\": \"{}\"\n}}\n",
      kVersion, lines.empty() ? "" : "\n", lines, lines.empty() ? "" : "\n  ",
      content_digest(lines));
}

Result<std::vector<LockedSecret>> parse_secrets_lock(std::string_view text,
                                                     std::string_view name) {
  return guarded([&] { return LockReader(text, name).read(); });
}

Result<std::vector<LockedSecret>> read_secrets_lock(
    const std::filesystem::path& file) {
  return guarded([&]() -> Result<std::vector<LockedSecret>> {
    SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                           read_input_file(file, kMaxLockBytes));
    return LockReader(input.bytes, input.name).read();
  });
}

Result<Catalog> catalog_of(std::span<const LockedSecret> secrets) {
  return guarded([&]() -> Result<Catalog> {
    SOTTO_ASSIGN_OR_RETURN(Catalog catalog, Catalog::in_memory());
    std::map<std::string, std::vector<CatalogEntry>> by_store;
    for (const LockedSecret& secret : secrets) {
      by_store[secret.store].push_back({secret.scope,
                                        secret.ref,
                                        secret.store,
                                        {},
                                        secret.version,
                                        secret.state,
                                        {}});
    }
    for (const auto& [store, entries] : by_store) {
      SOTTO_RETURN_IF_ERROR(catalog.replace(store, entries));
    }
    const LockedSecret* last = nullptr;
    for (const LockedSecret& secret : secrets) {
      const bool is_next = last == nullptr || last->scope != secret.scope ||
                           last->ref.group != secret.ref.group;
      last = &secret;
      if (!is_next || secret.hosts.empty()) continue;
      SOTTO_RETURN_IF_ERROR(
          catalog.bind_hosts(secret.scope, secret.ref.group, secret.hosts));
    }
    return catalog;
  });
}

std::vector<LockChange> changes_between(std::span<const LockedSecret> before,
                                        std::span<const LockedSecret> after) {
  std::vector<LockChange> changes;
  auto was = before.begin();
  auto is = after.begin();
  while (was != before.end() || is != after.end()) {
    if (is == after.end() ||
        (was != before.end() && key_of(*was) < key_of(*is))) {
      changes.push_back({*was++, std::nullopt});
    } else if (was == before.end() || key_of(*is) < key_of(*was)) {
      changes.push_back({std::nullopt, *is++});
    } else {
      if (*was != *is) changes.push_back({*was, *is});
      ++was, ++is;
    }
  }
  return changes;
}

std::string describe(const LockChange& change) {
  const LockedSecret& secret = change.after ? *change.after : *change.before;
  const std::string name =
      fmt::format("{} in {}", to_string(secret.ref), to_string(secret.scope));
  if (!change.before) return name + ": new";
  if (!change.after) return name + ": gone";
  std::vector<std::string> parts;
  const auto differ = [&](const auto& before, const auto& after,
                          std::string_view what) {
    if (before == after) return;
    parts.push_back(fmt::format("{}{}, was {}", what, after, before));
  };
  const LockedSecret& was = *change.before;
  differ(to_string(was.state), to_string(secret.state), "");
  differ(was.version, secret.version, "version ");
  differ(was.store, secret.store, "in store ");
  differ(fmt::format("{}", fmt::join(was.hosts, " ")),
         fmt::format("{}", fmt::join(secret.hosts, " ")), "for hosts ");
  return fmt::format("{}: {}", name, fmt::join(parts, "; "));
}

}  // namespace sotto
