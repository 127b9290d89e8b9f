// SPDX-License-Identifier: Apache-2.0
//
// Door 3, on a real local store.

#include "service/engine.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "resolver/planned_use.h"
#include "store/local_store.h"
#include "tests/service/testing_engine.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;

class EngineTest : public EngineFixture {
 protected:
  // The rendered text, or what went wrong.
  static std::string render(Engine& engine, std::string_view document) {
    WipedBuffer out;
    const Template parsed = parse_template(document);
    const auto result = engine.render(parsed, out);
    if (!result) return error_of(result);
    if (result->report.ok()) return std::string(out.expose());
    EXPECT_TRUE(out.empty());
    std::string text;
    for (const Diagnostic& diagnostic : result->report.diagnostics(parsed)) {
      text += diagnostic.message + '\n';
    }
    return text;
  }

  static std::string no_key_file(const fs::path& file) {
    return "io: key file \"" + file.native() +
           "\" is not there | restore it from a backup; a new project begins "
           "with: sotto init";
  }
};

TEST_F(EngineTest, RendersFromAConfiguration) {
  Engine engine = open();
  define(engine, {"a", "B"}, "x\"y");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["x\"y"])");
}

TEST_F(EngineTest, OpensNothingForADocumentWithoutReferences) {
  fs::remove(folder_ / "store.db");
  fs::remove(folder_ / "key");
  fs::remove(folder_ / "catalog.db");
  Engine engine = open();
  EXPECT_EQ(render(engine, R"({"a": 1})"), R"({"a": 1})");
  EXPECT_TRUE(engine.plan(parse_template("{}"))->refs.empty());
}

TEST_F(EngineTest, PlansWithoutAKey) {
  {
    Engine engine = open();
    define(engine, {"a", "B"}, "value");
  }
  fs::remove(folder_ / "key");
  Engine engine = open();
  const auto plan = engine.plan(parse_template(R"(["<< SECRETS.a.B >>"])"));
  ASSERT_TRUE(plan) << error_of(plan);
  ASSERT_EQ(plan->batches.size(), 1u);
  EXPECT_EQ(plan->batches[0].store, "local");
}

TEST_F(EngineTest, AStoreThatCannotBeOpenedIsOneTrouble) {
  {
    Engine engine = open();
    define(engine, {"a", "B"}, "value");
  }
  fs::remove(folder_ / "key");
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>", "<< SECRETS.a.B >>"])"),
            no_key_file(folder_ / "key"));
}

TEST_F(EngineTest, AStoreThatCouldNotBeOpenedIsTriedAgain) {
  Engine writer = open();
  define(writer, {"a", "B"}, "value");
  fs::rename(folder_ / "key", folder_ / "away");
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"),
            no_key_file(folder_ / "key"));
  fs::rename(folder_ / "away", folder_ / "key");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["value"])");
}

TEST_F(EngineTest, AStoreThatIsNotAskedTroublesNobody) {
  add_store("other");
  {
    Engine writer = open();
    define(writer, {"a", "B"}, "value");
    define(writer, {"x", "Y"}, "other", "other");
  }
  fs::remove(folder_ / "other.key");
  Engine engine = open();
  const std::string trouble = no_key_file(folder_ / "other.key");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.x.Y >>"])"), trouble);
  // That it failed before does not matter to what lies elsewhere.
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["value"])");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>", "<< SECRETS.x.Y >>"])"),
            trouble);
}

TEST_F(EngineTest, PlansTheFirstRoundAlone) {
  Engine engine = open();
  define(engine, {"a", "B"}, "value");
  define(engine, {"c", "D"}, "value");
  const Template parsed = parse_template(
      R"(["<< SECRETS.no.K || FN.trim('d') >>",
          "<< SECRETS.no.L || SECRETS.no.M >>", "<< SECRETS.no.N >>",
          "<< SECRETS.a.B || SECRETS.c.D >>"])");
  ASSERT_TRUE(parsed.ok());
  const auto plan = engine.plan(parsed);
  ASSERT_TRUE(plan) << error_of(plan);
  ASSERT_EQ(plan->batches.size(), 1u);
  EXPECT_EQ(plan->batches[0].refs, std::vector<std::size_t>{0});
  EXPECT_EQ(planned_uses(parsed, *plan),
            (std::vector{PlannedUse::kAsked, PlannedUse::kAlternative,
                         PlannedUse::kAlternative, PlannedUse::kUnavailable,
                         PlannedUse::kUnavailable, PlannedUse::kUnavailable}));
}

TEST_F(EngineTest, ListsEveryFailureOfADocument) {
  Engine engine = open();
  define(engine, {"a", "B"}, "value");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.C >>", "<< SECRETS.x.Y >>"])"),
            "secret \"a.C\" is not defined\nsecret \"x.Y\" is not defined\n");
}

