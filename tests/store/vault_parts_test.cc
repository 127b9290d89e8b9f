// SPDX-License-Identifier: Apache-2.0
//
// The parts of the Vault store that need no Vault: paths, answers, merging.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/http/answer_reader.h"
#include "store/vault/answers.h"
#include "store/vault/merge.h"
#include "store/vault/paths.h"
#include "store/vault/time.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kPathRule =
    "\nhint: a path is segments of 1 to 128 of A-Z a-z 0-9 _ . -, parted by "
    "'/', none of them \".\" or \"..\" or with a '.' at its end";

TEST(VaultPathsTest, LeadToGroups) {
  VaultOptions options;
  options.paths[{org("acme"), "github"}] = "team/github-ci";
  const auto paths = VaultPaths::make(options);
  ASSERT_EQ(error_text(paths), "");
  EXPECT_EQ(paths->place(Scope(), "github").value(), "sotto/platform/github");
  EXPECT_EQ(paths->place(org("acme"), "db").value(), "sotto/org/acme/db");
  EXPECT_EQ(paths->place(org("acme"), "github").value(), "team/github-ci");
  EXPECT_EQ(paths->place(org("acme"), "db", "team/db").value(), "team/db");
  EXPECT_EQ(paths->target("data", "sotto/platform/a"),
            "/v1/secret/data/sotto/platform/a");
  EXPECT_EQ(paths->path_of(org("acme"), "github"), "team/github-ci");
  EXPECT_EQ(paths->path_of(Scope(), "github"), "");
  EXPECT_THAT(paths->mapped_groups(org("acme")), ElementsAre("github"));
  EXPECT_THAT(paths->mapped_scopes(), ElementsAre(org("acme")));
}

TEST(VaultPathsTest, APrefixMayBeLeftOutAndAMountBeDeep) {
  VaultOptions options;
  options.mount = "team/kv";
  options.prefix = "";
  const auto paths = VaultPaths::make(options);
  ASSERT_EQ(error_text(paths), "");
  EXPECT_EQ(paths->place(Scope(), "a").value(), "platform/a");
  EXPECT_EQ(paths->target("metadata", paths->scopes_folder()),
            "/v1/team/kv/metadata");
  EXPECT_EQ(paths->organizations_folder(), "org");
}

// V06
TEST(VaultPathsTest, V06_WhatCouldBeReadAsAnotherPathIsNone) {
  for (const std::string_view path :
       {"", "/", "a/", "/a", "a//b", "a/../b", "a/./b", "..", ".", "a.", "a./b",
        "a b", "a%2fb", "a?b", "a#b", "a\\b", "a\nb", "\xC3\xA9"}) {
    EXPECT_FALSE(is_vault_path(path)) << path;
  }
  EXPECT_FALSE(is_vault_path(std::string(129, 'a')));
  for (const std::string_view path : {"a", "a/b", "a.b/-c_", "...a", "1"}) {
    EXPECT_TRUE(is_vault_path(path)) << path;
  }
  EXPECT_TRUE(is_vault_path(std::string(128, 'a')));
  const auto paths = VaultPaths::make({});
  EXPECT_EQ(error_text(paths->place(org("a"), "x", "orgA/../orgB/x")),
            std::string("the path of group \"x\" of org/a is not a path in a "
                        "Vault")
                .append(kPathRule));
  EXPECT_EQ(error_text(paths->place(org("a"), "x", "sotto/org/b/x")),
            "the path of group \"x\" of org/a lies where groups without a "
            "path of their own are\nhint: run: sotto catalog sync");
  EXPECT_EQ(error_text(paths->place(org("a"), "../x")),
            "a group's name is not a name\nhint: a name is 1 to 127 of A-Z a-z "
            "0-9 _ -, not starting with '-'");
}

