// SPDX-License-Identifier: Apache-2.0
//
// A folder for the files of one test.

#ifndef SOTTO_TESTS_BASE_TESTING_FOLDER_H_
#define SOTTO_TESTS_BASE_TESTING_FOLDER_H_

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace sotto::testing {

// A new folder (0700), removed with all that is in it. Its path has no links
// in it, so that paths can be compared.
class TempFolder {
 public:
  // `place`: where it is made; empty: where temporary files are.
  explicit TempFolder(const std::filesystem::path& place = {}) {
    std::string name =
        std::filesystem::canonical(
            place.empty() ? std::filesystem::temp_directory_path() : place) /
        "sotto-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  // Writes a file (0600) with its folders, and tells where it is.
  std::filesystem::path write(std::string_view name,
                              std::string_view text) const {
    using std::filesystem::perms;
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
    return file;
  }
  // How many entries it has.
  std::size_t count() const {
    const std::filesystem::directory_iterator entries(path_);
    return static_cast<std::size_t>(std::distance(begin(entries), {}));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_BASE_TESTING_FOLDER_H_
