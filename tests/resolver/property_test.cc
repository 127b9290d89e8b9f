// SPDX-License-Identifier: Apache-2.0
//
// Random expression trees against a naive evaluator, which recurses over the
// test's own trees and looks every reference up in the test's own table.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/resolver/testing_world.h"

namespace sotto {
namespace {

using sotto::testing::bound;
using sotto::testing::scope;
using sotto::testing::WatchedStore;
using sotto::testing::World;

constexpr int kDocuments = 20'000;
constexpr int kDocumentsPerWorld = 500;
constexpr std::size_t kNames = 24;

using Random = std::mt19937;

int pick(Random& random, int below) {
  return std::uniform_int_distribution<int>(0, below - 1)(random);
}

struct Tree {
  enum Kind { kReference, kString, kCall, kSum, kAlternatives };
  Kind kind = kReference;
  std::size_t name = 0;
  std::vector<Tree> children;
};

SecretRef name_of(std::size_t i) {
  return {fmt::format("g{}", i / 4), fmt::format("K{}", i % 4)};
}

Tree make_tree(Random& random, int depth);

Tree make_term(Random& random, int depth, bool first) {
  const int choice = pick(random, 10);
  if (depth > 0 && choice < 2) {
    return {Tree::kCall, 0, {make_tree(random, depth - 1)}};
  }
  if (!first && choice < 4) return {Tree::kString, 0, {}};
  return {Tree::kReference,
          static_cast<std::size_t>(pick(random, static_cast<int>(kNames))),
          {}};
}

Tree make_sum(Random& random, int depth, bool first) {
  const int terms = pick(random, 3) == 0 ? 1 + pick(random, 3) : 1;
  if (terms == 1) return make_term(random, depth, first);
  Tree sum{Tree::kSum, 0, {}};
  for (int i = 0; i < terms; ++i) {
    sum.children.push_back(make_term(random, depth, first && i == 0));
  }
  return sum;
}

Tree make_tree(Random& random, int depth) {
  const int count = 1 + pick(random, 4);
  if (count == 1) return make_sum(random, depth, true);
  Tree tree{Tree::kAlternatives, 0, {}};
  for (int i = 0; i < count; ++i) {
    tree.children.push_back(make_sum(random, depth, i == 0));
  }
  return tree;
}

std::string spell(const Tree& tree);

std::string spell_all(const Tree& tree, const char* between) {
  std::string text;
  for (const Tree& child : tree.children) {
    if (!text.empty()) text += between;
    text += spell(child);
  }
  return text;
}

std::string spell(const Tree& tree) {
  switch (tree.kind) {
    case Tree::kReference:
      return "SECRETS." + to_string(name_of(tree.name));
    case Tree::kString:
      return "'text'";
    case Tree::kCall:
      return "FN.base64(" + spell_all(tree, ", ") + ")";
    case Tree::kSum:
      return spell_all(tree, " + ");
    case Tree::kAlternatives:
      return spell_all(tree, " || ");
  }
  return {};
}

// What one place answers.
enum class Answer { kValue, kNever, kForbidden };

// Where a name may be, in lookup order, and what holds after the last place.
struct Lookup {
  std::vector<std::pair<std::string, Answer>> places;  // "store scope"
  std::string afterwards = "error:missing";
};

// What the lookup of one name comes to, and which places it asks.
std::string look_up(const Lookup& lookup, const std::string& name,
                    std::set<std::string>& asked) {
  for (const auto& [place, answer] : lookup.places) {
    asked.insert(place + " " + name);
    if (answer == Answer::kValue) return place;
    if (answer == Answer::kForbidden) return "error:forbidden";
  }
  return lookup.afterwards;
}

// The naive evaluator: one recursion, one reference after the other.
struct Oracle {
  const std::vector<Lookup>& lookups;
  std::map<std::size_t, std::string> needed;
  std::set<std::string> asked;

  enum Verdict { kFound, kAbsent, kTrouble };

  Verdict evaluate(const Tree& tree) {
    switch (tree.kind) {
      case Tree::kReference: {
        const std::string result =
            look_up(lookups[tree.name], to_string(name_of(tree.name)), asked);
        needed[tree.name] = result;
        if (result == "error:missing") return kAbsent;
        return result.starts_with("error:") ? kTrouble : kFound;
      }
      case Tree::kString:
        return kFound;
      case Tree::kCall:
      case Tree::kSum: {
        bool absent = false;
        bool trouble = false;
        for (const Tree& child : tree.children) {
          const Verdict verdict = evaluate(child);
          if (verdict == kAbsent) absent = true;
          if (verdict == kTrouble) trouble = true;
        }
        if (trouble) return kTrouble;
        return absent ? kAbsent : kFound;
      }
      case Tree::kAlternatives:
        for (const Tree& child : tree.children) {
          const Verdict verdict = evaluate(child);
          if (verdict != kAbsent) return verdict;
        }
        return kAbsent;
    }
    return kTrouble;
  }
};

// A world with every kind of standing, and the table that says so.
class RandomWorld {
 public:
  explicit RandomWorld(Random& random) {
    world_.stores.add(vault_);
    vault_complete_ = pick(random, 3) != 0;
    vault_.memory.set_complete_catalog(vault_complete_);
    for (std::size_t i = 0; i < kNames; ++i)
      lookups_.push_back(place(random, i));
    const auto answer = [this](const std::string& store) {
      return [this, store](std::span<const Locator> locators) {
        WatchedStore::Fetched answers;
        for (const Locator& locator : locators) {
          answers.push_back(answer_of(store, locator));
        }
        return answers;
      };
    };
    world_.local.instead_of_fetch = answer("local");
    vault_.instead_of_fetch = answer("vault");
  }