TEST(VaultPathsTest, RefusesAConfigurationThatIsNone) {
  const auto said = [](const VaultOptions& options) {
    return error_text(VaultPaths::make(options));
  };
  VaultOptions options;
  options.mount = "secret/";
  EXPECT_EQ(said(options),
            std::string("store \"vault\": \"mount\" is not a path in a Vault")
                .append(kPathRule));
  options = {};
  options.prefix = "..";
  EXPECT_EQ(said(options),
            std::string("store \"vault\": \"prefix\" is not a path in a Vault")
                .append(kPathRule));
  options = {};
  options.paths[{Scope(), "a"}] = "x//y";
  EXPECT_EQ(said(options),
            std::string("store \"vault\": the path of group \"a\" of platform "
                        "is not a path in a Vault")
                .append(kPathRule));
  options.paths[{Scope(), "a"}] = "sotto/org/b/x";
  EXPECT_EQ(said(options),
            "store \"vault\": the path of group \"a\" of platform lies where "
            "groups without a path of their own are\nhint: leave the path out, "
            "or name one outside of the prefix");
  options.paths = {{{Scope(), "a"}, "x"}, {{Scope(), "b"}, "x"}};
  EXPECT_EQ(said(options),
            "store \"vault\": the path of group \"b\" of platform is that of "
            "another group, too\nhint: give each group a path of its own");
  options.paths = {{{Scope(), "-a"}, "x"}};
  EXPECT_EQ(said(options),
            "store \"vault\": a group with a path of its own has a name that "
            "is none\nhint: a name is 1 to 127 of A-Z a-z 0-9 _ -, not "
            "starting with '-'");
}

TEST(VaultPathsTest, ReadsWhatAFolderLists) {
  const std::vector<std::string> items{"b",  "a",      "folder/", "no name",
                                       "-x", "acme/",  "a b/",    "platform/",
                                       "",   "../../", "org/"};
  EXPECT_THAT(groups_listed(items), ElementsAre("a", "b"));
  EXPECT_TRUE(platform_listed(items));
  EXPECT_FALSE(platform_listed({"platform"}));
  EXPECT_THAT(scopes_listed({"b/", "a/", "c", "a b/", "../", "/"}),
              ElementsAre(org("a"), org("b")));
}

constexpr std::string_view kGroup =
    R"({"request_id":"r","data":{"data":{"B":"x\"\u00e9\ud83d\udd11","A":1.50,)"
    R"("-C":"","O":{"k":[1,{"l":null}]}},"metadata":{"created_time":)"
    R"("2026-11-22T23:53:00.047809459Z","custom_metadata":null,)"
    R"("deletion_time":"","destroyed":false,"version":7}},"warnings":null})";

std::string text_of(const VaultGroup& group, std::string_view name) {
  const VaultMember* const member = group.find(name);
  if (member == nullptr) return "<none>";
  const auto value = value_of_member(*member);
  if (!value) return error_text(value);
  return (value->kind == SecretValue::Kind::kJson ? "json " : "") +
         std::string(value->text.expose());
}

TEST(VaultAnswersTest, ReadsAGroup) {
  const auto group = read_vault_group(kGroup);
  ASSERT_TRUE(group.has_value());
  EXPECT_TRUE(group->has_data);
  EXPECT_EQ(group->version.number, 7u);
  EXPECT_EQ(group->version.created, parse_vault_time("2026-11-22T23:53:00Z"));
  EXPECT_FALSE(group->version.deletion.has_value());
  EXPECT_EQ(text_of(*group, "B"), "x\"\xC3\xA9\xF0\x9F\x94\x91");
  EXPECT_EQ(text_of(*group, "A"), "json 1.50");
  EXPECT_EQ(text_of(*group, "O"), R"(json {"k":[1,{"l":null}]})");
  EXPECT_EQ(text_of(*group, "C"), "<none>");
  EXPECT_EQ(text_of(*group, "-C"), "");
}

