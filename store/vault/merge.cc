// SPDX-License-Identifier: Apache-2.0

#include "store/vault/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "store/http/answer_reader.h"
#include "store/store_errors.h"

namespace sotto {
namespace {

constexpr std::string_view kEmptyString = "\"\"";

// The members of the next version, by name.
using Members = std::map<std::string, MemberChange, std::less<>>;

std::string tombstone_of(std::string_view key) {
  std::string name(1, kTombstone);
  name += key;
  return name;
}

void bury(Members& members, std::string_view key) {
  members.insert_or_assign(tombstone_of(key),
                           MemberChange{{}, nullptr, kEmptyString});
}

Members members_before(const ReadGroup& read,
                       std::span<const std::string> former) {
  Members members;
  for (const VaultMember& member : read.group.members) {
    members.emplace(member.name, MemberChange{{}, nullptr, member.raw});
  }
  for (const std::string& key : former) bury(members, key);
  return members;
}

class BodyWriter {
 public:
  explicit BodyWriter(WipedBuffer& out) : out_(out) {}

  void text(std::string_view piece) { fits_ = fits_ && out_.append(piece); }
  void string(std::string_view value) {
    fits_ = fits_ && append_json_string(out_, value);
  }
  void check() const {
    if (!fits_) throw std::bad_alloc();
  }

 private:
  WipedBuffer& out_;
  bool fits_ = true;
};

void write_body(Version version, const Members& members, WipedBuffer& body) {
  BodyWriter writer(body);
  writer.text(fmt::format("{{\"options\":{{\"cas\":{}}},\"data\":", version));
  std::string_view before = "{";
  for (const auto& [name, member] : members) {
    writer.text(before);
    writer.string(name);
    writer.text(":");
    if (member.text != nullptr) {
      writer.string(member.text->expose());
    } else {
      writer.text(member.raw);
    }
    before = ",";
  }
  writer.text(members.empty() ? "{}}" : "}}");
  writer.check();
}

// The same value: strings may be escaped in different ways.
bool same_value(std::string_view a, std::string_view b) {
  const auto decoded = [](std::string_view raw) {
    auto text = raw.front() == '"' ? decode_json_secret(raw)
                                   : SecretString::copy_of(raw);
    if (!text && text.error().code == ErrorCode::kNoMemory) {
      throw std::bad_alloc();
    }
    return text;
  };
  if ((a.front() == '"') != (b.front() == '"')) return false;
  const auto left = decoded(a);
  const auto right = decoded(b);
  return left && right && equal_in_constant_time(*left, *right);
}

}  // namespace

Result<std::shared_ptr<const WipedBuffer>> merge_group(
    std::string_view store, const Scope& scope, std::string_view group,
    const ReadGroup& read, std::span<const std::string> former,
    std::span<const MemberChange> changes) {
  Members members = members_before(read, former);
  for (const MemberChange& change : changes) {
    const bool was_deleted = members.contains(tombstone_of(change.key));
    if (change.text != nullptr || !change.raw.empty()) {
      members.erase(tombstone_of(change.key));
      members.insert_or_assign(std::string(change.key), change);
      continue;
    }
    if (members.erase(std::string(change.key)) == 0) {
      return tl::unexpected(
          was_deleted ? store_errors::deleted(store, scope, group, change.key)
                      : store_errors::missing(store, scope, group, change.key));
    }
    bury(members, change.key);
  }
  WipedBuffer body;
  write_body(read.group.version.number, members, body);
  if (body.size() > kMaxVaultGroup) {
    return fail(ErrorCode::kLimit,
                fmt::format("{} is too large for store \"{}\": expected at "
                            "most {} bytes",
                            store_errors::group_name(scope, group), store,
                            kMaxVaultGroup),
                "spread its keys over several groups");
  }
  return std::make_shared<const WipedBuffer>(std::move(body));
}

bool holds_what_was_written(const ReadGroup& read, const WipedBuffer& body) {
  if (read.state != GroupState::kPresent) return false;
  std::vector<VaultMember> written;
  AnswerReader reader(body.expose());
  reader.members([&](std::string_view name) {
    if (name != "data") {
      reader.skip();
      return;
    }
    reader.members([&](std::string_view member) {
      written.push_back({std::string(member), reader.skip()});
    });
  });
  if (!reader.complete()) return false;
  std::sort(written.begin(), written.end(),
            [](const VaultMember& a, const VaultMember& b) {
              return a.name < b.name;
            });
  const std::vector<VaultMember>& held = read.group.members;
  bool same = written.size() == held.size();
  for (std::size_t i = 0; same && i < held.size(); ++i) {
    same = held[i].name == written[i].name &&
           same_value(held[i].raw, written[i].raw);
  }
  return same;
}

}  // namespace sotto
