// SPDX-License-Identifier: Apache-2.0

#include "service/render_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/bindings.h"
#include "base/guarded.h"
#include "base/wiped_buffer.h"
#include "render/render.h"
#include "render/splicer.h"
#include "service/output_file.h"
#include "service/signal_hold.h"

namespace sotto {
namespace {

namespace fs = std::filesystem;

// What tells a place in the file system from another, however it is spelled.
using Place = std::tuple<dev_t, ino_t, std::string>;

tl::unexpected<Error> same_output(std::string_view first,
                                  std::string_view second,
                                  const fs::path& output) {
  return fail(ErrorCode::kUsage,
              fmt::format("\"{}\" and \"{}\" would both be written to \"{}\"",
                          first, second, output.native()),
              "name each document once");
}

// One render_files(), step by step.
class FilesRender {
 public:
  FilesRender(Engine& engine, const RenderFilesOptions& options)
      : engine_(engine), options_(options) {}

  Result<RenderFilesResult> run(std::span<const std::string> names,
                                std::vector<fs::path> outputs) && {
    files_.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      files_[i].name = names[i];
      files_[i].output = std::move(outputs[i]);
    }
    SOTTO_RETURN_IF_ERROR(read());
    SOTTO_RETURN_IF_ERROR(check_places());
    const auto resolution = resolve();
    if (resolution) {
      SOTTO_RETURN_IF_ERROR(check(&resolution->bindings));
      result_.cost = resolution->cost;
      if (all_ok()) note(write(resolution->bindings));
    } else {
      // What is wrong in the documents themselves can still be told.
      SOTTO_RETURN_IF_ERROR(check(nullptr));
      result_.error = resolution.error();
    }
    return std::move(result_);
  }

 private:
  // Does one thing to every file, side by side.
  template <typename Action>
  Result<void> each(std::string_view step, const Action& action) {
    std::atomic<std::size_t> done = 0;
    return parallel_for(
        files_.size(),
        [&](std::size_t i) -> Result<void> {
          SOTTO_RETURN_IF_ERROR(action(files_[i]));
          const std::size_t now = ++done;
          if (options_.progress) options_.progress(step, now);
          return {};
        },
        options_.threads);
  }

  Result<void> read() {
    return each("read", [&](RenderedFile& file) -> Result<void> {
      auto document = read_document_file(file.name, options_.parse);
      if (document) {
        file.document = *std::move(document);
      } else {
        file.error = std::move(document.error());
      }
      return {};
    });
  }

  Result<void> check_places() const;

  Result<Resolution> resolve() {
    std::vector<const Template*> templates;
    for (const RenderedFile& file : files_) {
      if (file.document) templates.push_back(&file.document->parsed);
    }
    return engine_.resolve(templates, result_.notes);
  }

  // Evaluates every expression, and writes nothing yet. Without values it
  // finds what is wrong in the documents themselves.
  Result<void> check(const Bindings* bindings) {
    return each("checked", [&](RenderedFile& file) -> Result<void> {
      if (!file.document) return {};
      const Template& parsed = file.document->parsed;
      if (bindings == nullptr) {
        file.ok = parsed.ok();
        return file.ok ? Result<void>() : evaluate(file, Bindings());
      }
      SOTTO_RETURN_IF_ERROR(evaluate(file, *bindings));
      if (const auto same = check_unchanged(file.document->input); !same) {
        file.error = same.error();
        file.ok = false;
      }
      return {};
    });
  }

  Result<void> evaluate(RenderedFile& file, const Bindings& bindings) {
    const Template& parsed = file.document->parsed;
    Splicer splicer(parsed);
    SOTTO_ASSIGN_OR_RETURN(
        const RenderResult said,
        engine_.explain(parsed, bindings,
                        splicer.prepare(bindings, engine_.render_limits())));
    file.diagnostics = said.report.diagnostics(parsed);
    file.store_trouble = said.store_trouble;
    file.ok = said.report.ok() && (said.report.clean() || !options_.strict);
    return {};
  }

  bool all_ok() const {
    return std::all_of(files_.begin(), files_.end(),
                       [](const RenderedFile& file) { return file.ok; });
  }

  void note(const Result<void>& done) {
    if (!done) result_.error = done.error();
  }