TEST(VaultAnswersTest, TellsDeletedFromDestroyed) {
  const auto deleted = read_vault_group(
      R"({"data":{"data":null,"metadata":{"version":2,"created_time":)"
      R"("2026-01-02T03:04:05Z","deletion_time":"2026-01-02T03:04:06.5Z",)"
      R"("destroyed":false}}})");
  ASSERT_TRUE(deleted.has_value());
  EXPECT_FALSE(deleted->has_data);
  EXPECT_EQ(deleted->version.deletion,
            parse_vault_time("2026-01-02T03:04:06Z"));
  const auto destroyed = read_vault_group(
      R"({"data":{"data":null,"metadata":{"version":2,"destroyed":true}}})");
  ASSERT_TRUE(destroyed.has_value());
  EXPECT_TRUE(destroyed->version.destroyed);
}

// V10, L01: whatever is not what was promised is nothing.
TEST(VaultAnswersTest, V10_WhatIsNotPromisedIsNothing) {
  for (std::size_t size = 0; size < kGroup.size(); ++size) {
    EXPECT_FALSE(read_vault_group(kGroup.substr(0, size)).has_value()) << size;
  }
  for (const std::string_view text :
       {"<html>",
        "null",
        "[]",
        "{}",
        R"({"data":null})",
        R"({"data":{}})",
        R"({"data":{"data":{}}})",
        R"({"data":{"data":{},"metadata":{"version":0}}})",
        R"({"data":{"data":{},"metadata":{"version":-1}}})",
        R"({"data":{"data":{},"metadata":{"version":1.5}}})",
        R"({"data":{"data":{},"metadata":{"version":"1"}}})",
        R"({"data":{"data":[],"metadata":{"version":1}}})",
        R"({"data":{"data":"x","metadata":{"version":1}}})",
        R"({"data":{"data":{"a":"1","a":"2"},"metadata":{"version":1}}})",
        R"({"data":{"data":{},"metadata":{"version":1,"version":2}}})",
        R"({"data":{"data":{},"metadata":{"version":1}},"data":{}})",
        R"({"data":{"data":{"a":"\x"},"metadata":{"version":1}}})",
        R"({"data":{"data":{"\x":"a"},"metadata":{"version":1}}})",
        R"({"data":{"data":{"\udc00":"a"},"metadata":{"version":1}}})",
        R"({"data":{"data":{"a":01},"metadata":{"version":1}}})",
        R"({"data":{"data":{},"metadata":{"version":1,"created_time":"x"}}})",
        "{\"data\":{\"data\":{\"a\":\"\xFF\"},\"metadata\":{\"version\":1}}}",
        "\xEF\xBB\xBF{\"data\":{\"data\":{},\"metadata\":{\"version\":1}}}"}) {
    EXPECT_FALSE(read_vault_group(text).has_value()) << text;
  }
}

TEST(VaultAnswersTest, HalfACharacterIsNoValue) {
  const auto group = read_vault_group(
      R"({"data":{"data":{"a":"\ud83d"},"metadata":{"version":1}}})");
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(text_of(*group, "a"), "half a character in a value");
}

TEST(VaultAnswersTest, ReadsNamesAlone) {
  const auto group = read_vault_subkeys(
      R"({"data":{"metadata":{"version":3},"subkeys":{"X":null,"O":{"k":null}}}})");
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->members.size(), 2u);
  EXPECT_EQ(group->members[0].name, "O");
  EXPECT_EQ(group->members[0].raw, "");
}

TEST(VaultAnswersTest, ReadsVersionsNewestFirst) {
  const auto metadata = read_vault_metadata(
      R"({"data":{"current_version":10,"oldest_version":9,"versions":{)"
      R"("9":{"created_time":"2026-01-01T00:00:00Z","deletion_time":"",)"
      R"("destroyed":true},"10":{"created_time":"2026-01-02T00:00:00Z",)"
      R"("deletion_time":"2026-01-03T00:00:00Z","destroyed":false}}}})");
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->current, 10u);
  ASSERT_EQ(metadata->versions.size(), 2u);
  EXPECT_EQ(metadata->versions[0].number, 10u);
  const auto day = [](int number) {
    return Timestamp(std::chrono::sys_days(std::chrono::year(2026) /
                                           std::chrono::January / number));
  };
  EXPECT_TRUE(metadata->versions[0].is_readable(day(2)));
  EXPECT_FALSE(metadata->versions[0].is_readable(day(4)));
  EXPECT_FALSE(metadata->versions[1].is_readable(day(1)));
  for (const std::string_view text :
       {R"({"data":{"versions":{"x":{}}}})",
        R"({"data":{"versions":{"01":{}}}})",
        R"({"data":{"versions":{"-1":{}}}})", R"({"data":{"versions":[]}})",
        R"({"data":{"versions":{"1":{},"1":{}}}})"}) {
    EXPECT_FALSE(read_vault_metadata(text).has_value()) << text;
  }
}

