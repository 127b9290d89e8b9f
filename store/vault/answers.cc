// SPDX-License-Identifier: Apache-2.0

#include "store/vault/answers.h"

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "store/http/answer_reader.h"
#include "store/vault/time.h"

namespace sotto {
namespace {

// An answer is an object of which one member matters.
template <typename Member>
bool read_member(std::string_view body, std::string_view wanted,
                 const Member& member) {
  AnswerReader reader(body);
  bool found = false;
  reader.members([&](std::string_view name) {
    if (name != wanted) {
      reader.skip();
      return;
    }
    found = true;
    member(reader);
  });
  return reader.complete() && found;
}

void take_time(AnswerReader& reader, Timestamp& time) {
  std::string text;
  reader.take(text);
  const auto parsed = parse_vault_time(text);
  if (!parsed) return reader.refuse();
  time = *parsed;
}

void take_deletion(AnswerReader& reader, VaultVersion& version) {
  std::string text;
  reader.take(text);
  if (text.empty()) return;
  version.deletion = parse_vault_time(text);
  if (!version.deletion) reader.refuse();
}

// A member that tells of a version; false for any other.
bool take_version_member(AnswerReader& reader, std::string_view name,
                         VaultVersion& version) {
  if (name == "version") {
    reader.take(version.number);
  } else if (name == "created_time") {
    take_time(reader, version.created);
  } else if (name == "deletion_time") {
    take_deletion(reader, version);
  } else if (name == "destroyed") {
    reader.take(version.destroyed);
  } else {
    return false;
  }
  return true;
}

void take_version(AnswerReader& reader, VaultVersion& version) {
  reader.members([&](std::string_view name) {
    if (!take_version_member(reader, name, version)) reader.skip();
  });
}

void take_members(AnswerReader& reader, bool with_values, VaultGroup& group) {
  if (reader.is_null()) {
    reader.skip();
    return;
  }
  group.has_data = true;
  reader.members([&](std::string_view name) {
    const std::string_view raw = reader.skip();
    group.members.push_back(
        {std::string(name), with_values ? raw : std::string_view()});
  });
}

std::optional<VaultGroup> read_group(std::string_view body,
                                     std::string_view what, bool with_values) {
  VaultGroup group;
  bool has_version = false;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == what) {
        take_members(reader, with_values, group);
      } else if (name == "metadata") {
        has_version = true;
        take_version(reader, group.version);
      } else {
        reader.skip();
      }
    });
  });
  if (!read || !has_version || group.version.number == 0) return std::nullopt;
  std::sort(group.members.begin(), group.members.end(),
            [](const VaultMember& a, const VaultMember& b) {
              return a.name < b.name;
            });
  return group;
}

// A version's number as the name of a member.
bool parse_number(std::string_view text, Version& number) {
  if (text.empty() || text.size() > 18 || text.front() == '0' ||
      text.find_first_not_of("0123456789") != text.npos) {
    return false;
  }
  number = 0;
  for (const char c : text)
    number = number * 10 + static_cast<Version>(c - '0');
  return true;
}

void take_versions(AnswerReader& reader, std::vector<VaultVersion>& versions) {
  reader.members([&](std::string_view name) {
    VaultVersion version;
    take_version(reader, version);
    if (!parse_number(name, version.number)) return reader.refuse();
    versions.push_back(version);
  });
}

std::optional<SecretString> decode(std::string_view raw) {
  if (raw.empty()) return std::nullopt;
  auto text = decode_json_secret(raw);
  if (text) return std::move(*text);
  if (text.error().code == ErrorCode::kNoMemory) throw std::bad_alloc();
  return std::nullopt;
}

// The raw text of a string that is secret.
void skip_string(AnswerReader& reader, std::string_view& raw) {
  if (!reader.is_string()) return reader.refuse();
  raw = reader.skip();
}

struct Complaint {
  std::string_view words;
  VaultComplaint meaning;
};

constexpr std::array<Complaint, 6> kComplaints{{
    {"no handler for route", VaultComplaint::kNoRoute},
    {"check-and-set parameter did not match", VaultComplaint::kCasMismatch},
    {"pgrading from non-versioned to versioned", VaultComplaint::kUpgrading},
    {"ault is sealed", VaultComplaint::kSealed},
    {"wrapping token is not valid", VaultComplaint::kBadWrapping},
    {"no route entry found", VaultComplaint::kNoRoute},
}};

VaultComplaint meaning_of(std::string_view text) {
  for (const Complaint& complaint : kComplaints) {
    if (text.find(complaint.words) != text.npos) return complaint.meaning;
  }
  return VaultComplaint::kOther;
}

}  // namespace

const VaultMember* VaultGroup::find(std::string_view name) const {
  const auto found = std::lower_bound(
      members.begin(), members.end(), name,
      [](const VaultMember& a, std::string_view b) { return a.name < b; });
  return found != members.end() && found->name == name ? &*found : nullptr;
}

