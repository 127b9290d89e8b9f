// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "store/azure/names.h"
#include "store/azure/policy.h"

namespace sotto {
namespace {

Scope scope(std::string_view text) { return *Scope::parse(text); }

std::string name_of(std::string_view where, const SecretRef& ref) {
  const auto name = azure_secret_name(scope(where), ref);
  return name ? *name : to_string(name.error());
}

// Reads a name back, as somebody would who has only its description: "org/acme
// my-db.Password".
std::string read_back(std::string_view name) {
  std::vector<std::string> parts(1);
  bool capital = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c != '-') {
      parts.back() += capital && c >= 'a' ? static_cast<char>(c - 32) : c;
      continue;
    }
    switch (name[++i]) {
      case '-':
        // The last of four parts, or of five of an organization.
        parts.emplace_back();
        capital = parts.size() == (parts[1] == "org" ? 5 : 4);
        break;
      case '0':
        parts.back() += '_';
        break;
      case '1':
        parts.back() += '-';
        break;
      case 'u':
        capital = true;
        break;
      case 'l':
        capital = false;
        break;
      default:
        return "?";
    }
  }
  return parts.size() == 4
             ? "platform " + parts[2] + "." + parts[3]
             : "org/" + parts[2] + " " + parts[3] + "." + parts[4];
}

TEST(AzureNames, ReadAsTheyAreMeant) {
  EXPECT_EQ(name_of("platform", {"github", "GH_TOKEN"}),
            "sotto--platform--github--gh-0token");
  EXPECT_EQ(name_of("org/acme", {"my-db", "Password"}),
            "sotto--org--acme--my-1db--p-lassword");
  EXPECT_EQ(name_of("org/A1", {"A", "b2C"}), "sotto--org---ua1---ua---lb2-uc");
}

TEST(AzureNames, AreToldApartWithoutCase) {
  std::mt19937 random(20'240'602);
  constexpr std::string_view kChars = "aAbBuUlL01_-";
  const auto any_name = [&] {
    std::string name(1, kChars[random() % (kChars.size() - 1)]);
    for (auto size = random() % 5; size > 0; --size) {
      name += kChars[random() % kChars.size()];
    }
    return name;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string where =
        random() % 3 == 0 ? "platform" : "org/" + any_name();
    const SecretRef ref{any_name(), any_name()};
    const std::string name = name_of(where, ref);
    // What can be read back is of one secret; without a capital letter, case
    // makes no difference.
    EXPECT_EQ(read_back(name), where + " " + to_string(ref)) << name;
    EXPECT_EQ(name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-"),
              std::string::npos)
        << name;
  }
}

TEST(AzureNames, MustFit) {
  const std::string fits(127 - 17 - 2 - 1, 'a');
  EXPECT_EQ(name_of("platform", {fits, "K"}),
            "sotto--platform--" + fits + "--k");
  EXPECT_EQ(name_of("platform", {fits, "K_"}),
            "the name of \"" + fits +
                ".K_\" of platform is too long for a Key Vault: expected at "
                "most 127 characters, found 129\n"
                "hint: shorten the group or the key");
}

TEST(AzurePolicy, NeedsTheNameOfAVault) {
  EXPECT_TRUE(is_azure_vault("abc"));
  EXPECT_TRUE(is_azure_vault("My-Vault-24-characters-x"));
  for (const std::string_view bad : {"", "ab", "my_vault", "a.b", "a b", "$(x)",
                                     "My-Vault-25-characters-xy"}) {
    EXPECT_FALSE(is_azure_vault(bad)) << bad;
  }
  const auto policy = azure_policy("my_vault", {}, {});
  ASSERT_FALSE(policy);
  EXPECT_EQ(to_string(policy.error()),
            "\"my_vault\" is not the name of a Key Vault\n"
            "hint: a name is 3 to 24 of 0-9 a-z A-Z -");
}

}  // namespace
}  // namespace sotto