TEST(VaultAnswersTest, ReadsLists) {
  EXPECT_THAT(read_vault_list(R"({"data":{"keys":["a","b/"]}})").value(),
              ElementsAre("a", "b/"));
  EXPECT_THAT(read_vault_list(R"({"data":{"keys":[]}})").value(), IsEmpty());
  EXPECT_FALSE(read_vault_list(R"({"data":{"keys":[1]}})").has_value());
  EXPECT_FALSE(read_vault_list(R"({"data":{}})").has_value());
}

TEST(VaultAnswersTest, ReadsSessions) {
  const auto session = read_vault_session(
      R"({"auth":{"client_token":"hvs.x","lease_duration":3600,)"
      R"("renewable":true,"metadata":{}}})");
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->token.expose(), "hvs.x");
  EXPECT_EQ(session->lease, std::chrono::hours(1));
  EXPECT_TRUE(session->renewable);
  for (const std::string_view text :
       {R"({"auth":null})", R"({"auth":{"lease_duration":1}})",
        R"({"auth":{"client_token":1}})",
        R"({"auth":{"client_token":"x","lease_duration":99999999999}})"}) {
    EXPECT_FALSE(read_vault_session(text).has_value()) << text;
  }
}

TEST(VaultAnswersTest, ReadsComplaints) {
  const auto said = [](std::string_view words) {
    return read_vault_complaint(R"({"errors":[")" + std::string(words) +
                                R"("]})");
  };
  EXPECT_EQ(read_vault_complaint(R"({"errors":[]})"), VaultComplaint::kNone);
  EXPECT_EQ(said("no handler for route \\\"a/b\\\""), VaultComplaint::kNoRoute);
  EXPECT_EQ(said("check-and-set parameter did not match the current version"),
            VaultComplaint::kCasMismatch);
  EXPECT_EQ(said("check-and-set parameter required for this call"),
            VaultComplaint::kOther);
  EXPECT_EQ(said("Vault is sealed"), VaultComplaint::kSealed);
  EXPECT_EQ(said("Upgrading from non-versioned to versioned data. This "
                 "backend will be unavailable for a brief period"),
            VaultComplaint::kUpgrading);
  EXPECT_EQ(said("permission denied"), VaultComplaint::kOther);
  EXPECT_FALSE(read_vault_complaint(R"({"errors":null})").has_value());
  EXPECT_FALSE(read_vault_complaint("<html>").has_value());
}

