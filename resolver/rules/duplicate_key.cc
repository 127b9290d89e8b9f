// SPDX-License-Identifier: Apache-2.0
//
// Readers of JSON differ in which of two equal keys counts: what was reviewed
// may not be what runs.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "resolver/lint_rule.h"

namespace sotto {
namespace {

using Member = DocumentOutline::Member;

// Objects of up to so many members are compared each with each.
constexpr std::size_t kFew = 16;
// Keys are told in full up to here.
constexpr std::size_t kMaxTold = 100;

class Keys {
 public:
  Keys(const DocumentOutline& outline, LintFindings& findings)
      : outline_(outline), findings_(findings) {}

  void check(const DocumentOutline::Object& object) {
    members_.clear();
    bool escaped = false;
    for (std::uint32_t i = object.first; i != DocumentOutline::kNone;
         i = outline_.members()[i].next) {
      members_.push_back(&outline_.members()[i]);
      escaped = escaped || raw(i).find('\\') != std::string_view::npos;
    }
    if (members_.size() < 2) return;
    if (escaped || members_.size() > kFew) return compare_by_table();
    compare_each();
  }

 private:
  std::string_view raw(std::uint32_t member) const {
    return outline_.raw(outline_.members()[member].name);
  }

  void compare_each() {
    for (std::size_t i = 1; i < members_.size(); ++i) {
      const std::string_view name = outline_.raw(members_[i]->name);
      const bool known = std::any_of(
          members_.begin(), members_.begin() + static_cast<std::ptrdiff_t>(i),
          [&](const Member* before) {
            return outline_.raw(before->name) == name;
          });
      if (known) report(*members_[i], std::string(name));
    }
  }

  void compare_by_table() {
    std::unordered_set<std::string> known;
    for (const Member* const member : members_) {
      std::string name = outline_.decoded(member->name);
      if (!known.insert(name).second) report(*member, std::move(name));
    }
  }

  void report(const Member& member, std::string name) {
    if (name.size() > kMaxTold) name.resize(kMaxTold);
    findings_.add(
        member.name,
        fmt::format("key \"{}\" was given before in this object", name),
        "readers take one or the other: keep one");
  }

  const DocumentOutline& outline_;
  LintFindings& findings_;
  std::vector<const Member*> members_;
};

void check(const LintDocument& document, LintFindings& findings) {
  Keys keys(document.outline, findings);
  for (const DocumentOutline::Object& object : document.outline.objects()) {
    keys.check(object);
  }
}

}  // namespace

constexpr LintRule kDuplicateKey{{"duplicate-key", RuleLevel::kWarning,
                                  "an object has a key more than once"},
                                 check};

}  // namespace sotto