TEST_F(EngineTest, WithoutStoresSaysWhatToDo) {
  config_.stores.clear();
  Engine with_file = open();
  EXPECT_EQ(error_of(with_file.catalog()),
            "invalid-config: " + config_.file.native() +
                ": no store is configured | add one to \"stores\"");
  config_.file.clear();
  Engine without_file = open();
  EXPECT_EQ(error_of(without_file.catalog()),
            "invalid-config: there is no sotto.json in this folder or above it "
            "| run \"sotto init\", or name one with --config");
}

TEST_F(EngineTest, WithoutACatalogSaysWhatToDo) {
  fs::remove(folder_ / "catalog.db");
  Engine engine = open();
  const std::string expected = "io: there is no catalog at \"" +
                               config_.catalog.native() +
                               "\" | make it with \"sotto catalog sync\"";
  EXPECT_EQ(error_of(engine.catalog()), expected);
  EXPECT_EQ(error_of(engine.manager()), expected);
  ASSERT_TRUE(engine.sync());
  EXPECT_TRUE(engine.catalog());
}

TEST_F(EngineTest, WithoutTheFolderOfItsCatalogSaysWhatToDo) {
  config_.catalog = folder_ / "gone" / "catalog.db";
  EXPECT_EQ(error_of(open().sync()),
            "io: folder \"" + (folder_ / "gone").native() +
                "\" of the catalog is not there | restore it from a backup, or "
                "make it with: mkdir -m 700 \"" +
                (folder_ / "gone").native() + "\"");
}

TEST_F(EngineTest, ReadsAndDescribesOneSecretOfExactlyOneScope) {
  Engine engine = open();
  define(engine, {"a", "B"}, "value");
  const auto entry = engine.describe(Scope::platform(), {"a", "B"});
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->store, "local");
  const auto value = engine.read(Scope::platform(), {"a", "B"});
  ASSERT_TRUE(value);
  EXPECT_TRUE(holds(value->value.text, "value"));
  EXPECT_EQ(error_of(engine.read(Scope::parse("org/acme").value(), {"a", "B"})),
            "missing: secret \"a.B\" is not defined in org/acme | \"sotto "
            "secret list --all\" shows what is");
}

// A crash between the store's write and the catalog's: simulated by writing
// behind the catalog's back, with the intent that SecretManager leaves.
TEST_F(EngineTest, FinishesWhatACrashLeftWhenItOpensForWriting) {
  {
    LocalKey key;
    key.file = folder_ / "key";
    auto store = LocalStore::open("local", folder_ / "store.db", key);
    ASSERT_TRUE(store);
    auto catalog = Catalog::open(folder_ / "catalog.db", {});
    ASSERT_TRUE(catalog);
    const Intent intent{Scope::platform(), "a", "local"};
    ASSERT_TRUE(catalog->begin(std::array{intent}));
    std::vector<GroupWrite> writes(1);
    writes[0].group = "a";
    writes[0].changes.push_back({"B", secret("value")});
    ASSERT_TRUE((*store)->put(writes).front());
  }
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"),
            "secret \"a.B\" is not defined\n");
  ASSERT_TRUE(engine.manager());
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["value"])");
  EXPECT_TRUE(engine.catalog().value()->intents()->empty());
}

// The catalog believes that another store has the name, which it has not: what
// a crash left cannot be recorded by itself, but a rebuild cures it.
TEST_F(EngineTest, SyncsAroundAWriteThatCannotBeRecorded) {
  add_store("other");
  {
    auto store = LocalStore::open("local", folder_ / "store.db",
                                  LocalKey{folder_ / "key", {}});
    ASSERT_TRUE(store);
    std::vector<GroupWrite> writes(1);
    writes[0].group = "a";
    writes[0].changes.push_back({"B", secret("value")});
    ASSERT_TRUE((*store)->put(writes).front());
    auto catalog = Catalog::open(folder_ / "catalog.db", {});
    ASSERT_TRUE(catalog);
    CatalogEntry stale;
    stale.ref = {"a", "B"};
    stale.store = "other";
    stale.version = 1;
    ASSERT_TRUE(catalog->replace("other", std::array{stale}));
    ASSERT_TRUE(
        catalog->begin(std::array{Intent{Scope::platform(), "a", "local"}}));
  }
  {
    Engine crashed = open();
    const auto manager = crashed.manager();
    ASSERT_TRUE(manager) << error_of(manager);
    ASSERT_EQ((*manager)->unfinished().size(), 1u);
    EXPECT_EQ((*manager)->unfinished()[0].intent.group, "a");
    EXPECT_EQ((*manager)->unfinished()[0].error.code, ErrorCode::kConflict);
    define(crashed, {"c", "D"}, "anything else can be written");
  }
  Engine engine = open();
  const auto report = engine.sync();
  ASSERT_TRUE(report) << error_of(report);
  EXPECT_EQ(report->changed, 1u);
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["value"])");
  EXPECT_TRUE(engine.manager().value()->unfinished().empty());
}

TEST_F(EngineTest, IsUsedByManyThreadsAtOnce) {
  Engine engine = open();
  define(engine, {"a", "B"}, "value");
  Engine fresh = open();
  std::vector<std::thread> threads;
  std::array<std::string, 8> rendered;
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) {
        rendered[i] = render(fresh, R"(["<< SECRETS.a.B >>"])");
      }
      if (i == 0) {
        EXPECT_TRUE(fresh.manager());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : rendered) EXPECT_EQ(text, R"(["value"])");
}

