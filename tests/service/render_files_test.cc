// SPDX-License-Identifier: Apache-2.0
//
// Many documents at once, on a real local store: the same as one by one.

#include "service/render_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

// Every regular file below a folder.
std::size_t count_files(const fs::path& folder) {
  if (!fs::exists(folder)) return 0;
  const fs::recursive_directory_iterator all(folder);
  return static_cast<std::size_t>(
      std::count_if(begin(all), end(all), [](const fs::directory_entry& entry) {
        return entry.is_regular_file();
      }));
}

class RenderFiles : public EngineFixture {
 protected:
  void SetUp() override {
    EngineFixture::SetUp();
    fs::create_directory(folder_ / "work");
    before_ = fs::current_path();
    fs::current_path(folder_ / "work");
  }
  void TearDown() override { fs::current_path(before_); }

  void write(const std::string& name, std::string_view text) {
    folder_.write("work/" + name, text);
  }

  // Writes `count` documents, each with a secret of its own and one of all.
  std::vector<std::string> write_many(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back(fmt::format("f{}/{}.json", i % 7, i));
      write(names.back(), fmt::format("{{\"n\": {}, \"own\": \"<< SECRETS.many."
                                      "K{} >>\", \"all\": \"<< SECRETS.no.NE "
                                      "|| SECRETS.all.KEY >>\"}}\n",
                                      i, i % 10));
    }
    return names;
  }

  void define_many(Engine& engine) {
    define(engine, {"all", "KEY"}, "shared \"value\"");
    for (int i = 0; i < 10; ++i) {
      define(engine, {"many", fmt::format("K{}", i)}, fmt::format("v{}", i));
    }
  }

  // What the document comes to by itself: its text, or what is wrong with it.
  static std::string alone(Engine& engine, const std::string& name) {
    WipedBuffer out;
    const Template parsed = parse_owned_template(read_file(name));
    const auto result = engine.render(parsed, out);
    if (!result) return error_of(result);
    if (result->report.ok()) return std::string(out.expose());
    return text_of(name, parsed.bytes(), result->report.diagnostics(parsed));
  }

  static std::string text_of(const std::string& name, std::string_view bytes,
                             const std::vector<Diagnostic>& diagnostics) {
    std::string text;
    const Source source(name, bytes);
    for (const Diagnostic& diagnostic : diagnostics) {
      text += format_diagnostic(source, diagnostic);
    }
    return text;
  }

  static std::string errors_of(const RenderedFile& file) {
    if (file.error) return describe(*file.error);
    return text_of(file.name, file.document->parsed.bytes(), file.diagnostics);
  }

  fs::path before_;
};

TEST_F(RenderFiles, AThousandAreWhatEachIsAlone) {
  Engine engine = open();
  define_many(engine);
  const std::vector<std::string> names = write_many(1000);
  for (const std::size_t threads : {1u, 8u}) {
    const fs::path out = fmt::format("out/{}", threads);
    const auto result = render_files(engine, names, out, {.threads = threads});
    ASSERT_TRUE(result) << error_of(result);
    ASSERT_TRUE(result->rendered());
    EXPECT_FALSE(result->error);
    // One resolution: the second round is for what stands behind "||".
    EXPECT_EQ(result->cost.fetched, 11u);
    EXPECT_LE(result->cost.batches, 2u);
    for (std::size_t i = 0; i < names.size(); ++i) {
      ASSERT_EQ(result->files[i].name, names[i]);
      ASSERT_EQ(read_file(out / names[i]), alone(engine, names[i]));
      ASSERT_EQ(mode_of(out / names[i]), 0600u);
    }
    EXPECT_EQ(mode_of(out), 0700u);
    EXPECT_EQ(mode_of(out / "f3"), 0700u);
    EXPECT_EQ(count_files(out), names.size());
  }
}

TEST_F(RenderFiles, KeepTheirBytesOnce) {
  write("x.json", "{\"a\": 1}");
  const auto document = read_document_file("x.json", {});
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->input.bytes.empty());
  EXPECT_EQ(document->parsed.bytes(), "{\"a\": 1}");
  EXPECT_EQ(document->source().name(), "x.json");
}

