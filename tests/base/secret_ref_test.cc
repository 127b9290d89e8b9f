// SPDX-License-Identifier: Apache-2.0

#include "base/secret_ref.h"

#include <gtest/gtest.h>

namespace sotto {
namespace {

TEST(NameTest, IsWhatTheGrammarCanWrite) {
  for (const char* good :
       {"a", "A", "_", "0", "a-b", "__proto__", "con", "a-"}) {
    EXPECT_TRUE(is_name(good)) << good;
  }
  for (const char* bad : {"", "-", "-a", ".", "..", "a.b", "a b", "a/b", "ä"}) {
    EXPECT_FALSE(is_name(bad)) << bad;
  }
  EXPECT_TRUE(is_name(std::string(127, 'x')));
  EXPECT_FALSE(is_name(std::string(128, 'x')));
  EXPECT_FALSE(is_name(std::string_view("a\0b", 3)));
}

TEST(SecretRefTest, IsReadAndWrittenAsGroupDotKey) {
  const auto ref = parse_secret_ref("my_github.GH_TOKEN");
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->group, "my_github");
  EXPECT_EQ(ref->key, "GH_TOKEN");
  EXPECT_EQ(to_string(*ref), "my_github.GH_TOKEN");
}

std::string error_of(std::string_view text) {
  const auto ref = parse_secret_ref(text);
  return ref ? "none" : to_string(ref.error());
}

TEST(SecretRefTest, SaysWhichPartIsWrong) {
  EXPECT_EQ(error_of("TOKEN"),
            "\"TOKEN\" is not a secret's name: expected group.KEY\n"
            "hint: name a secret as in github.TOKEN");
  EXPECT_EQ(error_of("a.b.c"),
            "\"a.b.c\" is not a secret's name: expected group.KEY\n"
            "hint: name a secret as in github.TOKEN");
  EXPECT_EQ(error_of("-a.B"),
            "\"-a\" is not the name of a group\n"
            "hint: a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with "
            "'-'");
  EXPECT_EQ(error_of("a."),
            "\"\" is not the name of a key\n"
            "hint: a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with "
            "'-'");
}

TEST(SecretRefTest, DoesNotRepeatWhatATerminalMustNotBeSent) {
  EXPECT_EQ(error_of("\033[2J"),
            "this is not a secret's name: expected group.KEY\n"
            "hint: name a secret as in github.TOKEN");
}

TEST(ScopeTest, IsThePlatformOrAnOrganization) {
  EXPECT_TRUE(Scope::parse("platform")->is_platform());
  const auto acme = Scope::parse("org/acme");
  ASSERT_TRUE(acme);
  EXPECT_EQ(acme->organization(), "acme");
  EXPECT_EQ(to_string(*acme), "org/acme");
  for (const char* bad : {"", "acme", "org/", "org/a/b", "org/..", "Platform",
                          "platform/", "org/-a"}) {
    EXPECT_FALSE(Scope::parse(bad)) << bad;
  }
  EXPECT_EQ(to_string(Scope::parse("acme").error()),
            "\"acme\" is not a scope: expected \"platform\" or \"org/NAME\"\n"
            "hint: a name is 1 to 127 of A-Z a-z 0-9 _ -, not starting with "
            "'-'");
}

TEST(ScopeTest, IsLookedUpBeforeThePlatform) {
  const Scope acme = *Scope::parse("org/acme");
  EXPECT_EQ(acme.lookup_order(), (std::vector<Scope>{acme, Scope::platform()}));
  EXPECT_EQ(Scope::platform().lookup_order(),
            (std::vector<Scope>{Scope::platform()}));
}

}  // namespace
}  // namespace sotto
