// SPDX-License-Identifier: Apache-2.0

#include "service/render_large.h"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "base/wiped_buffer.h"
#include "grammar/place_finder.h"
#include "grammar/window_reader.h"
#include "render/window_splicer.h"
#include "render/window_warnings.h"
#include "service/parallel.h"

namespace sotto {
namespace {

// Collects text until there is enough to be written.
class LockedBuffer {
 public:
  explicit LockedBuffer(LargeOutput& output) : output_(output) {}

  Result<void> open() {
    if (text_.reserve_locked(kBytes)) return {};
    return fail(ErrorCode::kNoMemory, "no memory to render the document");
  }

  bool put(std::string_view text) {
    while (text.size() > kBytes - text_.size()) {
      const std::size_t room = kBytes - text_.size();
      text_.append(text.substr(0, room));
      text.remove_prefix(room);
      if (!flush()) return false;
    }
    return text_.append(text);
  }

  bool flush() {
    status_ = output_.write(text_.expose());
    text_.restart();
    return status_.has_value();
  }

  // Why put() or flush() was in vain.
  const Result<void>& status() const { return status_; }

 private:
  static constexpr std::size_t kBytes = 256u << 10;

  LargeOutput& output_;
  WipedBuffer text_;
  Result<void> status_;
};

// One render_large(), step by step.
class LargeFileRender {
 public:
  LargeFileRender(Engine& engine, LargeFile& file,
                  const LargeRenderOptions& options)
      : engine_(engine), file_(file), options_(options) {}

  Result<std::optional<LargeRender>> run(LargeOutput& output);

 private:
  Result<std::optional<WindowedTemplate>> read();
  Result<void> judge(const WindowedTemplate& document,
                     const Resolution& resolution, const RenderReport& report);
  Result<void> write(WindowSplicer& splicer, LargeOutput& output);
  Result<void> tell();
  Result<std::vector<PlaceFinder::Place>> find_places(LargeFile& file);
  Result<void> add_excerpt(LargeFile& file, Span span, const Location& at);

  // The file's next window.
  Span window_at(std::size_t begin, std::size_t size) const {
    return {begin, std::min(begin + size, file_.size())};
  }

