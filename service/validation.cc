// SPDX-License-Identifier: Apache-2.0

#include "service/validation.h"

#include <fmt/format.h>

#include <utility>

#include "base/visible_text.h"
#include "service/plan_cost.h"

namespace sotto {

std::string calls_text(std::size_t calls) {
  return calls == 1 ? "1 call of a store"
                    : fmt::format("{} calls of stores", calls);
}

Validation::Validation(std::shared_ptr<Engine> engine,
                       std::optional<std::size_t> max_calls)
    : engine_(std::move(engine)),
      max_calls_(max_calls),
      inquiry_(engine_->inquiry()) {}

void Validation::count(const Document& document) {
  if (!document.parsed.ok()) return;
  const auto plan = engine_->plan(document.parsed);
  if (!plan) {
    errors_.push_back(plan.error());
    return;
  }
  const std::size_t calls = plan_cost(*plan, engine_->config()).all_calls;
  calls_ += calls;
  if (!max_calls_ || calls <= *max_calls_) return;
  errors_.push_back({ErrorCode::kLimit,
                     fmt::format("{}: rendering it takes {}: expected at most "
                                 "{}",
                                 visible_line(document.input.name),
                                 calls_text(calls), *max_calls_),
                     "put keys that are used together into one group"});
}

std::vector<std::string> Validation::mute_stores() const {
  const auto& mute = inquiry_.mute_stores();
  return {mute.begin(), mute.end()};
}

}  // namespace sotto
