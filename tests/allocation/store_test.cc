// SPDX-License-Identifier: Apache-2.0
//
// Memory runs out at every place of the catalog and of the stores: the answer
// is kNoMemory or the right one, and what was there before is whole.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/catalog.h"
#include "tests/allocation/failing_allocation.h"
#include "tests/store/testing_store.h"

namespace sotto {
namespace {

using testing_allocation::failing;
using testing_allocation::for_each_failure;
using testing_allocation::has_failed;

TEST(CatalogWithoutMemory, FindsOrSaysSo) {
  Catalog catalog = Catalog::in_memory().value();
  const std::vector<CatalogEntry> entries{
      entry(org("acme"), "github.TOKEN"),
      entry(org("acme"), "stripe.KEY", "local", "a/path/that/is/not/short")};
  ASSERT_TRUE(catalog.replace("local", {}));
  ASSERT_TRUE(catalog.rebuild(std::vector<StoreListing>{
      {"local", [&] { return Result<std::vector<CatalogEntry>>(entries); }}}));
  const std::vector<SecretRef> refs{named("github.TOKEN"), named("none.KEY"),
                                    named("stripe.KEY")};
  const std::vector<Scope> scopes{org("acme")};
  for_each_failure([&] {
    const auto found = failing([&] { return catalog.find(refs, scopes); });
    if (!found) {
      EXPECT_TRUE(has_failed());
      EXPECT_EQ(found.error().code, ErrorCode::kNoMemory) << error_text(found);
      return;
    }
    EXPECT_EQ((*found)[0], entries[0]);
    EXPECT_EQ((*found)[1], std::nullopt);
    EXPECT_EQ((*found)[2], entries[1]);
  });
}

}  // namespace
}  // namespace sotto
