// SPDX-License-Identifier: Apache-2.0
//
// One pattern of paths, as a line of .gitignore has it: "*.json", "/build/",
// "flows/**/draft-?.json". Matching takes time in proportion to the lengths of
// both, whatever is in them. Internal to service/.

#ifndef SOTTO_SERVICE_PATH_PATTERN_H_
#define SOTTO_SERVICE_PATH_PATTERN_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sotto {

// What "*", "?", "[a-z]", "**" and "\" mean in a path: `*` and `?` no '/', a
// component "**" any number of folders.
class GlobPattern {
 public:
  // How much of "**" is known: in the name of a file it is "*".
  enum class Of : std::uint8_t { kName, kPath };

  explicit GlobPattern(std::string_view text, Of of = Of::kPath);

  bool matches(std::string_view path) const;

 private:
  enum class Kind : std::uint8_t {
    kByte,
    kAny,           // '?'
    kOneOf,         // '[...]'
    kStar,          // Loops on all but '/'.
    kDeepStar,      // Loops on everything.
    kFoldersBegin,  // "**/": goes on to kFolders, or past it.
    kFolders,       // Loops on everything, and goes on behind a '/'.
  };
  struct Token {
    Kind kind;
    char byte = '\0';
    std::size_t set = 0;  // sets_[set]
  };
  using ByteSet = std::bitset<256>;

  void add_stars(std::string_view text, std::size_t& at);
  // Fails, with false, where there is no ']'.
  bool add_set(std::string_view text, std::size_t& at);
  bool may_match(std::string_view path) const;
  void enter(std::vector<bool>& states, std::size_t state) const;
  bool takes(const Token& token, char c) const;

  Of of_;
  bool is_sound_ = true;  // A pattern that is broken matches nothing.
  std::vector<Token> tokens_;
  std::vector<ByteSet> sets_;
};

// Is there a '*', '?' or '[' in it?
bool has_wildcard(std::string_view text);

// A line of .gitignore. One without a '/' but at its end counts for names in
// every folder, any other for paths from the folder of its file; one with a '/'
// at its end for folders alone.
class PathPattern {
 public:
  // None: an empty line or a comment.
  static std::optional<PathPattern> parse_line(std::string_view line);
  // The same of a text that is one pattern, whatever it begins or ends with.
  explicit PathPattern(std::string_view text);

  bool is_negated() const { return is_negated_; }

  // `path` is relative to the folder of the pattern's file.
  bool matches(std::string_view path, bool is_folder) const;

  // Is it the file itself, or a folder that it lies in?
  bool covers(std::string_view file) const;

 private:
  PathPattern(std::string_view text, bool is_negated);

  bool is_negated_ = false;
  bool is_for_folders_ = false;
  bool is_for_names_ = false;
  GlobPattern glob_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_PATH_PATTERN_H_
