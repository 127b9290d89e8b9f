// SPDX-License-Identifier: Apache-2.0

#include "resolver/lint_suppressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/edit_distance.h"

namespace sotto {
namespace {

constexpr std::string_view kMark = "sotto:ignore";

bool is_rule_char(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

// What stops the reading of a document cannot be looked past, and neither can
// a suppression that does nothing.
bool can_be_ignored(std::string_view rule) {
  return rule != "syntax" && rule != "limit" && rule != "no-memory" &&
         rule != "unused-suppression";
}

std::string unknown_rule_hint(std::string_view name) {
  std::vector<std::string> ids;
  for (const RuleInfo& rule : lint_rules()) ids.emplace_back(rule.id);
  const auto meant = nearest(name, ids);
  return meant ? fmt::format("did you mean \"{}\"?", *meant)
               : "docs/rules.md has the rules that there are";
}

}  // namespace

LintSuppressions::LintSuppressions(const Template& parsed,
                                   const DocumentOutline& outline)
    : outline_(outline), is_text_(parsed.format() == Format::kText) {
  if (is_text_) {
    read_lines(parsed.bytes());
  } else {
    read_members(outline);
  }
}

LintSuppressions::RuleSet LintSuppressions::set_of(std::string_view rule) {
  const RuleInfo* const info = find_rule(rule);
  if (info == nullptr) return 0;
  return RuleSet{1} << (info - lint_rules().data());
}

void LintSuppressions::read_members(const DocumentOutline& outline) {
  std::vector<bool> is_mark;
  for (std::uint32_t i = 0; i < outline.members().size(); ++i) {
    const DocumentOutline::Member& member = outline.members()[i];
    if (member.name.size() < kMark.size() ||
        !outline.reads(member.name, kMark)) {
      continue;
    }
    if (is_mark.empty()) is_mark.resize(outline.members().size());
    is_mark[i] = true;
    areas_.push_back({.object = member.object,
                      .span = outline.objects()[member.object].span});
  }
  if (areas_.empty()) return;
  std::sort(areas_.begin(), areas_.end(),
            [](const Area& a, const Area& b) { return a.object < b.object; });
  for (const DocumentOutline::String& string : outline.strings()) {
    if (string.member == DocumentOutline::kNone || !is_mark[string.member] ||
        outline.members()[string.member].object != string.object) {
      continue;
    }
    const auto area = std::lower_bound(
        areas_.begin(), areas_.end(), string.object,
        [](const Area& a, std::uint32_t object) { return a.object < object; });
    const std::string name = outline.decoded(string.content);
    area->rules |= set_of(name);
    namings_.push_back({string.content,
                        static_cast<std::size_t>(area - areas_.begin()), name,
                        set_of(name)});
  }
}

void LintSuppressions::read_lines(std::string_view text) {
  for (std::size_t at = 0; (at = text.find(kMark, at)) != text.npos;) {
    const std::size_t line = text.rfind('\n', at) + 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t next =
        end == text.size() ? end
                           : std::min(text.find('\n', end + 1), text.size());
    areas_.push_back({.span = {line, next}});
    read_list(text, at + kMark.size(), end);
    at = end;
  }
}

// "RULE[,RULE]", blanks around.
void LintSuppressions::read_list(std::string_view text, std::size_t begin,
                                 std::size_t end) {
  for (std::size_t at = begin; at < end;) {
    if (text[at] == ' ' || text[at] == '\t' ||
        (at > begin && text[at] == ',')) {
      ++at;
      continue;
    }
    std::size_t stop = at;
    while (stop < end && is_rule_char(text[stop])) ++stop;
    if (stop == at) return;
    std::string name(text.substr(at, stop - at));
    const RuleSet rule = set_of(name);
    areas_.back().rules |= rule;
    namings_.push_back({{at, stop}, areas_.size() - 1, std::move(name), rule});
    // What follows without a comma is prose.
    at = text.substr(0, end).find_first_not_of(" \t", stop);
    if (at == text.npos || text[at] != ',') return;
  }
}

bool LintSuppressions::covers_here(Area& area, RuleSet rule) {
  if ((area.rules & rule) == 0) return false;
  area.used |= rule;
  return true;
}

bool LintSuppressions::covers(std::string_view rule, std::size_t offset) {
  if (areas_.empty() || !can_be_ignored(rule)) return false;
  const RuleSet set = set_of(rule);
  if (is_text_) {
    // Lines of areas overlap the next one's alone.
    const auto next = std::upper_bound(
        areas_.begin(), areas_.end(), offset,
        [](std::size_t at, const Area& area) { return at < area.span.begin; });
    for (auto area = next; area != areas_.begin() && next - area < 2;) {
      --area;
      if (offset <= area->span.end && covers_here(*area, set)) return true;
    }
    return false;
  }
  for (std::uint32_t object = outline_.object_at(offset);
       object != DocumentOutline::kNone;
       object = outline_.objects()[object].parent) {
    const auto area = std::lower_bound(
        areas_.begin(), areas_.end(), object,
        [](const Area& a, std::uint32_t wanted) { return a.object < wanted; });
    if (area != areas_.end() && area->object == object &&
        covers_here(*area, set)) {
      return true;
    }
  }
  return false;
}

void LintSuppressions::report_unused(
    LintFindings& findings,
    const std::function<bool(std::string_view)>& was_checked) const {
  for (const Naming& naming : namings_) {
    if (naming.rule == 0) {
      findings.add(naming.span,
                   fmt::format("there is no rule \"{}\"", naming.name),
                   unknown_rule_hint(naming.name));
    } else if (!can_be_ignored(naming.name)) {
      findings.add(naming.span,
                   fmt::format("rule \"{}\" cannot be ignored", naming.name),
                   "take it out of \"sotto:ignore\"");
    } else if ((areas_[naming.area].used & naming.rule) == 0 &&
               was_checked(naming.name)) {
      findings.add(naming.span,
                   fmt::format("rule \"{}\" finds nothing here", naming.name),
                   "take it out of \"sotto:ignore\"");
    }
  }
}

}  // namespace sotto
