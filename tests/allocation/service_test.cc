// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out at every place of the service: the answer is kNoMemory or
// the right one, and files are what they were or what they should be.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "service/baseline.h"
#include "service/config.h"
#include "service/dotenv.h"
#include "service/engine.h"
#include "service/find_documents.h"
#include "service/import_file.h"
#include "service/input_file.h"
#include "service/large_file.h"
#include "service/lint_config.h"
#include "service/lint_files.h"
#include "service/output_file.h"
#include "service/overrides.h"
#include "service/render_large.h"
#include "service/trust.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing_allocation::failing;
using testing_allocation::for_each_failure;
using testing_allocation::has_failed;

// Is there an answer? If not, it is for want of memory.
template <typename T>
bool answered(const Result<T>& result) {
  if (result) return true;
  EXPECT_TRUE(has_failed());
  EXPECT_EQ(result.error().code, ErrorCode::kNoMemory) << error_text(result);
  return false;
}

TEST(ServiceWithoutMemory, ReadsDotenvOrSaysSo) {
  for_each_failure([&] {
    const auto entries = failing([&] {
      return parse_dotenv(
          "A_NAME_THAT_IS_LONG='a value that is long'\nexport "
          "B=\"two\\nlines\"",
          "the-name-of-the-file.env");
    });
    if (!answered(entries)) return;
    ASSERT_EQ(entries->size(), 2u);
    EXPECT_EQ((*entries)[1].value.size(), 9u);
  });
}

TEST(ServiceWithoutMemory, ReadsAnImportOrSaysSo) {
  for_each_failure([&] {
    const auto items = failing([&] {
      return parse_import_json(
          R"({"a-group-with-a-long-name": {"A_KEY": "one", "B": "tw\u006f"},
              "other-group.WITH_A_LONG_KEY": "three"})",
          "the-name-of-the-file.json");
    });
    if (!answered(items)) return;
    ASSERT_EQ(items->size(), 3u);
    EXPECT_EQ((*items)[1].value.size(), 3u);
  });
}

TEST(ServiceWithoutMemory, BindsOverridesOrSaysSo) {
  const std::vector<const char*> environment{
      "PATH=/bin", "PLATFORM__A_LONG_GROUP__A_LONG_KEY=a value that is long",
      "ORG_ACME__B__B=value"};
  const std::vector<SecretRef> refs{named("a_long_group.A_LONG_KEY"),
                                    named("b.B")};
  const std::vector<Scope> scopes{org("acme"), Scope::platform()};
  for_each_failure([&] {
    const auto overrides =
        failing([&] { return Overrides::load("", environment); });
    if (!answered(overrides)) return;
    Bindings bindings;
    const auto uses =
        failing([&] { return overrides->bind(refs, scopes, bindings); });
    if (!answered(uses)) return;
    EXPECT_EQ(uses->size(), 2u);
    EXPECT_EQ(bindings.size(), 2u);
  });
}

TEST(ServiceWithoutMemory, WritesAFileWholeOrNotAtAll) {
  const TempFolder folder;
  const auto file = folder / "a-file-with-a-long-name.json";
  write_file(file, "before");
  std::string after = "after";
  for_each_failure([&] {
    const std::string before = read_file(file);
    after += '.';
    const auto written =
        failing([&] { return write_private_file(file, after); });
    EXPECT_EQ(read_file(file), answered(written) ? after : before);
    const auto entries = std::filesystem::directory_iterator(folder.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
  });
}

TEST(ServiceWithoutMemory, ReadsAFileOrSaysSo) {
  const TempFolder folder;
  const auto file = folder / "a-file-with-a-long-name.json";
  write_file(file, "content");
  for_each_failure([&] {
    const auto input = failing([&] { return read_input_file(file); });
    if (answered(input)) {
      EXPECT_EQ(input->bytes, "content");
    }
    const auto value = failing([&] { return read_secret_file(file); });
    if (answered(value)) {
      EXPECT_EQ(value->size(), 7u);
    }
  });
}

TEST(ServiceWithoutMemory, RecordsTrustOrKeepsWhatWasThere) {
  const TempFolder folder;
  ASSERT_EQ(::setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1), 0);
  const auto kept = folder / "kept/sotto.json";
  const auto added = folder / "added/sotto.json";
  ASSERT_TRUE(record_trust(kept, "{}"));
  int version = 0;
  for_each_failure([&] {
    const std::string text = std::to_string(++version);
    const auto recorded = failing([&] { return record_trust(added, text); });
    EXPECT_EQ(is_trusted(added, text).value(), answered(recorded));
    EXPECT_TRUE(is_trusted(kept, "{}").value());
  });
  ::unsetenv("XDG_CONFIG_HOME");
}

