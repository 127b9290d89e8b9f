// SPDX-License-Identifier: Apache-2.0
//
// What lint remembers of documents: never anything else than it would find.

#include "service/lint_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/input_file.h"
#include "service/lint_files.h"
#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWrong = "[\"<< SECRETS.github.TOKN >>\"]";

class Cache : public EngineFixture {
 protected:
  void SetUp() override {
    EngineFixture::SetUp();
    fs::create_directory(folder_ / "work");
    before_ = fs::current_path();
    fs::current_path(folder_ / "work");
    engine_.emplace(open());
    define(*engine_, {"github", "TOKEN"}, "value");
  }
  void TearDown() override { fs::current_path(before_); }

  // As it would be after a while; the time of the last change cannot be set.
  void write(const std::string& name, std::string_view text) {
    folder_.write("work/" + name, text);
  }
  static void wait_until_old() {
    std::this_thread::sleep_for(std::chrono::milliseconds(2050));
  }

  // One run with the cache: what it says, and how many names were asked for.
  struct Run {
    std::string text;
    std::size_t asked = 0;
  };
  Run lint(std::vector<std::string> names, std::string key = "key",
           LintFlags flags = {}) {
    auto cache = LintCache::open(folder_ / "cache", "project", std::move(key));
    EXPECT_TRUE(cache);
    auto config = LintConfig::make(config_, std::move(flags));
    EXPECT_TRUE(config);
    Run run;
    const FactsSource facts = [&](std::span<const Template* const> templates) {
      run.asked += templates.size();
      return engine_->lint_facts(templates);
    };
    LintFilesOptions options;
    options.cache = &*cache;
    options.report = [](const Source& source,
                        std::span<const Diagnostic> diagnostics) {
      std::string text;
      for (const Diagnostic& each : diagnostics) {
        text += format_diagnostic(source, each);
      }
      return text;
    };
    auto result = lint_files(facts, *config, names, options);
    EXPECT_TRUE(result) << error_of(result);
    cache->write();
    for (const LintedFile& file : result->files) run.text += file.report;
    return run;
  }

  fs::path the_file() const {
    for (const auto& entry : fs::directory_iterator(folder_ / "cache")) {
      return entry.path();
    }
    return {};
  }

  fs::path before_;
  std::optional<Engine> engine_;
};

TEST_F(Cache, FindsTheSameAgainWithoutLooking) {
  write("a.json", kWrong);
  write("b.json", "[\"<< SECRETS.github.TOKEN >>\"]");
  wait_until_old();
  const Run first = lint({"a.json", "b.json"});
  EXPECT_EQ(first.asked, 2u);
  EXPECT_NE(first.text.find("did you mean \"github.TOKEN\""),
            std::string::npos);
  const Run again = lint({"a.json", "b.json"});
  EXPECT_EQ(again.asked, 0u);
  EXPECT_EQ(again.text, first.text);
  // A part of it does not forget the rest.
  write("b.json", kWrong);
  EXPECT_EQ(lint({"b.json"}).asked, 1u);
  EXPECT_EQ(lint({"a.json"}).asked, 0u);
}

TEST_F(Cache, SeesEachChange) {
  write("a.json", kWrong);
  wait_until_old();
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
  // Of the same size, and with the time it had.
  struct stat info{};
  ASSERT_EQ(::stat("a.json", &info), 0);
  write("a.json", "[\"<< SECRETS.github.TOKX >>\"]");
  const timespec times[2] = {info.st_atim, info.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, "a.json", times, 0), 0);
  const Run changed = lint({"a.json"});
  EXPECT_EQ(changed.asked, 1u);
  EXPECT_NE(changed.text.find("TOKX"), std::string::npos);
  // Just written: a state says nothing yet, so that a second change in the same
  // moment is seen.
  write("a.json", kWrong);
  EXPECT_NE(lint({"a.json"}).text.find("TOKN"), std::string::npos);
}

TEST_F(Cache, KnowsTheBytesOfWhatWasTouched) {
  write("a.json", kWrong);
  const Run first = lint({"a.json"});
  EXPECT_EQ(lint({"a.json"}).asked, 1u) << "no digest was taken yet";
  const Run again = lint({"a.json"});
  EXPECT_EQ(again.asked, 0u);
  EXPECT_EQ(again.text, first.text);
  fs::remove("a.json");
  write("a.json", kWrong);
  EXPECT_EQ(lint({"a.json"}).asked, 0u);
}

TEST_F(Cache, DependsOnTheKeyAndTheSettings) {
  write("a.json", kWrong);
  wait_until_old();
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
  EXPECT_EQ(lint({"a.json"}, "other").asked, 1u);
  EXPECT_EQ(lint({"a.json"}, "other").asked, 0u);
  LintFlags flags;
  flags.rules["undefined-secret"] = RuleLevel::kOff;
  EXPECT_EQ(lint({"a.json"}, "other", flags).text, "");
  EXPECT_NE(lint({"a.json"}, "other").text, "");
}

