// SPDX-License-Identifier: Apache-2.0
//
// A file that is rendered in windows becomes what it becomes as a whole, and
// no less is said of it; what happens to it in between never goes unnoticed.

#include "service/render_large.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "grammar/scanner.h"
#include "service/output_file.h"
#include "store/local_store.h"
#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

// Keeps what is written, and does something before the first write.
class Output : public LargeOutput {
 public:
  Result<void> write(std::string_view some) override {
    if (text.empty() && before) before();
    text += some;
    ++writes;
    return {};
  }
  Result<void> finish() override {
    finished = true;
    return {};
  }

  std::function<void()> before;
  std::string text;
  int writes = 0;
  bool finished = false;
};

// What is there to say, in full.
std::string in_words(const Source& source,
                     const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics) {
    const Location end = source.location(each.span.end);
    text += format_diagnostic(source, each) + std::to_string(end.line) + ":" +
            std::to_string(end.column) + "\n";
  }
  return text;
}

// Long enough ago to be told from a change that comes now.
void make_old(const fs::path& file) {
  timespec times[2]{};
  times[0].tv_sec = times[1].tv_sec = 1'000'000'000;
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  // The time of the change itself cannot be set.
  ::usleep(25'000);
}

std::string some_document(std::size_t bytes, unsigned seed) {
  static constexpr std::string_view kPieces[] = {
      R"("Bearer << SECRETS.a.TOKEN >>")",
      R"("<< SECRETS.a.EMPTY >>")",
      R"("<< SECRETS.a.LONG >>")",
      R"("<<SECRETS.a.QUOTED>> and \u003c\u003c SECRETS.a.TOKEN \u003e\u003e")",
      R"("<< FN.base64(SECRETS.a.TOKEN + SECRETS.a.EMPTY + 'x') >>")",
      R"("<< SECRETS.a.NOWHERE || SECRETS.a.EMPTY >>")",
      R"("cat <<EOF\n<< SECRET.a.b >> é 日本 \"<< SECRETS >>\"")",
      R"({"é/~": {"k": [1, {"deep": "<< SECRETS.a.EMPTY>>"}]}, "<b>": null})",
  };
  std::mt19937 random(seed);
  std::string document = "{\"nodes\": [0";
  while (document.size() < bytes) {
    document += random() % 4 == 0 ? ",\r\n  " : ", ";
    if (random() % 3 == 0) document += "\"no finding in here\", ";
    document += kPieces[random() % std::size(kPieces)];
  }
  return document + "]}\n";
}

class RenderLargeTest : public EngineFixture {
 protected:
  void SetUp() override {
    EngineFixture::SetUp();
    define("TOKEN", "t0ken");
    define("EMPTY", "");
    define("QUOTED", "\"q\\u\n");
    define("LONG", std::string(700'000, 'v'));
  }

  void define(const std::string& key, std::string_view value) {
    EngineFixture::define(engine(), {"a", key}, value);
  }

  Engine& engine() {
    if (!engine_) engine_.emplace(open());
    return *engine_;
  }

  fs::path write(std::string_view text) {
    const fs::path file = folder_.write("flow.json", text);
    make_old(file);
    return file;
  }

  Result<std::optional<LargeRender>> render(const fs::path& file,
                                            Output& output,
                                            LargeRenderOptions options = {}) {
    options.window_bytes = window_bytes_;
    auto large = LargeFile::open(file, /*least=*/0);
    EXPECT_TRUE(large);
    return render_large(engine(), *large, options, output);
  }

  void expect_as_whole(const std::string& document) {
    const fs::path file = write(document);
    const Template parsed = parse_template(document);
    WipedBuffer whole;
    const auto expected = engine().render(parsed, whole);
    ASSERT_TRUE(expected) << error_of(expected);
    ASSERT_TRUE(expected->report.ok());
    Output output;
    auto made = render(file, output);
    ASSERT_TRUE(made) << error_of(made);
    ASSERT_TRUE(*made);
    EXPECT_TRUE(output.text == whole.expose());
    EXPECT_TRUE(output.finished);
    EXPECT_EQ((*made)->result.report.clean(), expected->report.clean());
    EXPECT_EQ(
        in_words({file, std::move((*made)->excerpts)}, (*made)->diagnostics),
        in_words({file, document}, expected->report.diagnostics(parsed)));
  }

  std::optional<Engine> engine_;
  std::size_t window_bytes_ = 4096;
};

TEST_F(RenderLargeTest, IsAsAWholeWhateverIsInIt) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    window_bytes_ = 4096 + 999 * seed;
    expect_as_whole(some_document(seed < 4 ? 20'000 : 150'000, seed));
  }
}

