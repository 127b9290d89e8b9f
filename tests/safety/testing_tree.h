// SPDX-License-Identifier: Apache-2.0
//
// The project's own source files, as text to be checked.

#ifndef SOTTO_TESTS_SAFETY_TESTING_TREE_H_
#define SOTTO_TESTS_SAFETY_TESTING_TREE_H_

#include <string>
#include <string_view>
#include <vector>

namespace sotto::testing_safety {

// A file of the product (not of tests, bench, fuzz, examples).
struct SourceFile {
  std::string path;    // From the root, as in "base/result.h".
  std::string folder;  // "base"
  std::string text;

  bool is_header() const { return path.ends_with(".h"); }
};

// One #include of a file.
struct Include {
  std::string name;     // "base/result.h", "sys/mman.h"
  bool quoted = false;  // "..." and not <...>.
};

// Every .h and .cc of base, grammar, store, resolver, render, service, tool;
// sorted by path. Read once.
const std::vector<SourceFile>& product_files();

// The headers that CMakeLists.txt calls public; sorted.
const std::vector<std::string>& public_headers();

std::vector<Include> includes_of(std::string_view text);

// The text with comments and the content of literals blanked out; line breaks
// stay.
std::string code_of(std::string_view text);

// The content of a file of the project; empty if there is none.
std::string project_text(std::string_view path);

}  // namespace sotto::testing_safety

#endif  // SOTTO_TESTS_SAFETY_TESTING_TREE_H_