TEST_F(Cache, KeepsNothingOfADocumentWithAValueInIt) {
  const std::string token =
      "ghp_" + std::string("k7Qz9fLm2XvB4nRt8YwC6sDp1HjG5a") + "3wBx1N";
  write("a.json", fmt::format("[\"<< SECRETS.github.TOKN >>\", {{\"password\": "
                              "\"xK9vQ2mZ7pL4rT8w\"}}, \"{}\"]",
                              token));
  wait_until_old();
  const Run first = lint({"a.json"});
  EXPECT_NE(first.text.find("hard-coded-secret"), std::string::npos);
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
  const auto kept = read_input_file(the_file());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->bytes.find("a.json"), std::string::npos);
  EXPECT_EQ(kept->bytes.find("xK9vQ2mZ7pL4rT8w"), std::string::npos);
}

TEST_F(Cache, IsMadeAnewWhereItIsNotWhatWasWritten) {
  write("a.json", kWrong);
  wait_until_old();
  const Run first = lint({"a.json"});
  const auto kept = read_input_file(the_file());
  ASSERT_TRUE(kept);
  const std::string whole = kept->bytes;
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string torn = whole;
    torn[at] = static_cast<char>(torn[at] ^ 1);
    folder_.write("cache/" + the_file().filename().native(), torn);
    fs::permissions(the_file(), fs::perms::owner_read | fs::perms::owner_write);
    const Run again = lint({"a.json"});
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(again.asked, 1u) << at;
  }
  folder_.write("cache/" + the_file().filename().native(),
                whole.substr(0, whole.size() / 2));
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
  EXPECT_EQ(lint({"a.json"}).asked, 0u);
  // What others may write says nothing.
  fs::permissions(the_file(), fs::perms::group_write, fs::perm_options::add);
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
}

TEST_F(Cache, IsNoTroubleWhereItCannotBe) {
  write("a.json", kWrong);
  wait_until_old();
  folder_.write("cache", "a file");
  EXPECT_NE(lint({"a.json"}).text, "");
  EXPECT_EQ(lint({"a.json"}).asked, 1u);
}

TEST_F(Cache, KeepsNoMoreThanSoManyProjects) {
  const fs::path folder = folder_ / "cache";
  for (std::size_t i = 0; i < LintCache::kMaxProjects + 3; ++i) {
    auto cache = LintCache::open(folder, fmt::format("project {}", i), "key");
    ASSERT_TRUE(cache);
    cache->keep("/a.json", "settings", {}, "[]", {});
    cache->write();
  }
  const auto files =
      std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  EXPECT_EQ(static_cast<std::size_t>(files), LintCache::kMaxProjects);
}

TEST_F(Cache, HasAnotherKeyForEverythingThatMatters) {
  LintSettings settings;
  std::vector<std::string> keys{lint_settings_key(settings, Format::kJson)};
  const auto add = [&](Format format = Format::kJson) {
    keys.push_back(lint_settings_key(settings, format));
  };
  add(Format::kLines);
  settings.max_per_rule = 1;
  add();
  settings.levels["near-miss"] = RuleLevel::kOff;
  add();
  settings.levels["near-miss"] = RuleLevel::kError;
  add();
  settings.nodes.type_members.push_back("kind");
  add();
  settings.nodes.url_members.push_back("kind");
  add();
  settings.nodes.log_types.push_back("kind");
  add();
  settings.nodes.log_members.push_back("kind");
  add();
  settings.groups["github"];
  add();
  settings.groups["github"].keys.push_back("TOKEN");
  add();
  settings.groups["github"].other_keys = true;
  add();
  settings.groups["github"].hosts.push_back("github.com");
  add();
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

TEST_F(Cache, HasNoKeyWhileTheCatalogIsNew) {
  const std::string catalog = config_.catalog.native();
  const auto fresh = lint_cache_key(config_, catalog, "1");
  ASSERT_TRUE(fresh);
  EXPECT_FALSE(*fresh);
  wait_until_old();
  const auto key = lint_cache_key(config_, catalog, "1");
  ASSERT_TRUE(key && *key);
  EXPECT_EQ(**lint_cache_key(config_, catalog, "1"), **key);
  EXPECT_NE(**lint_cache_key(config_, catalog, "2"), **key);
  EXPECT_NE(**lint_cache_key(config_, "", "1"), **key);
  Config other = config_;
  other.scope = *Scope::parse("org/acme");
  EXPECT_NE(**lint_cache_key(other, catalog, "1"), **key);
  other = config_;
  other.stores.clear();
  EXPECT_NE(**lint_cache_key(other, catalog, "1"), **key);
  define(*engine_, {"github", "OTHER"}, "value");
  wait_until_old();
  EXPECT_NE(**lint_cache_key(config_, catalog, "1"), **key);
}

}  // namespace
}  // namespace sotto::testing