TEST_F(RenderFiles, OfWhichSomeFailSayWhatEachSaysAloneAndWriteNothing) {
  Engine engine = open();
  define_many(engine);
  std::vector<std::string> names = write_many(200);
  for (std::size_t i = 0; i < names.size(); i += 9) {
    write(names[i], i % 2 == 0 ? "[\n\"<< SECRETS.many.NONE >>\"]" : "[1,]");
  }
  fs::remove(names[100]);
  for (const std::size_t threads : {1u, 8u}) {
    const auto result =
        render_files(engine, names, "out", {.threads = threads});
    ASSERT_TRUE(result) << error_of(result);
    EXPECT_FALSE(result->rendered());
    EXPECT_FALSE(result->began_to_write);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const RenderedFile& file = result->files[i];
      ASSERT_EQ(file.ok, i % 9 != 0 && i != 100) << names[i];
      ASSERT_EQ(errors_of(file), i == 100
                                     ? "io: \"" + names[i] + "\" does not exist"
                                 : file.ok ? ""
                                           : alone(engine, names[i]));
    }
    EXPECT_FALSE(fs::exists("out"));
  }
}

TEST_F(RenderFiles, WithAWarningAreWrittenUnlessItCounts) {
  Engine engine = open();
  define(engine, {"a", "EMPTY"}, "");
  write("x.json", R"(["<< SECRETS.a.EMPTY >>"])");
  const std::vector<std::string> names{"x.json"};
  const auto strict = render_files(engine, names, "out", {.strict = true});
  ASSERT_TRUE(strict);
  EXPECT_FALSE(strict->rendered());
  EXPECT_EQ(strict->files[0].diagnostics.size(), 1u);
  EXPECT_FALSE(fs::exists("out"));
  const auto lax = render_files(engine, names, "out");
  ASSERT_TRUE(lax);
  EXPECT_TRUE(lax->rendered());
  EXPECT_EQ(lax->files[0].diagnostics.size(), 1u);
  EXPECT_EQ(read_file("out/x.json"), R"([""])");
}

TEST_F(RenderFiles, ThatCannotBeLookedUpStillSayWhatIsWrongInThem) {
  fs::remove(folder_ / "catalog.db");
  write("fine.json", R"(["<< SECRETS.a.B >>"])");
  write("wrong.json", "[");
  Engine engine = open();
  const auto result = render_files(
      engine, std::vector<std::string>{"fine.json", "wrong.json"}, "out");
  ASSERT_TRUE(result) << error_of(result);
  ASSERT_TRUE(result->error);
  EXPECT_EQ(describe(*result->error),
            "io: there is no catalog at \"" +
                (folder_ / "catalog.db").native() +
                "\" | make it with \"sotto catalog sync\"");
  EXPECT_TRUE(result->files[0].ok);
  EXPECT_EQ(result->files[1].diagnostics.size(), 1u);
  EXPECT_FALSE(fs::exists("out"));
}

TEST_F(RenderFiles, ThatChangeInBetweenWriteNothing) {
  Engine engine = open();
  define_many(engine);
  const std::vector<std::string> names = write_many(20);
  RenderFilesOptions options;
  options.progress = [&](std::string_view step, std::size_t done) {
    if (step == "read" && done == names.size()) write(names[4], "[]");
  };
  const auto result = render_files(engine, names, "out", options);
  ASSERT_TRUE(result);
  EXPECT_EQ(errors_of(result->files[4]),
            "changed: \"" + names[4] +
                "\" changed while it was being read | run the command again");
  EXPECT_FALSE(fs::exists("out"));
}

TEST_F(RenderFiles, AfterAFailureInBetweenSayWhichAreWritten) {
  Engine engine = open();
  define_many(engine);
  const std::vector<std::string> names = write_many(20);
  fs::create_directories("out/" + names[12]);
  const auto result = render_files(engine, names, "out", {.threads = 1});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->began_to_write);
  ASSERT_TRUE(result->error);
  EXPECT_EQ(describe(*result->error),
            "unsafe-file: \"out/" + names[12] +
                "\" is a folder, not a file | name the file to be written in "
                "it");
  EXPECT_EQ(result->written(), 12u);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(result->files[i].written, i < 12);
    EXPECT_EQ(fs::is_regular_file("out/" + names[i]), i < 12);
  }
}