constexpr std::string_view kConfig = R"({
  // With a comment, and of everything something.
  "scope": "org/an-organization-with-a-long-name",
  "stores": {
    "other": {"type": "local", "path": "../a-folder-with-a-long-name/other.db"},
    "a-store-with-a-long-name": {"type": "local", "path": ".sotto/store.db",
                                 "key_file": "/run/a-long-name/of/a/key"}},
  "default_store": "a-store-with-a-long-name", "strict_memory": true,
  "mode": "development", "overrides": "a-file-with-a-long-name.env",
  "groups": {"a-group-with-a-long-name": {"keys": ["A_KEY_WITH_A_LONG_NAME"],
    "A_KEY_WITH_A_LONG_NAME": {"pattern": "(a|b)+[c-e]{2,3}\\\\.x?"}}}
})";

TEST(ConfigWithoutMemory, IsReadOrSaysSo) {
  const std::filesystem::path file = "/a-project-with-a-long-name/sotto.json";
  for_each_failure([&] {
    const auto config = failing([&] { return parse_config(file, kConfig); });
    if (!answered(config)) return;
    ASSERT_EQ(config->stores.size(), 2u);
    EXPECT_EQ(config->default_store, config->stores[0].name);
    EXPECT_EQ(config->stores[0].key_file, "/run/a-long-name/of/a/key");
    EXPECT_EQ(config->stores[1].path, "/a-folder-with-a-long-name/other.db");
    EXPECT_TRUE(config->strict_memory);
  });
}

TEST(ConfigWithoutMemory, IsRefusedOrSaysSo) {
  const std::filesystem::path file = "/a-project-with-a-long-name/sotto.json";
  for (
      const std::string_view text :
      {R"({"scope": {"a": [1, 2.5, null, {"b": "c"}]}})",
       R"({"a key that nobody has ever heard of": "a long text of no use"})",
       R"({"stores": {"other": {"type": "of a kind that is not known"}}})",
       R"({"a key that comes twice": {}, "a key that comes twice": {}})",
       R"({"catalog": "cut off in the middle of a text of some length)",
       R"({"groups": {"g": {"keys": ["K"], "K": {"pattern": "(a|\u0062{2"}}}})",
       R"({"number": 1e999, "catalog": "a catalog with a long name"})",
       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}) {
    SCOPED_TRACE(text);
    for_each_failure([&] {
      const auto config = failing([&] { return parse_config(file, text); });
      ASSERT_FALSE(config);
      EXPECT_EQ(config.error().code, has_failed() ? ErrorCode::kNoMemory
                                                  : ErrorCode::kInvalidConfig);
    });
  }
}

TEST(ConfigWithoutMemory, IsFoundAndLoadedOrSaysSo) {
  const TempFolder folder;
  ASSERT_EQ(::setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1), 0);
  const auto file = folder / "a-project-with-a-long-name/sotto.json";
  std::filesystem::create_directories(file.parent_path() / "below");
  write_file(file, kConfig);
  ASSERT_TRUE(record_trust(file, kConfig));
  ConfigOptions options;
  options.folder = file.parent_path() / "below";
  for_each_failure([&] {
    const auto config = failing([&] { return load_config(options); });
    if (answered(config)) {
      EXPECT_EQ(config->file, file);
      EXPECT_EQ(config->stores.size(), 2u);
    }
  });
  ::unsetenv("XDG_CONFIG_HOME");
}

class EngineWithoutMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.file = local_.folder / "sotto.json";
    config_.stores = {{"local", local_.file, local_.key_file}};
    config_.default_store = "local";
    config_.catalog = local_.folder / "catalog.db";
    ASSERT_TRUE(put(*local_.store, Scope::platform(), "a.B", "value"));
    ASSERT_TRUE(put(*local_.store, Scope::platform(), "c.D", "other"));
    ASSERT_TRUE(Engine::open(config_)->sync());
  }

  LocalFixture local_;
  Config config_;
};

TEST_F(EngineWithoutMemory, OpensOrSaysSo) {
  for_each_failure([&] {
    Config config = config_;
    const auto engine =
        failing([&] { return Engine::open(std::move(config)); });
    if (answered(engine)) {
      EXPECT_EQ(engine->config().default_store, "local");
    }
  });
}

TEST_F(EngineWithoutMemory, PlansAndDescribesOrSaysSo) {
  Engine engine = Engine::open(config_).value();
  const Template parsed = parse_template(R"(["<< SECRETS.a.B >>"])");
  const SecretRef ref = named("a.B");
  ASSERT_EQ(parsed.references().size(), 1u);
  for_each_failure([&] {
    const auto plan = failing([&] { return engine.plan(parsed); });
    if (answered(plan)) {
      EXPECT_EQ(plan->batches.size(), 1u);
    }
    const auto entry =
        failing([&] { return engine.describe(Scope::platform(), ref); });
    if (answered(entry)) {
      EXPECT_EQ(entry->version, 1u);
    }
  });
}