TEST(VaultAnswersTest, ReadsTimes) {
  const auto seconds = [](std::string_view text) {
    const auto time = parse_vault_time(text);
    return time ? time->time_since_epoch().count() : -1;
  };
  EXPECT_EQ(seconds("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(seconds("2026-11-22T23:59:59.999999999Z"), 1795391999);
  EXPECT_EQ(seconds("2026-11-23T00:59:59+01:00"), 1795391999);
  EXPECT_EQ(seconds("2024-02-29T12:00:00Z"), 1709208000);
  for (const std::string_view text :
       {"", "2026-11-22", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T00:00:00", "2026-11-22T00:00:00.Z", "2026-11-22T00:00:00Zx",
        "2026-11-22T00:00:00+01", "20261122T000000Z"}) {
    EXPECT_EQ(seconds(text), -1) << text;
  }
}

TEST(AnswerReaderTest, NestingHasALimitAndNoRecursion) {
  const std::string deep = "{\"data\":" + std::string(100'000, '[');
  EXPECT_FALSE(read_vault_list(deep).has_value());
  const std::string fits = R"({"x":)" + std::string(500, '[') +
                           std::string(500, ']') + R"(,"data":{"keys":[]}})";
  EXPECT_TRUE(read_vault_list(fits).has_value());
}

ReadGroup read_of(std::string_view body) {
  ReadGroup read;
  EXPECT_TRUE(read.bytes.append(body));
  read.group = read_vault_group(read.bytes.expose()).value();
  read.state = GroupState::kPresent;
  return read;
}

std::string merged(const ReadGroup& read,
                   const std::vector<MemberChange>& changes,
                   const std::vector<std::string>& former = {}) {
  const auto body = merge_group("vault", Scope(), "a", read, former, changes);
  return body ? std::string((*body)->expose()) : error_text(body);
}

TEST(VaultMergeTest, ChangesWhatChangesAndNothingElse) {
  const ReadGroup read = read_of(kGroup);
  const SecretString value = secret("new\n");
  EXPECT_EQ(merged(read, {{"A", &value, {}}, {"C", &value, {}}}),
            R"({"options":{"cas":7},"data":{"A":"new\n",)"
            R"("B":"x\"\u00e9\ud83d\udd11","C":"new\n",)"
            R"("O":{"k":[1,{"l":null}]}}})");
  EXPECT_EQ(merged(read, {{"B", nullptr, {}}}),
            R"({"options":{"cas":7},"data":{"-B":"","-C":"","A":1.50,)"
            R"("O":{"k":[1,{"l":null}]}}})");
  EXPECT_EQ(merged(read, {{"C", nullptr, {}}}),
            "\"a.C\" of platform is deleted in store \"vault\"\n"
            "hint: sotto secret restore a.C");
  EXPECT_EQ(merged(read, {{"D", nullptr, {}}}),
            "\"a.D\" of platform is not in store \"vault\"");
}

TEST(VaultMergeTest, TheFirstVersionAndOneAfterADeletion) {
  const SecretString value = secret("1");
  EXPECT_EQ(merged({}, {{"X", &value, {}}}),
            R"({"options":{"cas":0},"data":{"X":"1"}})");
  EXPECT_EQ(merged({}, {{"X", &value, {}}}, {"X", "Y"}),
            R"({"options":{"cas":0},"data":{"-Y":"","X":"1"}})");
}

TEST(VaultMergeTest, AGroupHasALimit) {
  const SecretString large = secret(std::string(16u << 20, 'x'));
  EXPECT_EQ(merged({}, {{"X", &large, {}}, {"Y", &large, {}}}),
            "group \"a\" of platform is too large for store \"vault\": "
            "expected at most 33554432 bytes\n"
            "hint: spread its keys over several groups");
}

TEST(VaultMergeTest, KnowsItsOwnWriteAgain) {
  const SecretString value = secret("v\xC3\xA9\"");
  const auto body = merge_group("vault", Scope(), "a", {}, {},
                                std::vector<MemberChange>{{"X", &value, {}}});
  const auto held = [&](std::string_view data) {
    return holds_what_was_written(
        read_of(R"({"data":{"data":)" + std::string(data) +
                R"(,"metadata":{"version":1}}})"),
        **body);
  };
  EXPECT_TRUE(held(R"({"X":"v\u00e9\u0022"})"));
  EXPECT_FALSE(held(R"({"X":"v"})"));
  EXPECT_FALSE(held(R"({"X":1})"));
  EXPECT_FALSE(held(R"({"Y":"v\u00e9\u0022"})"));
  EXPECT_FALSE(held(R"({"X":"v\u00e9\u0022","Y":"1"})"));
  EXPECT_FALSE(held("{}"));
  EXPECT_FALSE(holds_what_was_written({}, **body));
}

}  // namespace
}  // namespace sotto