std::optional<VaultGroup> read_vault_group(std::string_view body) {
  return read_group(body, "data", true);
}

std::optional<VaultGroup> read_vault_subkeys(std::string_view body) {
  return read_group(body, "subkeys", false);
}

Result<SecretValue> value_of_member(const VaultMember& member) {
  SecretValue value;
  if (member.raw.front() == '"') {
    SOTTO_ASSIGN_OR_RETURN(value.text, decode_json_secret(member.raw));
  } else {
    value.kind = SecretValue::Kind::kJson;
    SOTTO_ASSIGN_OR_RETURN(value.text, SecretString::copy_of(member.raw));
  }
  if (value.text.size() > kMaxValueSize) {
    return fail(ErrorCode::kLimit, "a value is too large");
  }
  return value;
}

std::optional<VaultMetadata> read_vault_metadata(std::string_view body) {
  VaultMetadata metadata;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == "current_version") {
        reader.take(metadata.current);
      } else if (name == "versions") {
        take_versions(reader, metadata.versions);
      } else {
        reader.skip();
      }
    });
  });
  if (!read) return std::nullopt;
  std::sort(metadata.versions.begin(), metadata.versions.end(),
            [](const VaultVersion& a, const VaultVersion& b) {
              return a.number > b.number;
            });
  return metadata;
}

std::optional<std::vector<std::string>> read_vault_list(std::string_view body) {
  std::vector<std::string> items;
  bool found = false;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name != "keys") {
        reader.skip();
        return;
      }
      found = true;
      reader.items([&] { reader.take(items.emplace_back()); });
    });
  });
  if (!read || !found) return std::nullopt;
  return items;
}

std::optional<VaultVersion> read_vault_written(std::string_view body) {
  VaultVersion version;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    take_version(reader, version);
  });
  if (!read || version.number == 0) return std::nullopt;
  return version;
}

std::optional<VaultSession> read_vault_session(std::string_view body) {
  std::string_view token;
  std::uint64_t lease = 0;
  VaultSession session;
  const bool read = read_member(body, "auth", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == "client_token") {
        skip_string(reader, token);
      } else if (name == "lease_duration") {
        reader.take(lease);
      } else if (name == "renewable") {
        reader.take(session.renewable);
      } else {
        reader.skip();
      }
    });
  });
  constexpr std::uint64_t kLongest = std::numeric_limits<std::int32_t>::max();
  if (!read || lease > kLongest) return std::nullopt;
  auto text = decode(token);
  if (!text) return std::nullopt;
  session.token = std::move(*text);
  session.lease = std::chrono::seconds(static_cast<std::int64_t>(lease));
  return session;
}

std::optional<std::string> read_vault_creation_path(std::string_view body) {
  std::string path;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == "creation_path") {
        reader.take(path);
      } else {
        reader.skip();
      }
    });
  });
  if (!read || path.empty()) return std::nullopt;
  return path;
}

std::optional<SecretString> read_vault_secret_id(std::string_view body) {
  std::string_view raw;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == "secret_id") {
        skip_string(reader, raw);
      } else {
        reader.skip();
      }
    });
  });
  return read ? decode(raw) : std::nullopt;
}

std::optional<VaultMount> read_vault_mount(std::string_view body) {
  VaultMount mount;
  const bool read = read_member(body, "data", [&](AnswerReader& reader) {
    reader.members([&](std::string_view name) {
      if (name == "type") {
        reader.take(mount.type);
      } else if (name == "options" && !reader.is_null()) {
        reader.members([&](std::string_view option) {
          if (option == "version") {
            reader.take(mount.version);
          } else {
            reader.skip();
          }
        });
      } else {
        reader.skip();
      }
    });
  });
  if (!read || mount.type.empty()) return std::nullopt;
  return mount;
}

std::optional<VaultHealth> read_vault_health(std::string_view body) {
  VaultHealth health;
  bool found = false;
  AnswerReader reader(body);
  reader.members([&](std::string_view name) {
    if (name == "initialized") {
      found = true;
      reader.take(health.initialized);
    } else if (name == "sealed") {
      reader.take(health.sealed);
    } else if (name == "standby") {
      reader.take(health.standby);
    } else if (name == "performance_standby") {
      reader.take(health.performance_standby);
    } else {
      reader.skip();
    }
  });
  if (!reader.complete() || !found) return std::nullopt;
  return health;
}

std::optional<VaultComplaint> read_vault_complaint(std::string_view body) {
  VaultComplaint complaint = VaultComplaint::kNone;
  const bool read = read_member(body, "errors", [&](AnswerReader& reader) {
    reader.items([&] {
      std::string text;
      reader.take(text);
      const VaultComplaint meaning = meaning_of(text);
      // The first that says something counts.
      if (complaint == VaultComplaint::kNone ||
          complaint == VaultComplaint::kOther) {
        complaint = meaning;
      }
    });
  });
  if (!read) return std::nullopt;
  return complaint;
}

}  // namespace sotto
