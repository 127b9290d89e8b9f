// SPDX-License-Identifier: Apache-2.0
//
// What Git ignores: the .gitignore of each folder, and .git/info/exclude of the
// repository. What the user's own Git is told besides (core.excludesFile) does
// not count: a finding must not depend on whose machine it is. Internal to
// service/.

#ifndef SOTTO_SERVICE_IGNORE_RULES_H_
#define SOTTO_SERVICE_IGNORE_RULES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "service/path_pattern.h"

namespace sotto {

// The rules that count in one folder: its own before those of the folders
// around it. Immutable, and shared with the folders in it.
class IgnoreRules {
 public:
  using Ptr = std::shared_ptr<const IgnoreRules>;

  // Those that count in `folder`: an absolute path in normal form, without a
  // '/' at its end. If it lies in a repository, from the root of that down.
  // Fails with kIo, naming the file that cannot be read.
  static Result<Ptr> of_folder(const std::string& folder);

  // The same for a folder in it. `has_file`: it has a .gitignore.
  static Result<Ptr> inside(Ptr outer, const std::string& folder,
                            bool has_file);

  // `path` as above; it lies in the folder.
  bool ignore(std::string_view path, bool is_folder) const;

 private:
  struct Lines {
    std::size_t base_size = 0;  // What of a path is not relative to the file.
    std::vector<PathPattern> patterns;
  };

  static Result<std::vector<PathPattern>> read(const std::string& file);

  Ptr outer_;
  Lines lines_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_IGNORE_RULES_H_
