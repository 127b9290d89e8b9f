// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out in what needs no I/O: names and the reading of documents.

#include <gtest/gtest.h>

#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_ref.h"
#include "grammar/template.h"
#include "tests/allocation/failing_allocation.h"

namespace sotto {
namespace {

using testing_allocation::failing;
using testing_allocation::for_each_failure;
using testing_allocation::has_failed;

// Of everything something: escapes, functions, alternatives, a near miss.
constexpr std::string_view kDocument = R"({
  "plain": "Bearer << SECRETS.a_group_with_a_long_name.A_LONG_KEY >>",
  "escaped": "\u003c\u003c SECRETS.b.B \u003e\u003e",
  "respelt": "<< SECRETS.\u0063.KEY_OF_WHICH_A_COPY_IS_NEEDED >>",
  "more": "<< FN.basic(SECRETS.b.B, 'a string that is kept in the tree') >>",
  "other": "<< SECRETS.d.D || SECRETS.e.E + 'suffix' >>",
  "near": "<< SECRET.a.B >>"
})";

TEST(CoreWithoutMemory, ReadsANameOrSaysSo) {
  constexpr std::string_view kName = "a_group_with_a_long_name.A_LONG_KEY";
  for_each_failure([&] {
    const auto ref = failing([&] { return parse_secret_ref(kName); });
    if (ref) {
      EXPECT_EQ(to_string(*ref), kName);
      return;
    }
    EXPECT_TRUE(has_failed());
    EXPECT_EQ(ref.error().code, ErrorCode::kNoMemory);
  });
}

TEST(CoreWithoutMemory, RefusesANameOrSaysSo) {
  for_each_failure([] {
    const auto ref = failing([] { return parse_secret_ref("a.b.c"); });
    ASSERT_FALSE(ref);
    EXPECT_EQ(ref.error().code,
              has_failed() ? ErrorCode::kNoMemory : ErrorCode::kUsage);
  });
}

TEST(CoreWithoutMemory, ReadsAScopeOrSaysSo) {
  constexpr std::string_view kScope = "org/an-organization-with-a-long-name";
  for_each_failure([&] {
    const auto scope = failing([&] { return Scope::parse(kScope); });
    if (scope) {
      EXPECT_EQ(to_string(*scope), kScope);
      return;
    }
    EXPECT_TRUE(has_failed());
    EXPECT_EQ(scope.error().code, ErrorCode::kNoMemory);
  });
}

class ParseWithoutMemory : public ::testing::TestWithParam<Reader> {
 protected:
  static ParseOptions options() {
    ParseOptions options;
    options.reader = GetParam();
    return options;
  }
};

TEST_P(ParseWithoutMemory, GivesTheWholeTemplateOrOneThatSaysSo) {
  for_each_failure([] {
    const Template parsed =
        failing([] { return parse_template(kDocument, options()); });
    if (parsed.ok()) {
      EXPECT_EQ(parsed.expressions().size(), 5u);
      EXPECT_EQ(parsed.references().size(), 5u);
      EXPECT_EQ(parsed.diagnostics().size(), 1u);
      return;
    }
    EXPECT_TRUE(has_failed());
    ASSERT_EQ(parsed.diagnostics().size(), 1u);
    EXPECT_EQ(parsed.diagnostics()[0].rule, "no-memory");
    EXPECT_EQ(parsed.diagnostics()[0].message, "no memory");
    EXPECT_TRUE(parsed.bytes().empty());
    EXPECT_TRUE(parsed.references().empty());
  });
}

TEST_P(ParseWithoutMemory, OfAWrongDocumentTellsWhatIsWrongOrSaysSo) {
  for_each_failure([] {
    const Template parsed = failing([] {
      return parse_template(
          R"({"a": {"b": ["<< SECRETS.only-one >>", "<< SECRETS.a.B"]}})",
          options());
    });
    const auto& diagnostics = failing([&]() -> const std::vector<Diagnostic>& {
      return parsed.diagnostics();
    });
    ASSERT_FALSE(parsed.ok());
    if (diagnostics.size() == 1) {
      EXPECT_TRUE(has_failed());
      EXPECT_EQ(diagnostics[0].rule, "no-memory");
      return;
    }
    // Pointers are what may be missing.
    ASSERT_EQ(diagnostics.size(), 2u);
    EXPECT_TRUE(diagnostics[1].pointer == "/a/b/1" || has_failed());
  });
}

INSTANTIATE_TEST_SUITE_P(Readers, ParseWithoutMemory,
                         ::testing::Values(Reader::kFast, Reader::kPlain),
                         [](const auto& reader) {
                           return reader.param == Reader::kFast ? "Fast"
                                                                : "Plain";
                         });

// The one that lets bad_alloc through; asked again, it is whole.
TEST(CoreWithoutMemory, ReferencesAreAllThereOrNone) {
  for_each_failure([] {
    const Template parsed = parse_template(kDocument);
    std::optional<std::size_t> count;
    try {
      count = failing([&] { return parsed.references().size(); });
    } catch (const std::bad_alloc&) {
      EXPECT_TRUE(has_failed());
    }
    EXPECT_EQ(count.value_or(5), 5u);
    EXPECT_EQ(parsed.references().size(), 5u);
  });
}

TEST(CoreWithoutMemory, UsesAndPointersAreAllThereOrNone) {
  const Template parsed = parse_template(kDocument);
  ASSERT_EQ(parsed.references().size(), 5u);
  for_each_failure([&] {
    const auto uses = failing([&] { return reference_uses(parsed); });
    const std::vector<std::size_t> offsets{parsed.expressions()[0].span.begin};
    const auto pointers =
        failing([&] { return json_pointers(parsed, offsets); });
    if (!has_failed()) {
      EXPECT_EQ(uses.size(), 6u);
      EXPECT_EQ(pointers, std::vector<std::string>{"/plain"});
    }
    EXPECT_TRUE(uses.empty() || uses.size() == 6);
    EXPECT_TRUE(pointers.empty() || pointers[0] == "/plain");
  });
}

}  // namespace
}  // namespace sotto
