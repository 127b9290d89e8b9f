// SPDX-License-Identifier: Apache-2.0
//
// What `sotto validate` adds to lint: the stores are asked, without reading a
// value, and what rendering will cost is counted.

#ifndef SOTTO_SERVICE_VALIDATION_H_
#define SOTTO_SERVICE_VALIDATION_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "resolver/store_inquiry.h"
#include "service/document.h"
#include "service/engine.h"

namespace sotto {

// "1 call of a store", "3 calls of stores".
std::string calls_text(std::size_t calls);

// Belongs to one thread.
class Validation {
 public:
  // `max_calls`: of stores, to render one document; none: any number.
  Validation(std::shared_ptr<Engine> engine,
             std::optional<std::size_t> max_calls);

  // Counts what rendering this document takes.
  void count(const Document& document);

  // A FactsSource: fails as Engine::lint_facts() does. What a store refuses is
  // a finding.
  Result<LintFacts> facts(std::span<const Template* const> templates) {
    return engine_->lint_facts(templates, inquiry_);
  }

  // What is known of all names, for reading. Fails as Engine::catalog() does.
  Result<const Catalog*> catalog() { return engine_->catalog(); }

  // Until now, of all documents that were counted.
  std::size_t calls() const { return calls_; }
  // A sentence for each document that takes more than it may, and for what
  // could not be counted.
  const std::vector<Error>& errors() const { return errors_; }
  // Stores that could not say of some secret whether it may be read.
  std::vector<std::string> mute_stores() const;

 private:
  std::shared_ptr<Engine> engine_;
  std::optional<std::size_t> max_calls_;
  StoreInquiry inquiry_;
  std::size_t calls_ = 0;
  std::vector<Error> errors_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_VALIDATION_H_