TEST_F(EngineWithoutMemory, RendersAllOrNothing) {
  Engine engine = Engine::open(config_).value();
  const Template parsed = parse_template(
      R"(["<< SECRETS.a.B >>", "<< SECRETS.no.NE || SECRETS.c.D >>"])");
  ASSERT_EQ(parsed.references().size(), 3u);
  for_each_failure([&] {
    WipedBuffer out;
    ASSERT_TRUE(out.append("before "));
    const auto result = failing([&] { return engine.render(parsed, out); });
    if (answered(result) && result->report.ok()) {
      EXPECT_EQ(out.expose(), R"(before ["value", "other"])");
      return;
    }
    EXPECT_TRUE(has_failed());
    EXPECT_EQ(out.expose(), "before ");
  });
}

TEST_F(EngineWithoutMemory, RendersALargeFileOrSaysSo) {
  class Output : public LargeOutput {
   public:
    Result<void> write(std::string_view some) override {
      size += some.size();
      return {};
    }
    Result<void> finish() override {
      finished = true;
      return {};
    }
    std::size_t size = 0;
    bool finished = false;
  };
  ASSERT_TRUE(put(*local_.store, Scope::platform(), "e.EMPTY", ""));
  ASSERT_TRUE(Engine::open(config_)->sync());
  const auto name = local_.folder / "flow.json";
  write_file(name, R"(["<< SECRETS.a.B >>",)" + std::string(40'000, ' ') +
                       R"("<< SECRETS.e.EMPTY >> << SECRET.near.MISS >>"])");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  auto file = LargeFile::open(name, 0);
  ASSERT_TRUE(file);
  Engine engine = Engine::open(config_).value();
  const LargeRenderOptions options = {.parse = {}, .window_bytes = 4096};
  for_each_failure([&] {
    Output output;
    const auto made =
        failing([&] { return render_large(engine, *file, options, output); });
    EXPECT_EQ(answered(made) && *made, output.finished);
    if (!output.finished) return;
    ASSERT_EQ((*made)->diagnostics.size(), 2u);
    EXPECT_EQ((*made)->diagnostics[0].pointer, "/1");
    EXPECT_EQ((*made)->excerpts.size(), 1u);
    EXPECT_EQ(output.size, 40'000u + 35u);
  });
}

TEST_F(EngineWithoutMemory, LintsOrSaysSo) {
  const auto folder = local_.folder / "documents";
  std::filesystem::create_directory(folder);
  write_file(folder / ".gitignore", "a-file-that-is-ignored.json\n");
  write_file(folder / "sotto.json", R"({"lint": {"rules": {"limit": "off"}}})");
  write_file(folder / "a-long-name-of-a-document.json",
             R"(["<< SECRET.a.B >>", "<< SECRETS.a.B >>"])");
  const std::vector<std::string> operands{folder.native()};
  Engine engine = Engine::open(config_).value();
  LintFilesOptions options;
  options.threads = 1;
  const FactsSource facts = [&](std::span<const Template* const> templates) {
    return engine.lint_facts(templates);
  };
  for_each_failure([&] {
    Config config = config_;
    LintFlags flags;
    auto made = failing([&]() -> Result<LintFilesResult> {
      SOTTO_ASSIGN_OR_RETURN(
          LintConfig lint,
          LintConfig::make(std::move(config), std::move(flags)));
      FindOptions find;
      find.enters = [&](const std::string& path) { return lint.enters(path); };
      find.takes = [&](const std::string& path) { return lint.takes(path); };
      SOTTO_ASSIGN_OR_RETURN(FoundDocuments found,
                             find_documents(operands, find));
      if (!found.errors.empty()) {
        return tl::unexpected<Error>(std::move(found.errors.front()));
      }
      return lint_files(facts, lint, found.names, options);
    });
    if (!answered(made)) return;
    ASSERT_EQ(made->files.size(), 1u);
    const LintedFile& file = made->files.front();
    if (file.error || made->error) {
      EXPECT_TRUE(has_failed());
      EXPECT_EQ((file.error ? file.error : made->error)->code,
                ErrorCode::kNoMemory);
      return;
    }
    EXPECT_FALSE(file.diagnostics.empty());
  });
}

TEST_F(EngineWithoutMemory, ReadsABaselineOrSaysSo) {
  const std::string name = (local_.folder / "lint.baseline").native();
  write_file(name, R"({"version": 1, "findings": [{"file": "a", "count": 1,
      "rule": "a-rule-with-a-long-name", "pointer": "/a/pointer/of/length",
      "message": "a message that is long"}]})");
  for_each_failure([&] {
    const auto read = failing([&] { return Baseline::read(name); });
    if (!answered(read)) return;
    EXPECT_EQ(read->size(), 1u);
  });
}

TEST_F(EngineWithoutMemory, ReadsAValueOrSaysSo) {
  Engine engine = Engine::open(config_).value();
  for_each_failure([&] {
    const auto value =
        failing([&] { return engine.read(Scope::platform(), named("a.B")); });
    if (answered(value)) {
      EXPECT_EQ(value->value.text.size(), 5u);
    }
  });
}

}  // namespace
}  // namespace sotto
