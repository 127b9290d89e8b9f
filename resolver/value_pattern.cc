// SPDX-License-Identifier: Apache-2.0

#include "resolver/value_pattern.h"

#include <utility>
#include <vector>

#include "resolver/pattern_steps.h"

namespace sotto {
namespace {

// The steps that a value can have reached, each once.
class Reached {
 public:
  explicit Reached(const PatternPart& steps)
      : steps_(&steps), seen_(steps.size() + 1, 0) {}

  void clear() {
    at_.clear();
    ++round_;
  }

  // A step, and those that are reached from it without reading on.
  void add(std::size_t step) {
    open_.push_back(step);
    while (!open_.empty()) {
      const std::size_t next = open_.back();
      open_.pop_back();
      if (seen_[next] == round_) continue;
      seen_[next] = round_;
      if (next == steps_->size()) continue;
      const PatternStep& reached = (*steps_)[next];
      if (reached.kind == PatternStep::Kind::kBytes) {
        at_.push_back(next);
        continue;
      }
      const auto here = static_cast<std::ptrdiff_t>(next);
      open_.push_back(static_cast<std::size_t>(here + reached.one));
      open_.push_back(static_cast<std::size_t>(here + reached.other));
    }
  }

  // Those that read a byte.
  const std::vector<std::size_t>& steps() const { return at_; }
  bool at_end() const { return seen_[steps_->size()] == round_; }

 private:
  const PatternPart* steps_;
  std::vector<std::size_t> at_;
  std::vector<std::size_t> open_;
  std::vector<std::size_t> seen_;  // By step: in which round.
  std::size_t round_ = 1;
};

}  // namespace

struct ValuePattern::Program {
  std::string text;
  PatternSteps compiled;
};

tl::expected<ValuePattern, PatternMistake> ValuePattern::parse(
    std::string_view text) {
  auto steps = compile_pattern(text);
  if (!steps) return tl::unexpected(steps.error());
  return ValuePattern(std::make_shared<const Program>(
      Program{std::string(text), std::move(*steps)}));
}

bool ValuePattern::matches(const SecretString& value) const {
  const auto& [steps, sets] = program_->compiled;
  Reached now(steps);
  Reached next(steps);
  now.add(0);
  for (const char c : value.expose()) {
    if (now.steps().empty()) return false;
    next.clear();
    for (const std::size_t at : now.steps()) {
      if (sets[steps[at].set][static_cast<unsigned char>(c)]) next.add(at + 1);
    }
    std::swap(now, next);
  }
  return now.at_end();
}

const std::string& ValuePattern::text() const { return program_->text; }

}  // namespace sotto