  World& world() { return world_; }
  const std::vector<Lookup>& lookups() const { return lookups_; }
  std::vector<std::vector<Locator>> take(std::vector<std::string>& asked) {
    std::vector<std::vector<Locator>> all;
    for (WatchedStore* store : {&world_.local, &vault_}) {
      for (auto& batch : store->take_fetches()) {
        for (const Locator& locator : batch) {
          asked.push_back(fmt::format("{} {} {}", store->name(),
                                      to_string(locator.scope),
                                      to_string(locator.ref)));
        }
        all.push_back(std::move(batch));
      }
    }
    return all;
  }

 private:
  // Answers are settled place by place, before anything is asked.
  void add_place(Random& random, Lookup& lookup, const std::string& store,
                 const Scope& where, const SecretRef& name) {
    const int choice = pick(random, 8);
    const Answer answer = choice < 3   ? Answer::kValue
                          : choice < 7 ? Answer::kNever
                                       : Answer::kForbidden;
    const std::string place = store + " " + to_string(where);
    lookup.places.emplace_back(place, answer);
    answers_[place + " " + to_string(name)] = answer;
  }

  Lookup place(Random& random, std::size_t i) {
    const SecretRef name = name_of(i);
    // A group lives in one store.
    const std::string store = (i / 4) % 2 == 0 ? "local" : "vault";
    Lookup lookup;
    for (const Scope& where : world_.caller.scope.lookup_order()) {
      const int choice = pick(random, 10);
      if (choice < 5) {
        if (!vault_complete_) add_place(random, lookup, "vault", where, name);
        continue;
      }
      const bool deleted = choice == 9;
      world_.enter(to_string(where), to_string(name), store,
                   deleted ? SecretState::kDeleted : SecretState::kActive);
      if (deleted) {
        lookup.afterwards = "error:deleted";
        break;
      }
      add_place(random, lookup, store, where, name);
    }
    return lookup;
  }

  Result<FetchedSecret> answer_of(const std::string& store,
                                  const Locator& locator) const {
    const std::string place = store + " " + to_string(locator.scope);
    switch (answers_.at(place + " " + to_string(locator.ref))) {
      case Answer::kValue:
        return FetchedSecret{.value = {sotto::testing::secret(place)},
                             .version = 0};
      case Answer::kNever:
        return fail(ErrorCode::kMissing, "");
      case Answer::kForbidden:
        return fail(ErrorCode::kForbidden, "");
    }
    return fail(ErrorCode::kIo, "");
  }

  World world_;
  WatchedStore vault_{"vault"};
  bool vault_complete_ = true;
  std::vector<Lookup> lookups_;
  std::map<std::string, Answer> answers_;
};

TEST(ResolverProperty, T2_TwentyThousandRandomDocumentsAgreeWithANaiveReader) {
  Random random(20260731);
  std::size_t with_rounds = 0;
  std::unique_ptr<RandomWorld> here;
  for (int i = 0; i < kDocuments; ++i) {
    if (i % kDocumentsPerWorld == 0) {
      here = std::make_unique<RandomWorld>(random);
    }
    Oracle oracle{here->lookups(), {}, {}};
    std::string document;
    for (int n = 1 + pick(random, 5); n > 0; --n) {
      const Tree tree = make_tree(random, 2);
      document += fmt::format("<< {} >>\n", spell(tree));
      oracle.evaluate(tree);
    }
    SCOPED_TRACE(document);

    const Resolution resolution = here->world().resolved(document);
    std::vector<std::string> asked;
    const auto batches = here->take(asked);

    // The same is needed, with the same outcome, and nothing else.
    ASSERT_EQ(resolution.bindings.size(), oracle.needed.size());
    for (const auto& [name, expected] : oracle.needed) {
      ASSERT_EQ(bound(resolution.bindings, to_string(name_of(name))), expected);
    }
    // Each distinct place was asked once, and none that was not needed.
    const std::set<std::string> distinct(asked.begin(), asked.end());
    ASSERT_EQ(distinct.size(), asked.size());
    ASSERT_EQ(distinct, oracle.asked);
    // One batch a store a round.
    ASSERT_EQ(resolution.cost.fetched, asked.size());
    ASSERT_EQ(resolution.cost.batches, batches.size());
    ASSERT_LE(resolution.cost.batches, 2 * resolution.cost.rounds);
    with_rounds += resolution.cost.rounds > 1;
  }
  EXPECT_GT(with_rounds, 1'000u);
}

}  // namespace
}  // namespace sotto
