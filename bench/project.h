// SPDX-License-Identifier: Apache-2.0
//
// A project of the command sotto in a folder in memory, with secrets and
// documents in it.

#ifndef SOTTO_BENCH_PROJECT_H_
#define SOTTO_BENCH_PROJECT_H_

#include <string>
#include <string_view>
#include <vector>

#include "bench/generate.h"
#include "bench/process.h"

namespace sotto::bench {

class Project {
 public:
  // `sotto init` and `sotto secret import`.
  Project(const std::string& sotto, const std::vector<Secret>& secrets);

  // Did they succeed?
  bool ok() const { return ok_; }

  const MemoryFolder& folder() const { return folder_; }
  // Writes a file of the project; its path.
  std::string write(std::string_view name, std::string_view text) const;
  // `sotto render FILE`, or another command, in the project.
  Command command(std::vector<std::string> words) const;

 private:
  MemoryFolder folder_;
  std::string sotto_;
  bool ok_ = false;
};

// The values as `sotto secret import` and the peers read them:
// {"group.KEY": "value"}.
std::string to_json(const std::vector<Secret>& secrets);

}  // namespace sotto::bench

#endif  // SOTTO_BENCH_PROJECT_H_
