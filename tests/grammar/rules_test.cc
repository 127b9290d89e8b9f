// SPDX-License-Identifier: Apache-2.0

#include "grammar/rules.h"

#include <gtest/gtest.h>

#include <tao/pegtl/contrib/analyze.hpp>

namespace sotto {
namespace {

// PEGTL's own analysis: no rule calls itself without reading, no loop turns
// without progress.
TEST(RulesTest, HaveNoLeftRecursionAndNoEmptyLoops) {
  EXPECT_EQ(tao::pegtl::analyze<rules::expression>(-1), 0u);
}

}  // namespace
}  // namespace sotto