TEST_F(RenderLargeTest, IsAsAWholeOnOneLongLine) {
  std::string document = some_document(100'000, 8);
  std::erase(document, '\n');
  std::erase(document, '\r');
  expect_as_whole(document);
}

TEST_F(RenderLargeTest, SaysNothingIfThereIsNothingToSay) {
  expect_as_whole("[" + std::string(100'000, ' ') + "1]");
  expect_as_whole("[\"<< SECRETS.a.TOKEN >>\"]");
}

// The text of a small document goes out in one piece; of a large one, not.
TEST_F(RenderLargeTest, IsWrittenThroughASmallBuffer) {
  Output output;
  ASSERT_TRUE(render(write("[\"<< SECRETS.a.TOKEN >>\"]"), output));
  EXPECT_EQ(output.writes, 1);
  Output large;
  ASSERT_TRUE(render(write("[\"<< SECRETS.a.LONG >>\"]"), large));
  EXPECT_EQ(large.text.size(), 700'004u);
  EXPECT_EQ(large.writes, 3);
}

TEST_F(RenderLargeTest, WhatIsWrongIsLeftToTheWholeDocument) {
  const std::string blanks(80'000, ' ');
  for (const std::string& document :
       {"[\"<< SECRETS.a.TOKEN >>\"," + blanks,
        "[\"<< SECRETS.a >>\"," + blanks + "1]",
        "[\"<< SECRETS.a.NOWHERE >>\"," + blanks + "1]"}) {
    Output output;
    const auto made = render(write(document), output);
    ASSERT_TRUE(made) << error_of(made);
    EXPECT_FALSE(*made);
    EXPECT_EQ(output.text, "");
    EXPECT_FALSE(output.finished);
  }
}

TEST_F(RenderLargeTest, WhereWarningsCountNothingIsWritten) {
  const fs::path file = write("[\"<< SECRETS.a.EMPTY >>\"]");
  Output output;
  auto made = render(file, output, {.parse = {}, .strict = true});
  ASSERT_TRUE(made && *made);
  EXPECT_EQ(output.writes, 0);
  EXPECT_FALSE(output.finished);
  ASSERT_EQ((*made)->diagnostics.size(), 1u);
  EXPECT_EQ((*made)->diagnostics[0].pointer, "/0");
  EXPECT_EQ((*made)->diagnostics[0].message, "secret \"a.EMPTY\" is empty");
}

// Between the first time it is read and the last.
TEST_F(RenderLargeTest, AFileThatChangesInBetweenIsAnError) {
  const std::string document =
      "[\"<< SECRETS.a.LONG >>\"," + std::string(100'000, ' ') + "1]";
  const fs::path file = folder_ / "flow.json";
  const std::function<void()> changes[] = {
      [&] { std::ofstream(file, std::ios::in | std::ios::ate) << ' '; },
      [&] { std::ofstream(file, std::ios::in) << '['; },
      [&] { fs::resize_file(file, 50'000); },
      [&] { fs::resize_file(file, 0); },
      [&] { fs::rename(folder_.write("other.json", document), file); },
      [&] { fs::remove(file); },
  };
  for (const auto& change : changes) {
    write(document);
    Output output;
    output.before = change;
    EXPECT_EQ(error_of(render(file, output)),
              "changed: \"" + file.native() +
                  "\" changed while it was being read | run the command again");
    EXPECT_FALSE(output.finished);
    fs::remove(file);
  }
}

// While values are looked up nothing is written yet.
TEST_F(RenderLargeTest, AFileThatChangesBeforeItIsWrittenIsAnErrorToo) {
  LocalKey key;
  key.passphrase = secret("correct horse");
  ASSERT_TRUE(LocalStore::create("other", folder_ / "other.db", key));
  config_.stores.push_back({"other", folder_ / "other.db", {}});
  engine_.reset();
  fs::path file;
  EngineOptions options;
  options.passphrase = [&](std::string_view) -> Result<SecretString> {
    if (!file.empty()) fs::resize_file(file, 10);
    return secret("correct horse");
  };
  {
    auto writer = Engine::open(config_, options);
    ASSERT_TRUE((*(*writer->manager()))
                    .set({config_.scope, "other"}, {"b", "C"}, secret("x"),
                         std::nullopt));
  }
  engine_.emplace(*Engine::open(config_, options));
  file = write("[\"<< SECRETS.b.C >>\"," + std::string(100'000, ' ') + "1]");
  Output output;
  EXPECT_EQ(error_of(render(file, output)),
            "changed: \"" + file.native() +
                "\" changed while it was being read | run the command again");
  EXPECT_EQ(output.text, "");
  EXPECT_FALSE(output.finished);
}

TEST_F(RenderLargeTest, WhatCannotBeWrittenIsNotFinished) {
  class Full : public Output {
    Result<void> write(std::string_view) override {
      return fail(ErrorCode::kNoSpace, "full");
    }
  };
  const fs::path file = write("[\"<< SECRETS.a.LONG >>\"]");
  Full output;
  EXPECT_EQ(error_of(render(file, output)), "no-space: full");
  EXPECT_FALSE(output.finished);
}

TEST(LargeFile, IsARegularFileThatIsLargeAndNotNew) {
  TempFolder folder;
  EXPECT_FALSE(LargeFile::open(folder / "missing"));
  EXPECT_FALSE(LargeFile::open(folder.path(), 0));
  EXPECT_FALSE(LargeFile::open("/dev/null", 0));
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(LargeFile::open(folder / "fifo", 0));
  const fs::path file = folder.write("file", "0123456789");
  EXPECT_FALSE(LargeFile::open(file, 0));  // Made just now.
  make_old(file);
  EXPECT_FALSE(LargeFile::open(file, 11));
  EXPECT_FALSE(LargeFile::open(file));
  auto opened = LargeFile::open(file, 10);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size(), 10u);
  EXPECT_EQ(*opened->read({2, 5}), "234");
  EXPECT_EQ(*opened->read({0, 10}), "0123456789");
  EXPECT_EQ(*opened->read({9, 10}), "9");
  EXPECT_TRUE(opened->check_unchanged());
  EXPECT_EQ(opened->read({5, 11}).error().code, ErrorCode::kChanged);
}

}  // namespace
}  // namespace sotto::testing
