// SPDX-License-Identifier: Apache-2.0
//
// Each error of a configuration, as the command prints it:
// tests/cli/config.txt.

#include "service/config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "service/trust.h"
#include "tests/service/testing_service.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLocal =
    R"({"stores": {"local": {"type": "local", "path": ".sotto/s.db"}}})";

class ConfigTest : public ::testing::Test {
 protected:
  Result<Config> load() {
    ConfigOptions options;
    options.folder = folder_.path();
    return load_config(options);
  }

  TempFolder folder_;
  Variable config_home_{"XDG_CONFIG_HOME", (folder_ / "user").c_str()};
  Variable config_{"SOTTO_CONFIG", nullptr};
  Variable scope_{"SOTTO_SCOPE", nullptr};
};

TEST_F(ConfigTest, WithoutAFileIsEmpty) {
  const auto config = load();
  ASSERT_TRUE(config) << error_of(config);
  EXPECT_TRUE(config->file.empty());
  EXPECT_TRUE(config->stores.empty());
  EXPECT_TRUE(config->scope.is_platform());
  EXPECT_FALSE(config->development);
}

TEST_F(ConfigTest, HasDefaultsBesideItsFile) {
  folder_.write("sotto.json", kLocal);
  const auto config = load();
  ASSERT_TRUE(config) << error_of(config);
  EXPECT_EQ(config->file, folder_ / "sotto.json");
  EXPECT_EQ(config->catalog, folder_ / ".sotto/catalog.db");
  EXPECT_EQ(config->overrides, folder_ / ".sotto/overrides.env");
  EXPECT_EQ(config->default_store, "local");
  ASSERT_EQ(config->stores.size(), 1u);
  EXPECT_EQ(config->stores[0].path, folder_ / ".sotto/s.db");
  EXPECT_TRUE(config->stores[0].key_file.empty());
}

TEST_F(ConfigTest, WithSeveralStoresHasNoDefaultUnlessItSaysSo) {
  folder_.write("sotto.json", R"({"stores": {
    "b": {"type": "local", "path": "b"}, "a": {"type": "local", "path": "a"}}})");
  const auto config = load();
  ASSERT_TRUE(config) << error_of(config);
  EXPECT_EQ(config->default_store, "");
  EXPECT_EQ(config->stores[0].name, "a");
  EXPECT_NE(config->find_store("b"), nullptr);
  EXPECT_EQ(config->find_store("c"), nullptr);
}

TEST_F(ConfigTest, IsFoundUpwards) {
  folder_.write("sotto.json", "{}");
  folder_.write("a/b/x", "");
  EXPECT_EQ(find_config(folder_ / "a/b").value(), folder_ / "sotto.json");
  folder_.write("a/sotto.json", "{}");
  EXPECT_EQ(find_config(folder_ / "a/b").value(), folder_ / "a/sotto.json");
}

TEST_F(ConfigTest, TheEnvironmentWinsOverTheFileAndOptionsOverThat) {
  folder_.write("sotto.json", R"({"scope": "org/file"})");
  EXPECT_EQ(to_string(load()->scope), "org/file");
  const Variable variable("SOTTO_SCOPE", "org/variable");
  EXPECT_EQ(to_string(load()->scope), "org/variable");
  ConfigOptions options;
  options.folder = folder_.path();
  options.scope = "org/flag";
  EXPECT_EQ(to_string(load_config(options)->scope), "org/flag");
}

TEST_F(ConfigTest, StrictMemoryIsAskedForByFileEnvironmentOrOption) {
  EXPECT_FALSE(load()->strict_memory);
  folder_.write("sotto.json", R"({"strict_memory": true})");
  EXPECT_TRUE(load()->strict_memory);
  const Variable lenient("SOTTO_STRICT_MEMORY", "false");
  EXPECT_FALSE(load()->strict_memory);
  ConfigOptions options;
  options.folder = folder_.path();
  options.strict_memory = true;
  EXPECT_TRUE(load_config(options)->strict_memory);
  folder_.write("sotto.json", "{}");
  const Variable strict("SOTTO_STRICT_MEMORY", "true");
  EXPECT_TRUE(load()->strict_memory);
  const Variable wrong("SOTTO_STRICT_MEMORY", "1");
  EXPECT_EQ(error_of(load()),
            "invalid-config: SOTTO_STRICT_MEMORY: expected true or false | "
            "take it away to leave it to the configuration");
}

TEST_F(ConfigTest, AnEmptyVariableIsNone) {
  folder_.write("sotto.json", R"({"scope": "org/file"})");
  const Variable variable("SOTTO_SCOPE", "");
  EXPECT_EQ(to_string(load()->scope), "org/file");
}

