// SPDX-License-Identifier: Apache-2.0

#include "base/edit_distance.h"

#include <algorithm>
#include <utility>

namespace sotto {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = lower(c);
  return folded;
}

// What both begin and end with is no part of a difference.
void trim_common(std::string_view& a, std::string_view& b) {
  while (!a.empty() && !b.empty() && lower(a.front()) == lower(b.front())) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && lower(a.back()) == lower(b.back())) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
}

}  // namespace

// Optimal string alignment, three rows at a time, each as far around the
// diagonal as the limit lets it be.
std::size_t edit_distance(std::string_view a, std::string_view b,
                          std::size_t limit) {
  if (a == b) return 0;
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  trim_common(a, b);
  if (b.empty()) return 1;  // Only case differs.
  if (a.empty()) return b.size();

  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> rows(3 * width, limit + 1);
  std::size_t* before_last = rows.data();
  std::size_t* last = before_last + width;
  std::size_t* row = last + width;
  for (std::size_t j = 0; j <= std::min(limit, b.size()); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t begin = i > limit ? i - limit : 1;
    const std::size_t end = std::min(b.size(), i + limit);
    row[begin - 1] = begin == 1 ? i : limit + 1;
    std::size_t least = row[begin - 1];
    for (std::size_t j = begin; j <= end; ++j) {
      const char from = lower(a[i - 1]);
      const char to = lower(b[j - 1]);
      std::size_t cost = last[j - 1] + (from != to);
      cost = std::min({cost, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from == lower(b[j - 2]) && lower(a[i - 2]) == to) {
        cost = std::min(cost, before_last[j - 2] + 1);
      }
      row[j] = cost;
      least = std::min(least, cost);
    }
    if (least > limit) return limit + 1;
    if (end < b.size()) row[end + 1] = limit + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::optional<std::string> nearest(std::string_view name,
                                   const std::vector<std::string>& candidates) {
  const std::string folded = lower(name);
  for (const std::string& candidate : candidates) {
    if (candidate != name && lower(candidate) == folded) return candidate;
  }
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
  const std::string* found = nullptr;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate, best - 1);
    if (distance >= best) continue;
    best = distance;
    found = &candidate;
  }
  return found ? std::optional(*found) : std::nullopt;
}

}  // namespace sotto
