// SPDX-License-Identifier: Apache-2.0
//
// Writes rendered text, which is as secret as what is in it, to a file.

#ifndef SOTTO_SERVICE_OUTPUT_FILE_H_
#define SOTTO_SERVICE_OUTPUT_FILE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/wiped_buffer.h"
#include "service/signal_hold.h"

namespace sotto {

enum class FileWrite : std::uint8_t {
  kWritten,
  kUnchanged,  // The file held exactly that already, and stays as it was.
};

// Makes `file` hold `text`, mode 0600 whatever the umask: written to a
// temporary in the same folder, synced, and put in its place in one step.
// Whatever goes wrong, `file` is what it was and nothing else remains. (SIGKILL
// in its last step may leave the whole text as ".NAME.sotto-*", 0600.)
//
// A link, a FIFO, a device or a folder in its place is refused with
// kUnsafeFile. A file that is there already is replaced, not written into: of
// a hard link only this name changes, and a mode of 0644 becomes 0600. Content
// that is the same is not written again, unless its mode is wider than 0600.
//
// Fails besides with kNoSpace, kIo, kOutcomeUnknown (in its place, but not
// known to be synced), and kCancelled when SIGINT, SIGTERM or SIGHUP came: they
// are held back in this thread until the temporary is gone, which takes no
// longer than one write of 1 MiB and one sync.
Result<FileWrite> write_output_file(const std::filesystem::path& file,
                                    const WipedBuffer& text);

// The same for who writes many and holds signals back all that time, in every
// thread that writes: `hold` says whether one came.
Result<FileWrite> write_output_file(const std::filesystem::path& file,
                                    const WipedBuffer& text,
                                    const SignalHold& hold);

// The same for text that comes piece by piece: nothing is at its place before
// commit(). Signals are held back from open() until this goes; write() and
// commit() fail with kCancelled when one came.
class OutputFile {
 public:
  static Result<OutputFile> open(const std::filesystem::path& file);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();

  Result<void> write(std::string_view text);
  // To be called once, after which nothing more is written.
  Result<FileWrite> commit();

 private:
  struct Impl;
  explicit OutputFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Makes a folder for such files, with those above it that are not there: mode
// 0700 whatever the umask, each synced. One that is there stays as it is. Fails
// with kNoSpace, kIo.
Result<void> make_output_folder(const std::filesystem::path& folder);

// As write_output_file(), for text that is no secret but belongs to the user
// alone: a configuration, a list of trusted files.
Result<FileWrite> write_private_file(const std::filesystem::path& file,
                                     std::string_view text);

// The same for what can be made anew: it is not synced, and after a loss of
// power it may be anything.
Result<FileWrite> write_passing_file(const std::filesystem::path& file,
                                     std::string_view text);

// The same for text that is no secret and may be seen: a file that is there
// keeps its mode, its owner and its group (or it stays what it was, with kIo);
// a new one has 0644.
Result<FileWrite> write_plain_file(const std::filesystem::path& file,
                                   std::string_view text);

}  // namespace sotto

#endif  // SOTTO_SERVICE_OUTPUT_FILE_H_
