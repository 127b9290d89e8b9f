// SPDX-License-Identifier: Apache-2.0
//
// What lint found in documents, kept until the next run: what has not changed
// since is neither parsed nor linted again.
//
// A finding depends on the bytes of its document, the settings that count for
// it, the names that there are, and the program. All are in the key, and where
// one is not known for certain nothing is taken from here. A document is known
// by its FileState, once that is so old that a change must show in it, else by
// a digest of its bytes.
//
// Nothing of a document is kept but what findings say; of one that has a value
// in the clear, nothing at all. The file belongs to the user and lies in the
// user's own folder: one that is checked out with a project could hide
// findings. What is not as it was written counts as if it were not there.

#ifndef SOTTO_SERVICE_LINT_CACHE_H_
#define SOTTO_SERVICE_LINT_CACHE_H_

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "grammar/template.h"
#include "resolver/lint.h"
#include "service/config.h"
#include "service/file_state.h"

namespace sotto {

// What all findings of a run depend on besides documents and their settings:
// the program, whose secrets are meant, which stores there are, and the file
// that the names come from (a catalog, a secrets.lock), as it is now; "": there
// is none. To be asked before that is read. None if the file changed just now:
// its state does not tell then whether it will have changed again.
Result<std::optional<std::string>> lint_cache_key(const Config& config,
                                                  const std::string& names,
                                                  std::string_view version);

// The same for the same settings and format, and for no others.
std::string lint_settings_key(const LintSettings& settings, Format format);

// Of one project. Thread-safe but for write().
class LintCache {
 public:
  // What is kept of a project, and of how many projects.
  static constexpr std::size_t kMaxBytes = 32u << 20;
  static constexpr std::size_t kMaxProjects = 64;

  // What is known of one document. Valid until write().
  class Entry {
   public:
    // Is the document what it was? False where that cannot be told: of a state
    // that is too new, of bytes of which no digest was taken.
    bool is_of(const FileState& state) const;
    bool is_of(std::string_view bytes) const;
    // None if they cannot be read: then the entry is as good as none.
    std::optional<std::vector<Diagnostic>> findings() const;

   private:
    friend class LintCache;
    std::string_view settings_;
    FileState state_;
    bool is_old_ = false;
    std::string_view digest_;  // Empty: none was taken.
    std::string_view findings_;
  };

  // $XDG_CACHE_HOME/sotto/lint, or ~/.cache/sotto/lint; none if neither
  // variable is set.
  static std::optional<std::filesystem::path> folder();

  // Reads what is kept in `folder` of the project whose configuration, or
  // folder, is `project`: nothing, if there is nothing for this key. Fails with
  // kNoMemory alone.
  static Result<LintCache> open(const std::filesystem::path& folder,
                                std::string_view project, std::string key);
  LintCache(LintCache&&) noexcept;
  LintCache& operator=(LintCache&&) noexcept;
  ~LintCache();

  // Null if nothing is known of the document of this absolute path, or not with
  // these settings.
  const Entry* find(const std::string& path, std::string_view settings) const;

  // Keeps what lint found in a document that was read in this state. A digest
  // is taken only if it was known before, so that the first run costs nothing:
  // what has changed once may change its state alone the next time.
  void keep(const std::string& path, std::string_view settings,
            const FileState& state, std::string_view bytes,
            std::span<const Diagnostic> findings);

  // Writes it, if there is something new. What goes wrong is no trouble: the
  // next run finds nothing, or what was there.
  void write();

 private:
  struct Impl;
  explicit LintCache(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_LINT_CACHE_H_
