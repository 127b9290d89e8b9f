// SPDX-License-Identifier: Apache-2.0

#include "tests/cli/testing_script.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cli/testing_canary.h"
#include "tests/cli/testing_process.h"

namespace sotto::testing {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

// Is there a line that matches?
bool matches(const std::string& pattern, const std::string& text) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(),
              REG_EXTENDED | REG_NEWLINE | REG_NOSUB) != 0) {
    ADD_FAILURE() << "not a regular expression: " << pattern;
    return false;
  }
  const bool found = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return found;
}

std::string replaced(std::string text, std::string_view what,
                     std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

class Script {
 public:
  explicit Script(const fs::path& file) : file_(file) {
    environment_ = sandbox_.environment();
    unpack(with_canaries(read_file(file)));
  }

  void run() {
    for (const auto& [number, line] : lines_) {
      line_ = number;
      command_ = line;
      Words words = split(line);
      if (words.empty()) continue;
      const bool negated = words.front() == "!";
      if (negated) words.erase(words.begin());
      if (words.front() == "asroot" || words.front() == "notroot") {
        if ((words.front() == "asroot") == (::geteuid() == 0)) continue;
        return;
      }
      if (!execute(words, negated)) {
        fail();
        return;
      }
    }
  }

 private:
  // Commands first, then files.
  void unpack(const std::string& text) {
    fs::path inlined;
    std::string content;
    int number = 0;
    const auto finish = [&] {
      if (!inlined.empty()) write_file(sandbox_.work() / inlined, content);
      content.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      ++number;
      if (line.starts_with("-- ") && line.ends_with(" --")) {
        finish();
        inlined = line.substr(3, line.size() - 6);
      } else if (inlined.empty()) {
        lines_.emplace_back(number, line);
      } else {
        content += line + '\n';
      }
    }
    finish();
  }

  Words split(const std::string& line) const {
    Words words;
    std::size_t at = 0;
    while (at < line.size()) {
      if (line[at] == ' ') {
        ++at;
        continue;
      }
      if (line[at] == '#' && words.empty()) break;
      std::string word;
      while (at < line.size() && line[at] != ' ') {
        if (line[at] == '\'') {
          const std::size_t close = line.find('\'', at + 1);
          word += line.substr(at + 1, close - at - 1);
          at = close + 1;
        } else if (line[at] == '$') {
          std::size_t end = at + 1;
          while (end < line.size() &&
                 (std::isalnum(static_cast<unsigned char>(line[end])) ||
                  line[end] == '_')) {
            ++end;
          }
          const auto found =
              environment_.find(line.substr(at + 1, end - at - 1));
          if (found != environment_.end()) word += found->second;
          at = end;
        } else {
          word += line[at++];
        }
      }
      words.push_back(word);
    }
    return words;
  }

  fs::path path(const std::string& name) const {
    return sandbox_.work() / name;
  }

  std::string text_of(const std::string& name) const {
    if (name == "stdout") return last_.out;
    if (name == "stderr") return last_.err;
    return read_file(path(name));
  }

  bool run_words(const Words& words, bool negated) {
    Program program;
    program.args = words;
    if (words.front() == "sotto") {
      program.args.front() = command_under_test().string();
    }
    program.folder = sandbox_.work();
    program.environment = environment_;
    if (!input_.empty()) program.input = input_;
    program.output = output_;
    program.mask = mask_;
    last_ = run_program(program);
    input_.clear();
    output_.clear();
    // A crash is never what was expected.
    if (last_.status >= 128 ||
        last_.err.find("Sanitizer") != std::string::npos) {
      return false;
    }
    return (last_.status != 0) == negated;
  }

  bool execute(const Words& words, bool negated) {
    const std::string& verb = words.front();
    const auto arg = [&](std::size_t n) { return words.at(n); };
    if (verb == "sotto") return run_words(words, negated);
    if (verb == "sh") return run_words({"sh", "-c", arg(1)}, negated);
    if (verb == "status") return last_.status == std::stoi(arg(1));
    if (verb == "stdout" || verb == "stderr") {
      return matches(arg(1), text_of(verb)) != negated;
    }
    if (verb == "cmp") return compare(arg(1), arg(2), negated);
    if (verb == "stdin") {
      input_ = path(arg(1));
      return true;
    }
    if (verb == "output") {
      output_ = path(arg(1));
      return true;
    }
    if (verb == "env") return set_variable(arg(1));
    if (verb == "umask") {
      mask_ = static_cast<mode_t>(std::stoi(arg(1), nullptr, 8));
      return true;
    }
    if (verb == "exists") {
      return std::all_of(
          words.begin() + 1, words.end(), [&](const std::string& name) {
            return fs::exists(fs::symlink_status(path(name))) != negated;
          });
    }
    if (verb == "mode") {
      struct stat info{};
      return ::lstat(path(arg(1)).c_str(), &info) == 0 &&
             (info.st_mode & 07777) ==
                 static_cast<mode_t>(std::stoi(arg(2), nullptr, 8));
    }
    ADD_FAILURE() << "unknown word " << verb;
    return false;
  }

  bool compare(const std::string& one, const std::string& other, bool negated) {
    const std::string work = sandbox_.work().string();
    const std::string is = replaced(text_of(one), work, "$WORK");
    const std::string wanted = replaced(text_of(other), work, "$WORK");
    if ((is == wanted) != negated) return true;
    if (!negated) {
      ADD_FAILURE() << "---- " << one << "\n"
                    << is << "---- " << other << "\n"
                    << wanted << "----";
    }
    return false;
  }

  bool set_variable(const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const std::string value = assignment.substr(equals + 1);
    if (value.empty()) {
      environment_.erase(name);
    } else {
      environment_[name] = value;
    }
    return true;
  }

  void fail() const {
    std::string listing;
    std::error_code ignored;
    for (const auto& entry :
         fs::recursive_directory_iterator(sandbox_.work(), ignored)) {
      listing += "  " +
                 entry.path().lexically_relative(sandbox_.work()).string() +
                 '\n';
    }
    ADD_FAILURE() << file_.filename().string() << ':' << line_ << ": "
                  << command_ << "\n---- status " << last_.status
                  << "\n---- stdout\n"
                  << last_.out.substr(0, 4000) << "\n---- stderr\n"
                  << last_.err.substr(0, 4000) << "\n---- files\n"
                  << listing;
  }

  fs::path file_;
  Sandbox sandbox_;
  std::map<std::string, std::string> environment_;
  std::vector<std::pair<int, std::string>> lines_;
  int line_ = 0;
  std::string command_;
  fs::path input_;
  fs::path output_;
  mode_t mask_ = 022;
  Ended last_;
};

}  // namespace

void run_script(const fs::path& script) { Script(script).run(); }

}  // namespace sotto::testing
