// SPDX-License-Identifier: Apache-2.0
//
// What a Vault might send: any bytes, read as every answer that is expected of
// one. What is read holds together; what is refused says nothing of the bytes;
// and a group that was read can be written and known again.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_tokenizer.h"
#include "fuzz/require.h"
#include "store/vault/answers.h"
#include "store/vault/errors.h"
#include "store/vault/merge.h"

namespace {

using sotto::require;

bool is_json(std::string_view text) {
  sotto::JsonTokenizer tokenizer(text);
  while (tokenizer.next() != sotto::JsonToken::kEnd) {
  }
  return tokenizer.ok();
}

// The words of an error are ours: the same whatever the bytes were.
void check_words(const sotto::Error& error) {
  require(error.message == "half a character in a value" ||
              error.message == "a value is too large",
          "another error than those of a value");
  require(error.hint.empty(), "a hint out of nothing");
}

void check_members(const sotto::VaultGroup& group, bool with_values) {
  std::string_view before;
  for (const sotto::VaultMember& member : group.members) {
    require(before.empty() || before < member.name, "members out of order");
    before = member.name;
    require(group.find(member.name) == &member, "a member that is not found");
    require(member.raw.empty() != with_values, "a value where none should be");
    if (!with_values) continue;
    require(is_json(member.raw), "a value that is no JSON");
    const auto value = sotto::value_of_member(member);
    if (!value) {
      check_words(value.error());
    } else if (value->kind == sotto::SecretValue::Kind::kJson) {
      require(value->text.expose() == member.raw, "JSON that was changed");
    } else {
      require(value->text.size() + 2 <= member.raw.size(),
              "text that is longer than its JSON");
    }
  }
}

bool has_half_characters(const sotto::VaultGroup& group) {
  for (const sotto::VaultMember& member : group.members) {
    if (!sotto::value_of_member(member)) return true;
  }
  return false;
}

void check_merge(const sotto::VaultGroup& group) {
  sotto::ReadGroup read;
  read.state = sotto::GroupState::kPresent;
  read.group = group;
  const auto body =
      sotto::merge_group("fuzzed", sotto::Scope(), "a", read, {}, {});
  require(body.has_value(), "a group that cannot be written");
  require(is_json((*body)->expose()), "a body that is no JSON");
  require(
      sotto::holds_what_was_written(read, **body) || has_half_characters(group),
      "a group that does not know itself again");
}

void check_groups(std::string_view text) {
  if (const auto group = sotto::read_vault_group(text)) {
    require(is_json(text), "an answer that is no JSON");
    require(group->version.number > 0, "a group without a version");
    require(group->has_data || group->members.empty(), "data out of nothing");
    check_members(*group, true);
    check_merge(*group);
  }
  if (const auto group = sotto::read_vault_subkeys(text)) {
    check_members(*group, false);
  }
}

void check_versions(std::string_view text) {
  const auto metadata = sotto::read_vault_metadata(text);
  if (!metadata) return;
  const sotto::VaultVersion* before = nullptr;
  for (const sotto::VaultVersion& version : metadata->versions) {
    require(before == nullptr || before->number > version.number,
            "versions out of order, or twice");
    before = &version;
  }
}

void check_sessions(std::string_view text) {
  if (const auto session = sotto::read_vault_session(text)) {
    require(session->lease.count() >= 0, "a lease that ended before it began");
    require(session->token.size() <= text.size(), "a token out of nothing");
  }
  (void)sotto::read_vault_secret_id(text);
  (void)sotto::read_vault_creation_path(text);
}

// Of refusals, the status alone chooses among sentences of ours.
void check_refusals(std::string_view text) {
  for (const int status : {200, 204, 307, 400, 403, 404, 412, 413, 429, 473,
                           500, 501, 502, 503, 599}) {
    sotto::HttpResponse answer;
    answer.status = status;
    if (!answer.body.append(text)) return;
    const sotto::Error error = sotto::vault_errors::refused(
        {"fuzzed", "secret", "read", "/v1/secret/data/a"}, answer);
    require(!error.message.empty() && !error.hint.empty(), "a refusal unsaid");
    require(error.message.size() < 100, "a refusal that says too much");
    require(error.code != sotto::ErrorCode::kMissing,
            "a refusal that is taken for absence");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_groups(text);
  check_versions(text);
  check_sessions(text);
  check_refusals(text);
  (void)sotto::read_vault_list(text);
  (void)sotto::read_vault_written(text);
  (void)sotto::read_vault_mount(text);
  (void)sotto::read_vault_health(text);
  (void)sotto::read_vault_complaint(text);
  return 0;
}