TEST_F(RenderFiles, ThatAreThereAlreadyCountAsWritten) {
  Engine engine = open();
  define_many(engine);
  const std::vector<std::string> names = write_many(20);
  ASSERT_TRUE(render_files(engine, names, "out")->rendered());
  const auto time = fs::last_write_time("out/" + names[3]);
  EXPECT_TRUE(render_files(engine, names, "out")->rendered());
  EXPECT_EQ(fs::last_write_time("out/" + names[3]), time);
}

// In a child: the signal ends it.
TEST_F(RenderFiles, W10_ASignalEndsThemBetweenFilesAndLeavesNothingElse) {
  std::vector<std::string> names;
  {
    Engine engine = open();
    define_many(engine);
    names = write_many(200);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    Engine engine = open();
    RenderFilesOptions options;
    options.threads = 4;
    options.progress = [&](std::string_view step, std::size_t done) {
      if (step == "written" && done == 20) ::kill(::getpid(), SIGTERM);
    };
    (void)render_files(engine, names, "out", options);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  std::size_t whole = 0;
  Engine engine = open();
  for (const std::string& name : names) {
    if (!fs::exists("out/" + name)) continue;
    ++whole;
    EXPECT_EQ(read_file("out/" + name), alone(engine, name));
  }
  EXPECT_GE(whole, 20u);
  EXPECT_LT(whole, 200u);
  EXPECT_EQ(count_files("out"), whole);
}

TEST_F(RenderFiles, ThatAnOutputWouldReplaceAreRefused) {
  Engine engine = open();
  write("x.json", "[]");
  write("a/x.json", "[]");
  const auto result =
      render_files(engine, std::vector<std::string>{"x.json", "a/x.json"}, "a");
  EXPECT_EQ(error_of(result),
            "usage: \"a/x.json\" is both a document and an output | name "
            "another folder for the output");
}

TEST_F(RenderFiles, ThatALinkBringsTogetherAreRefused) {
  Engine engine = open();
  write("a/x.json", "[]");
  write("b/x.json", "[]");
  fs::create_directories("out/a");
  fs::create_symlink("a", "out/b");
  const auto result = render_files(
      engine, std::vector<std::string>{"a/x.json", "b/x.json"}, "out");
  EXPECT_EQ(error_of(result),
            "usage: \"a/x.json\" and \"b/x.json\" would both be written to "
            "\"out/b/x.json\" | name each document once");
  EXPECT_EQ(count_files("out"), 0u);
}

// One after the other, or what is wrong with the last.
std::string outputs_of(const std::vector<std::string>& files) {
  const auto outputs = outputs_below("out", files);
  if (!outputs) return error_of(outputs);
  std::string text;
  for (const fs::path& output : *outputs) text += output.native() + ' ';
  return text;
}

TEST(OutputsBelow, KeepPathsAndRefuseWhatHasNone) {
  EXPECT_EQ(outputs_of({"x.json", "a/x.json", "./b//./x.json", "b/../c"}),
            "out/x.json out/a/x.json out/b/x.json out/c ");
  EXPECT_EQ(outputs_of({"...", "..x/y", "a b"}), "out/... out/..x/y out/a b ");
  EXPECT_EQ(outputs_of({"a", "b", "./a"}),
            "usage: \"a\" and \"./a\" would both be written to \"out/a\" | "
            "name each document once");
  const auto outside = [](const std::string& file) {
    return "usage: \"" + file +
           "\" lies outside the working folder, and so has no place in "
           "\"out\" | run the command in a folder above the documents, and "
           "name them from there";
  };
  for (const std::string file : {"/x.json", "../x.json", "a/../../x", ".."}) {
    EXPECT_EQ(outputs_of({file}), outside(file));
  }
  EXPECT_EQ(outputs_of({"-"}),
            "usage: standard input has no name to be written under in \"out\" "
            "| render it by itself, with --output");
}

}  // namespace
}  // namespace sotto::testing