TEST_F(ConfigTest, ItsErrorsSayWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"",
       "f.json:1:1: this is not valid JSON | comments are allowed, trailing "
       "commas are not"},
      {"{\n  \"scope\" \"x\"}",
       "f.json:2:13: this is not valid JSON | comments are allowed, trailing "
       "commas are not"},
      {std::string(100'000, '['), "f.json: nested deeper than 32 levels"},
      {std::string(33, '[') + std::string(33, ']'),
       "f.json: nested deeper than 32 levels"},
      {std::string(32, '[') + std::string(32, ']'),
       "f.json: expected an object, not an array"},
      {R"({"x": 1e999})", "f.json: this is not valid JSON"},
      {"{\"x\": \"\xff\"}",
       "f.json:1:8: this is not valid JSON | comments are allowed, trailing "
       "commas are not"},
      {"{\"x\": 1,\n}",
       "f.json:2:1: this is not valid JSON | comments are allowed, trailing "
       "commas are not"},
      {"{} {}",
       "f.json:1:4: this is not valid JSON | comments are allowed, trailing "
       "commas are not"},
      {std::string(2u << 20, ' '), "f.json: a configuration is at most 1 MiB"},
      {"5", "f.json: expected an object, not a number"},
      {R"({"stores": []})",
       "f.json: /stores: expected an object, not an array"},
      {R"({"stores": {"a b": {}}})",
       "f.json: /stores: \"a b\" is not the name of a store | a name is 1 to "
       "127 of A-Z a-z 0-9 _ -, not starting with '-'"},
      {R"({"stores": {"a": null}})",
       "f.json: /stores/a: expected an object, not null"},
      {R"({"stores": {"a": {}}})",
       "f.json: /stores/a: \"type\" is missing | add \"type\": \"local\""},
      {R"({"stores": {"a": {"type": true}}})",
       "f.json: /stores/a/type: expected a string, not true or false"},
      {R"({"catalog": ""})", "f.json: /catalog: expected the path of a file"},
      {R"({"catalog": "a\u0000b"})",
       "f.json: /catalog: expected the path of a file"},
      {R"({"x": 1})",
       "f.json: /: unknown key \"x\" | known keys: scope, stores, "
       "default_store, catalog, mode, strict_memory, overrides, lint, "
       "groups"},
      {R"({"strict_memory": "yes"})",
       "f.json: /strict_memory: expected true or false, not a string"},
      {R"({"Scope": "platform"})",
       "f.json: /: unknown key \"Scope\" | did you mean \"scope\"?"},
      {R"({"stores": {"a": {"type": "local", "type": "local", "path": "x"}}})",
       "f.json: the key \"type\" stands there twice | keep one of them"},
      {R"({"z": [{"b": 1}, {"b": 1}, {"b": 1, "b": 1}], "a": 1, "a": 2})",
       "f.json: the key \"b\" stands there twice | keep one of them"},
      {R"({"z": 1, "y": 1, "mode": 5, "x": 2})",
       "f.json: /mode: expected a string, not a number"},
      {R"({"stores": {"z": {}, "a": {}}})",
       "f.json: /stores/a: \"type\" is missing | add \"type\": \"local\""},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(parse_config("f.json", text)),
              "invalid-config: " + expected)
        << text.substr(0, 80);
  }
}

TEST_F(ConfigTest, TheOneThatInitWritesIsValid) {
  for (const bool with_key_file : {true, false}) {
    const auto config = parse_config(
        "/p/sotto.json",
        default_config_text(Scope::parse("org/acme").value(), with_key_file));
    ASSERT_TRUE(config) << error_of(config);
    EXPECT_EQ(to_string(config->scope), "org/acme");
    EXPECT_EQ(config->default_store, "local");
    EXPECT_EQ(config->stores[0].key_file, with_key_file ? "/p/.sotto/key" : "");
    EXPECT_TRUE(reasons_for_trust(*config).empty());
  }
}

TEST_F(ConfigTest, OneThatNeedsTrustCountsOnceItIsTrusted) {
  const fs::path file =
      folder_.write("project/sotto.json", R"({"catalog": "../catalog.db"})");
  ConfigOptions options;
  options.folder = folder_ / "project";
  const auto refused = load_config(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUntrusted);

  options.file = file;
  EXPECT_TRUE(load_config(options)) << "it was named";
  options.file.clear();
  ASSERT_TRUE(record_trust(file, read_file(file)));
  EXPECT_TRUE(load_config(options));
  folder_.write("project/sotto.json", R"({"catalog": "../other.db"})");
  EXPECT_FALSE(load_config(options)) << "its digest changed";
}

TEST_F(ConfigTest, ALinkOutOfItsFolderNeedsTrust) {
  folder_.write("elsewhere/x", "");
  folder_.write("project/sotto.json", kLocal);
  ConfigOptions options;
  options.folder = folder_ / "project";
  EXPECT_TRUE(load_config(options));
  fs::create_symlink("../elsewhere", folder_ / "project/.sotto");
  const auto refused = load_config(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUntrusted);
}

TEST_F(ConfigTest, TheListOfTrustedFilesKeepsOthersAndReplacesItsOwn) {
  ASSERT_TRUE(record_trust(folder_ / "a", "1"));
  ASSERT_TRUE(record_trust(folder_ / "b", "2"));
  ASSERT_TRUE(record_trust(folder_ / "a", "3"));
  EXPECT_FALSE(is_trusted(folder_ / "a", "1").value());
  EXPECT_TRUE(is_trusted(folder_ / "a", "3").value());
  EXPECT_TRUE(is_trusted(folder_ / "b", "2").value());
  EXPECT_FALSE(is_trusted(folder_ / "c", "2").value());
  EXPECT_EQ(mode_of(trust_file().value()), 0600u);
  EXPECT_FALSE(record_trust(folder_ / "a\nb", "1"));
}

TEST_F(ConfigTest, TheListOfTrustedFilesIsInTheUsersOwnConfiguration) {
  EXPECT_EQ(trust_file().value(), folder_ / "user/sotto/trusted");
  const Variable relative("XDG_CONFIG_HOME", "relative");
  const Variable home("HOME", "/home/you");
  EXPECT_EQ(trust_file().value(), "/home/you/.config/sotto/trusted");
  const Variable homeless("HOME", nullptr);
  EXPECT_EQ(error_of(trust_file()),
            "invalid-config: neither XDG_CONFIG_HOME nor HOME is set, so there "
            "is no place for the list of trusted files | name the "
            "configuration with --config instead");
}

}  // namespace
}  // namespace sotto::testing
