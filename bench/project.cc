// SPDX-License-Identifier: Apache-2.0

#include "bench/project.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace sotto::bench {

Project::Project(const std::string& sotto, const std::vector<Secret>& secrets)
    : sotto_(sotto) {
  const std::string values = write("import.json", to_json(secrets));
  ok_ = time_command(command({"init"})) &&
        time_command(command({"secret", "import", values}));
  std::error_code ignored;
  std::filesystem::remove(values, ignored);
}

std::string Project::write(std::string_view name, std::string_view text) const {
  const std::filesystem::path path = folder_ / name;
  write_file(path, text);
  return path;
}

Command Project::command(std::vector<std::string> words) const {
  words.insert(words.begin(), sotto_);
  Command command;
  command.words = std::move(words);
  command.folder = folder_.path();
  return command;
}

std::string to_json(const std::vector<Secret>& secrets) {
  nlohmann::ordered_json values;
  for (const Secret& secret : secrets) {
    values[to_string(secret.ref)] = secret.value;
  }
  return values.dump();
}

}  // namespace sotto::bench
