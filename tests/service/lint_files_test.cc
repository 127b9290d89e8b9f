// SPDX-License-Identifier: Apache-2.0
//
// Many documents at once, with a real catalog: the same as one by one.

#include "service/lint_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class LintFiles : public EngineFixture {
 protected:
  void SetUp() override {
    EngineFixture::SetUp();
    fs::create_directory(folder_ / "work");
    before_ = fs::current_path();
    fs::current_path(folder_ / "work");
    Engine engine = open();
    define(engine, {"github", "TOKEN"}, "value");
  }
  void TearDown() override { fs::current_path(before_); }

  void write(const std::string& name, std::string_view text) {
    folder_.write("work/" + name, text);
  }

  LintFilesResult lint(Engine* engine, const Names& names,
                       const LintFilesOptions& options = {},
                       LintFlags flags = {}) {
    auto config = LintConfig::make(config_, std::move(flags));
    EXPECT_TRUE(config) << error_of(config);
    FactsSource facts;
    if (engine != nullptr) {
      facts = [=](std::span<const Template* const> templates) {
        return engine->lint_facts(templates);
      };
    }
    auto result = lint_files(facts, *config, names, options);
    EXPECT_TRUE(result) << error_of(result);
    return *std::move(result);
  }

  // What is said of all files, as text.
  static std::string text_of(const LintFilesResult& result) {
    std::string text;
    for (const LintedFile& file : result.files) {
      if (file.error) text += describe(*file.error) + "\n";
      for (const Diagnostic& diagnostic : file.diagnostics) {
        text += format_diagnostic(file.document->source(), diagnostic);
      }
    }
    return text;
  }

  fs::path before_;
};

TEST_F(LintFiles, AreTheSameOnAnyNumberOfThreadsAndInAnyBatches) {
  Names names;
  for (int i = 0; i < 200; ++i) {
    names.push_back(fmt::format("{:03}.json", i));
    write(names.back(),
          i % 3 == 0 ? fmt::format("[\"<< SECRETS.github.TOKN >>\", {}]", i)
                     : "[\"<< SECRETS.github.TOKEN >>\"]");
  }
  Engine engine = open();
  LintFilesOptions options;
  options.threads = 1;
  const std::string expected = text_of(lint(&engine, names, options));
  EXPECT_NE(expected.find("198.json:1:6: error: secret \"github.TOKN\" is not "
                          "defined"),
            std::string::npos);
  options.threads = 7;
  EXPECT_EQ(text_of(lint(&engine, names, options)), expected);
  options.batch_bytes = 100;
  EXPECT_EQ(text_of(lint(&engine, names, options)), expected);
}

TEST_F(LintFiles, KeepOnlyWhatThereIsSomethingToSayOf) {
  write("good.json", "[]");
  write("bad.json", "[");
  const LintFilesResult result = lint(nullptr, {"good.json", "bad.json"});
  EXPECT_FALSE(result.files[0].document);
  EXPECT_TRUE(result.files[1].document);
}

TEST_F(LintFiles, WithoutACatalogFindWhatNeedsNone) {
  write("a.json", "[\"<< SECRETS.no.NE >>\", \"<< SECRET.a.B >>\"]");
  const LintFilesResult result = lint(nullptr, {"a.json"});
  ASSERT_EQ(result.files[0].diagnostics.size(), 1u);
  EXPECT_EQ(result.files[0].diagnostics[0].rule, "near-miss");
}

TEST_F(LintFiles, TellWhatCannotBeReadAndLintTheRest) {
  write("a.json", "[");
  write("binary.json", std::string_view("\x7F"
                                        "ELF\0\0",
                                        6));
  const LintFilesResult result =
      lint(nullptr, {"a.json", "binary.json", "gone.json"});
  EXPECT_FALSE(result.files[0].diagnostics.empty());
  EXPECT_EQ(describe(*result.files[1].error),
            "io: \"binary.json\" is a binary file, not JSON | \"exclude\" in "
            "sotto.json leaves files out");
  EXPECT_EQ(describe(*result.files[2].error),
            "io: \"gone.json\" does not exist");
}

TEST_F(LintFiles, ACatalogThatCannotBeAskedTakesNothingFromTheRest) {
  write("a.json", "[\"<< SECRETS.no.NE >>\", \"<< SECRET.a.B >>\"]");
  folder_.write("broken.db", "this is no catalog at all");
  config_.catalog = folder_ / "broken.db";
  Engine engine = open();
  const LintFilesResult result = lint(&engine, {"a.json"});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.files[0].diagnostics.size(), 1u);
}