  Engine& engine_;
  LargeFile& file_;
  const LargeRenderOptions& options_;
  LargeRender made_;
};

Result<std::optional<LargeRender>> LargeFileRender::run(LargeOutput& output) {
  SOTTO_ASSIGN_OR_RETURN(const auto document, read());
  if (!document) return std::nullopt;
  std::vector<std::string> notes;
  SOTTO_ASSIGN_OR_RETURN(const Resolution resolution,
                         engine_.resolve(std::array{&document->parsed}, notes));
  WindowSplicer splicer(*document);
  const RenderReport report =
      splicer.prepare(resolution.bindings, engine_.render_limits());
  if (!report.ok()) return std::nullopt;

  SOTTO_RETURN_IF_ERROR(judge(*document, resolution, report));
  made_.result.notes = std::move(notes);
  made_.result.cost = resolution.cost;
  const bool writes = !options_.strict || made_.result.report.clean();
  const auto write_it = [&] {
    return writes ? write(splicer, output) : Result<void>();
  };
  // Each reads the file once more: neither waits for the other.
  SOTTO_RETURN_IF_ERROR(made_.diagnostics.empty()
                            ? write_it()
                            : side_by_side(write_it, [&] { return tell(); }));
  SOTTO_RETURN_IF_ERROR(file_.check_unchanged());
  if (writes) SOTTO_RETURN_IF_ERROR(output.finish());
  return std::move(made_);
}

Result<std::optional<WindowedTemplate>> LargeFileRender::read() {
  if (file_.size() > options_.parse.limits.document_bytes) return std::nullopt;
  WindowReader reader(options_.parse);
  for (;;) {
    const std::size_t before = std::min(reader.scanned(), kScanAround);
    const Span span = window_at(reader.scanned() - before,
                                options_.window_bytes + 2 * kScanAround);
    const bool is_last = span.end == file_.size();
    const Span next = is_last
                          ? Span{}
                          : window_at(span.end - 2 * kScanAround,
                                      options_.window_bytes + 2 * kScanAround);
    SOTTO_ASSIGN_OR_RETURN(const std::string_view bytes,
                           file_.read(span, next));
    if (!reader.read({bytes, span.begin, is_last})) return std::nullopt;
    if (is_last) return reader.finish();
  }
}

// Puts the report together, without pointers.
Result<void> LargeFileRender::judge(const WindowedTemplate& document,
                                    const Resolution& resolution,
                                    const RenderReport& report) {
  Result<void> status;
  auto warnings = window_warnings(report, document, [&](Span span) {
    auto bytes = file_.read(span);
    if (bytes) return std::string(*bytes);
    status = tl::unexpected<Error>(std::move(bytes.error()));
    return std::string();
  });
  SOTTO_RETURN_IF_ERROR(status);
  SOTTO_ASSIGN_OR_RETURN(made_.result,
                         engine_.explain(document.parsed, resolution.bindings,
                                         RenderReport(std::move(warnings))));
  made_.diagnostics = made_.result.report.diagnostics(document.parsed);
  // It has none without memory.
  if (made_.diagnostics.empty() && !made_.result.report.clean()) {
    throw std::bad_alloc();
  }
  return {};
}

// Adds pointers to the report, and keeps what it points at.
Result<void> LargeFileRender::tell() {
  SOTTO_ASSIGN_OR_RETURN(LargeFile file, file_.again());
  SOTTO_ASSIGN_OR_RETURN(const auto places, find_places(file));
  std::vector<Diagnostic>& said = made_.diagnostics;
  for (std::size_t i = 0; i < said.size(); ++i) {
    said[i].pointer = places[i].pointer;
    SOTTO_RETURN_IF_ERROR(add_excerpt(file, said[i].span, places[i].location));
  }
  made_.result.report = RenderReport(said);
  return {};
}

// Reads the file up to the last of them.
Result<std::vector<PlaceFinder::Place>> LargeFileRender::find_places(
    LargeFile& file) {
  std::vector<std::size_t> offsets;
  for (const Diagnostic& each : made_.diagnostics) {
    offsets.push_back(each.span.begin);
  }
  PlaceFinder finder(std::move(offsets));
  for (std::size_t begin = 0; !finder.done();) {
    const Span span = window_at(begin, options_.window_bytes);
    if (span.size() == 0) return file_changed(file.name());
    SOTTO_ASSIGN_OR_RETURN(const std::string_view bytes, file.read(span));
    finder.read(bytes);
    begin = span.end;
  }
  return finder.places();
}

// Keeps what is around a span, on its line; what is there already is not read
// again. Spans ascend.
Result<void> LargeFileRender::add_excerpt(LargeFile& file, Span span,
                                          const Location& at) {
  const auto is_inside = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  std::vector<Excerpt>& all = made_.excerpts;
  const std::size_t before = std::min(span.begin, Excerpt::kAround);
  Span around = {span.begin - before, span.end};
  around.end = window_at(around.end, Excerpt::kAround).end;
  SOTTO_ASSIGN_OR_RETURN(std::string_view text, file.read(around));
  text = text.substr(0, text.find('\n', before));
  if (text.ends_with('\r')) text.remove_suffix(1);
  std::size_t begin = before;
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  while (begin < before && is_inside(text[begin])) ++begin;

  const std::size_t offset = around.begin + begin;
  if (!all.empty() && all.back().location.line == at.line &&
      offset <= all.back().offset + all.back().text.size()) {
    Excerpt& last = all.back();
    const std::size_t known = last.offset + last.text.size() - around.begin;
    if (known < text.size()) last.text += text.substr(known);
    return {};
  }
  const std::string_view shown = text.substr(begin);
  const auto columns = static_cast<std::size_t>(
      std::count_if(shown.begin(),
                    shown.begin() + static_cast<std::ptrdiff_t>(before - begin),
                    [&](char c) { return !is_inside(c); }));
  all.push_back({offset, {at.line, at.column - columns}, std::string(shown)});
  return {};
}

Result<void> LargeFileRender::write(WindowSplicer& splicer,
                                    LargeOutput& output) {
  LockedBuffer buffer(output);
  SOTTO_RETURN_IF_ERROR(buffer.open());
  for (std::size_t begin = 0; begin < file_.size();) {
    const Span span = window_at(begin, options_.window_bytes);
    const Span next = window_at(span.end, options_.window_bytes);
    SOTTO_ASSIGN_OR_RETURN(const std::string_view bytes,
                           file_.read(span, next));
    const bool done = splicer.splice(
        bytes, [&](std::string_view text) { return buffer.put(text); });
    if (!done) return buffer.status();
    begin = span.end;
  }
  if (!buffer.flush()) return buffer.status();
  return {};
}

}  // namespace

Result<std::optional<LargeRender>> render_large(
    Engine& engine, LargeFile& file, const LargeRenderOptions& options,
    LargeOutput& output) {
  return guarded(
      [&] { return LargeFileRender(engine, file, options).run(output); });
}

}  // namespace sotto