  Result<void> write(const Bindings& bindings) {
    result_.began_to_write = true;
    std::set<fs::path> folders;
    for (const RenderedFile& file : files_) {
      if (!folders.insert(file.output.parent_path()).second) continue;
      SOTTO_RETURN_IF_ERROR(make_output_folder(file.output.parent_path()));
    }
    const SignalHold hold;
    return each("written", [&](RenderedFile& file) {
      return write(file, bindings, hold);
    });
  }

  // Evaluated once more: that is cheaper than to keep the texts of thousands of
  // documents in memory until all of them are known to be in order.
  Result<void> write(RenderedFile& file, const Bindings& bindings,
                     const SignalHold& hold) {
    WipedBuffer text;
    const RenderReport report =
        render(file.document->parsed, bindings, text, engine_.render_limits());
    if (!report.ok()) {
      // It was in order when it was checked.
      return fail(ErrorCode::kNoMemory,
                  fmt::format("no memory to render \"{}\"", file.name));
    }
    SOTTO_RETURN_IF_ERROR(write_output_file(file.output, text, hold));
    file.written = true;
    return {};
  }

  Engine& engine_;
  const RenderFilesOptions& options_;
  RenderFilesResult result_;
  std::vector<RenderedFile>& files_ = result_.files;
};

// Links may bring together what differs by name.
Result<void> FilesRender::check_places() const {
  std::set<std::pair<std::uint64_t, std::uint64_t>> documents;
  for (const RenderedFile& file : files_) {
    if (!file.document || file.document->input.is_stream) continue;
    const FileState& state = file.document->input.state;
    documents.emplace(state.device, state.inode);
  }
  std::map<Place, const RenderedFile*> places;
  for (const RenderedFile& file : files_) {
    struct stat info{};
    if (::stat(file.output.c_str(), &info) == 0 &&
        documents.contains({info.st_dev, info.st_ino})) {
      return fail(ErrorCode::kUsage,
                  fmt::format("\"{}\" is both a document and an output",
                              file.output.native()),
                  "name another folder for the output");
    }
    if (::stat(file.output.parent_path().c_str(), &info) != 0) continue;
    const auto [other, is_new] = places.try_emplace(
        Place(info.st_dev, info.st_ino, file.output.filename().native()),
        &file);
    if (!is_new) {
      return same_output(other->second->name, file.name, file.output);
    }
  }
  return {};
}

Result<fs::path> output_below(const fs::path& folder, const std::string& file) {
  if (file == "-") {
    return fail(ErrorCode::kUsage,
                fmt::format("standard input has no name to be written under "
                            "in \"{}\"",
                            folder.native()),
                "render it by itself, with --output");
  }
  const fs::path path = fs::path(file).lexically_normal();
  if (path.is_absolute() || *path.begin() == "..") {
    return fail(
        ErrorCode::kUsage,
        fmt::format("\"{}\" lies outside the working folder, and so has no "
                    "place in \"{}\"",
                    file, folder.native()),
        "run the command in a folder above the documents, and name them "
        "from there");
  }
  return folder / path;
}

}  // namespace

bool RenderFilesResult::rendered() const { return written() == files.size(); }

std::size_t RenderFilesResult::written() const {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(),
                    [](const RenderedFile& file) { return file.written; }));
}

Result<std::vector<fs::path>> outputs_below(
    const fs::path& folder, std::span<const std::string> files) {
  return guarded([&]() -> Result<std::vector<fs::path>> {
    std::vector<fs::path> outputs;
    std::map<fs::path, std::string_view> taken;
    for (const std::string& file : files) {
      SOTTO_ASSIGN_OR_RETURN(fs::path output, output_below(folder, file));
      const auto [other, is_new] = taken.try_emplace(output, file);
      if (!is_new) return same_output(other->second, file, output);
      outputs.push_back(std::move(output));
    }
    return outputs;
  });
}

Result<RenderFilesResult> render_files(Engine& engine,
                                       std::span<const std::string> files,
                                       const fs::path& folder,
                                       const RenderFilesOptions& options) {
  return guarded([&]() -> Result<RenderFilesResult> {
    SOTTO_ASSIGN_OR_RETURN(std::vector<fs::path> outputs,
                           outputs_below(folder, files));
    return FilesRender(engine, options).run(files, std::move(outputs));
  });
}

}  // namespace sotto