TEST_F(LintFiles, AreJsonLinesByTheirName) {
  write("a.jsonl", "[]\n[]\n");
  write("a.ndjson", "[]\n[]\n");
  write("a.json", "[]\n[]\n");
  const Names names{"a.json", "a.jsonl", "a.ndjson"};
  EXPECT_EQ(lint(nullptr, names).files[0].diagnostics.size(), 1u);
  EXPECT_TRUE(lint(nullptr, names).files[1].diagnostics.empty());
  EXPECT_TRUE(lint(nullptr, names).files[2].diagnostics.empty());
  LintFilesOptions lines;
  lines.format = Format::kLines;
  EXPECT_EQ(text_of(lint(nullptr, names, lines)), "");
  LintFilesOptions text;
  text.format = Format::kText;
  EXPECT_EQ(text_of(lint(nullptr, names, text)), "");
}

TEST_F(LintFiles, AreFixedInMemoryAndWrittenAsTheyWere) {
  write("a.json", "[\"<< SECRETS.github.TOKN >>\"]\n");
  ASSERT_EQ(::chmod("a.json", 0640), 0);
  Engine engine = open();
  LintFilesOptions options;
  options.fix = true;
  const LintFilesResult result = lint(&engine, {"a.json"}, options);
  const LintedFile& file = result.files[0];
  EXPECT_TRUE(file.diagnostics.empty());
  ASSERT_TRUE(file.before);
  EXPECT_EQ(*file.before, "[\"<< SECRETS.github.TOKN >>\"]\n");
  EXPECT_EQ(*file.after, "[\"<< SECRETS.github.TOKEN >>\"]\n");
  EXPECT_FALSE(file.hides);
  EXPECT_EQ(read_file("a.json"), *file.before);
  ASSERT_TRUE(write_fixed(file));
  EXPECT_EQ(read_file("a.json"), *file.after);
  EXPECT_EQ(mode_of("a.json"), 0640u);
}

TEST_F(LintFiles, ThatChangedMeanwhileAreNotWritten) {
  write("a.json", "[\"<< SECRETS.github.TOKN >>\"]\n");
  Engine engine = open();
  LintFilesOptions options;
  options.fix = true;
  const LintFilesResult result = lint(&engine, {"a.json"}, options);
  write("a.json", "[\"somebody else's\"]\n");
  EXPECT_EQ(error_of(write_fixed(result.files[0])),
            "changed: \"a.json\" changed while it was being read | run the "
            "command again");
  EXPECT_EQ(read_file("a.json"), "[\"somebody else's\"]\n");
}

TEST_F(LintFiles, TakeOutWhatTheBaselineHas) {
  write("a.json", "[\"<< SECRETS.no.NE >>\", \"<< SECRETS.no.NE >>\"]");
  Engine engine = open();
  const LintFilesResult first = lint(&engine, {"a.json"});
  ASSERT_EQ(first.files[0].diagnostics.size(), 2u);
  Baseline baseline = *Baseline::make("lint.baseline");
  baseline.replace(first.files[0].path,
                   std::span(first.files[0].diagnostics).first(1));
  LintFilesOptions options;
  options.baseline = &baseline;
  const LintFilesResult second = lint(&engine, {"a.json"}, options);
  ASSERT_EQ(second.files[0].diagnostics.size(), 1u);
  EXPECT_EQ(second.files[0].diagnostics[0].pointer, "/1");
}

TEST_F(LintFiles, TellNoMoreOfARuleThanIsWanted) {
  std::string text = "[0";
  for (int i = 0; i < 80; ++i) text += ", \"<< SECRETS.no.NE >>\"";
  write("a.json", text + "]");
  Engine engine = open();
  EXPECT_EQ(lint(&engine, {"a.json"}).files[0].diagnostics.size(), 51u);
  LintFlags flags;
  flags.max_per_rule = 1000;
  LintFilesOptions options;
  EXPECT_EQ(
      lint(&engine, {"a.json"}, options, flags).files[0].diagnostics.size(),
      51u);
  options.max_per_rule = 1000;
  EXPECT_EQ(
      lint(&engine, {"a.json"}, options, flags).files[0].diagnostics.size(),
      80u);
}

}  // namespace
}  // namespace sotto::testing