TEST_F(EngineTest, InDevelopmentOverridesComeFirstAndAreTold) {
  {
    Engine engine = open();
    define(engine, {"a", "B"}, "stored");
    define(engine, {"a", "C"}, "stored");
  }
  const Variable variable("PLATFORM__A__B", "mine");
  constexpr std::string_view kDocument =
      R"(["<< SECRETS.a.B >>", "<< SECRETS.a.C >>"])";
  Engine production = open();
  EXPECT_EQ(render(production, kDocument), R"(["stored", "stored"])");

  config_.development = true;
  Engine development = open();
  WipedBuffer out;
  const auto result = development.render(parse_template(kDocument), out);
  ASSERT_TRUE(result);
  EXPECT_EQ(out.expose(), R"(["mine", "stored"])");
  EXPECT_EQ(result->notes,
            std::vector<std::string>{"development: \"a.B\" comes from the "
                                     "variable PLATFORM__A__B"});
}

TEST_F(EngineTest, InDevelopmentOverridesAreReadWhenAValueIsNeeded) {
  const fs::path file =
      folder_.write("overrides.env", "PLATFORM__A__B=\"mine\"\n");
  fs::permissions(file, fs::perms{0644});
  config_.development = true;
  config_.overrides = file;
  Engine engine = open();
  EXPECT_TRUE(engine.catalog());
  EXPECT_EQ(render(engine, "{}"), "{}");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"),
            "unsafe-file: \"" + file.native() +
                "\" must be a file of your own with mode 0600 | chmod 600 \"" +
                file.native() + "\"");
  fs::permissions(file, fs::perms{0600});
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["mine"])");
}

TEST_F(EngineTest, InDevelopmentOverridesDoWithoutAStore) {
  const Variable variable("PLATFORM__A__B", "mine");
  config_.development = true;
  fs::remove(folder_ / "catalog.db");
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>"])"), R"(["mine"])");
  EXPECT_EQ(render(engine, R"(["<< SECRETS.a.B >>", "<< SECRETS.a.C >>"])"),
            "there is no catalog at \"" + config_.catalog.native() + "\"\n");
}

// The other store cannot be opened: were it asked, nothing would be rendered.
TEST_F(EngineTest, AnOverrideIsAskedOfNoStore) {
  add_store("other");
  {
    Engine writer = open();
    define(writer, {"a", "B"}, "stored");
    define(writer, {"x", "Y"}, "other", "other");
  }
  fs::remove(folder_ / "other.key");
  const Variable variable("PLATFORM__X__Y", "mine");
  config_.development = true;
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.x.Y >>", "<< SECRETS.a.B >>"])"),
            R"(["mine", "stored"])");
}

TEST_F(EngineTest, AnOverrideStandsInForAnAlternative) {
  {
    Engine engine = open();
    define(engine, {"a", "B"}, "stored");
  }
  const Variable variable("PLATFORM__X__Y", "mine");
  config_.development = true;
  Engine engine = open();
  EXPECT_EQ(render(engine, R"(["<< SECRETS.x.Y || SECRETS.a.B >>"])"),
            R"(["mine"])");
}

TEST_F(EngineTest, AsksForAPassphraseOnceAndOnlyWhenItIsNeeded) {
  LocalKey key;
  key.passphrase = secret("correct horse");
  ASSERT_TRUE(LocalStore::create("local", folder_ / "sealed.db", key));
  config_.stores = {{"local", folder_ / "sealed.db", ""}};
  int asked = 0;
  EngineOptions options;
  options.passphrase = [&](std::string_view store) {
    EXPECT_EQ(store, "local");
    ++asked;
    return SecretString::copy_of("correct horse");
  };
  auto engine = Engine::open(config_, options);
  ASSERT_TRUE(engine);
  EXPECT_EQ(render(*engine, "{}"), "{}");
  EXPECT_EQ(asked, 0);
  define(*engine, {"a", "B"}, "value");
  EXPECT_EQ(render(*engine, R"(["<< SECRETS.a.B >>"])"), R"(["value"])");
  EXPECT_TRUE(engine->verify());
  EXPECT_EQ(asked, 1);

  Engine silent = open();
  EXPECT_EQ(error_of(silent.verify()),
            "wrong-key: the store \"local\" needs a passphrase | name a file "
            "that holds it in SOTTO_PASSPHRASE_FILE");
  config_.passphrase_file = folder_.write("phrase", "correct horse\n");
  Engine from_file = open();
  EXPECT_TRUE(from_file.verify());
  // A store with a key file is not asked a passphrase for.
  config_.stores = {{"local", folder_ / "store.db", ""}};
  Engine keyless = open();
  EXPECT_EQ(error_of(keyless.verify()),
            "invalid-config: the store \"local\" is opened by a key file, and "
            "none is configured | add its \"key_file\" to the configuration");
}

}  // namespace
}  // namespace sotto::testing
