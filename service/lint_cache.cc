// SPDX-License-Identifier: Apache-2.0

#include "service/lint_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/guarded.h"
#include "service/content_digest.h"
#include "service/input_file.h"
#include "service/output_file.h"
#include "service/user_folder.h"
#include "store/local/byte_codec.h"

namespace sotto {
namespace {

// Of the file: this, the key, how many documents, those by path, and a digest
// of all before it.
constexpr std::string_view kMagic = "sotto lint cache 1\n";
constexpr std::size_t kDigestSize = 64;
// Two names for one file of a project are nothing that happens by chance.
constexpr std::size_t kNameSize = 32;

void append(std::string& text, const FileState& state) {
  append_number(text, state.device);
  append_number(text, state.inode);
  append_number(text, state.size);
  append_number(text, static_cast<std::uint64_t>(state.modified_ns));
  append_number(text, static_cast<std::uint64_t>(state.changed_ns));
}

FileState read_state(ByteReader& reader) {
  FileState state;
  state.device = reader.number<std::uint64_t>();
  state.inode = reader.number<std::uint64_t>();
  state.size = reader.number<std::uint64_t>();
  state.modified_ns = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  state.changed_ns = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  return state;
}

void append(std::string& text, const Span& span) {
  append_number(text, std::uint64_t{span.begin});
  append_number(text, std::uint64_t{span.end});
}

Span read_span(ByteReader& reader) {
  const auto begin = reader.number<std::uint64_t>();
  return {begin, reader.number<std::uint64_t>()};
}

void append(std::string& text, std::span<const std::string> names) {
  append_number(text, std::uint64_t{names.size()});
  for (const std::string& name : names) append_text(text, name);
}

void append(std::string& text, const Diagnostic& diagnostic) {
  append_text(text, diagnostic.rule);
  append_number(text, static_cast<std::uint8_t>(diagnostic.severity));
  append(text, diagnostic.span);
  append_text(text, diagnostic.message);
  append_text(text, diagnostic.hint);
  append_text(text, diagnostic.pointer);
  append_number(text, std::uint64_t{diagnostic.more});
  append_number(text, std::uint8_t{diagnostic.fix.has_value()});
  if (!diagnostic.fix) return;
  append(text, diagnostic.fix->span);
  append_text(text, diagnostic.fix->replacement);
}

// None if the rule is none of ours.
std::optional<Diagnostic> read_diagnostic(ByteReader& reader) {
  const RuleInfo* const rule = find_rule(reader.text());
  if (rule == nullptr) return std::nullopt;
  Diagnostic diagnostic;
  diagnostic.rule = rule->id;
  diagnostic.severity = static_cast<Severity>(reader.number<std::uint8_t>());
  diagnostic.span = read_span(reader);
  diagnostic.message = reader.text();
  diagnostic.hint = reader.text();
  diagnostic.pointer = reader.text();
  diagnostic.more = reader.number<std::uint64_t>();
  if (reader.number<std::uint8_t>() != 0) {
    const Span span = read_span(reader);
    diagnostic.fix = Fix{span, std::string(reader.text())};
  }
  return diagnostic;
}

// A value stands in it, or there was no memory to look at it.
bool is_to_be_kept(std::span<const Diagnostic> findings) {
  return std::ranges::none_of(findings, [](const Diagnostic& finding) {
    return finding.hidden != nullptr || finding.rule == "no-memory";
  });
}

// The text of a file that nobody else may have written; empty if there is none.
std::string own_text(const std::filesystem::path& file) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0 || !is_own_file(info)) return {};
  auto input = read_input_file(file, LintCache::kMaxBytes);
  return input ? std::move(input->bytes) : std::string();
}

// Removes the oldest file of a folder that has too many.
void make_room(const std::filesystem::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()),
                                                 ::closedir);
  if (open == nullptr) return;
  std::size_t files = 0;
  std::pair<std::int64_t, std::string> oldest;
  while (const dirent* const entry = ::readdir(open.get())) {
    struct stat info{};
    if (::fstatat(::dirfd(open.get()), entry->d_name, &info,
                  AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(info.st_mode)) {
      continue;
    }
    const std::int64_t modified = file_state(info).modified_ns;
    if (++files == 1 || modified < oldest.first) {
      oldest = {modified, entry->d_name};
    }
  }
  if (files < LintCache::kMaxProjects) return;
  ::unlinkat(::dirfd(open.get()), oldest.second.c_str(), 0);
}

}  // namespace

Result<std::optional<std::string>> lint_cache_key(const Config& config,
                                                  const std::string& names,
                                                  std::string_view version) {
  return guarded([&]() -> Result<std::optional<std::string>> {
    // Another build may have other rules.
    std::vector<std::string> files{"/proc/self/exe"};
    if (!names.empty()) files.insert(files.end(), {names, names + "-wal"});
    std::string text(version);
    for (const std::string& file : files) {
      if (is_stream(file)) return std::nullopt;
      const auto state = state_of(file);
      append_text(text, file);
      append_number(text, std::uint8_t{state.has_value()});
      if (!state) continue;
      if (!is_old(*state)) return std::nullopt;
      append(text, *state);
    }
    append_text(text, to_string(config.scope));
    for (const StoreConfig& store : config.stores) {
      append_text(text, store.name);
      append_text(text, store.type());
    }
    return content_digest(text);
  });
}

std::string lint_settings_key(const LintSettings& settings, Format format) {
  std::string text;
  append_number(text, static_cast<std::uint8_t>(format));
  append_number(text, std::uint64_t{settings.max_per_rule});
  append_number(text, std::uint64_t{settings.levels.size()});
  for (const auto& [rule, level] : settings.levels) {
    append_text(text, rule);
    append_number(text, static_cast<std::uint8_t>(level));
  }
  append(text, settings.nodes.type_members);
  append(text, settings.nodes.url_members);
  append(text, settings.nodes.log_types);
  append(text, settings.nodes.log_members);
  for (const auto& [group, schema] : settings.groups) {
    append_text(text, group);
    append(text, schema.keys);
    append_number(text, std::uint8_t{schema.other_keys});
    append(text, schema.hosts);
  }
  return content_digest(text);
}

bool LintCache::Entry::is_of(const FileState& state) const {
  return is_old_ && state == state_;
}

bool LintCache::Entry::is_of(std::string_view bytes) const {
  return !digest_.empty() && content_digest(bytes) == digest_;
}

std::optional<std::vector<Diagnostic>> LintCache::Entry::findings() const {
  std::vector<Diagnostic> findings;
  for (ByteReader reader(findings_); !reader.at_end();) {
    auto finding = read_diagnostic(reader);
    if (!finding || !reader.ok()) return std::nullopt;
    findings.push_back(*std::move(finding));
  }
  return findings;
}

struct LintCache::Impl {
  std::filesystem::path folder;
  std::string name;
  std::string key;
  std::string text;  // What was read; entries show parts of it.
  std::map<std::string_view, Entry> entries;

  std::mutex mutex;
  // What is new, as it is to be written; empty: to be forgotten.
  std::map<std::string, std::string> kept;

  static void append_entry(std::string& text, const Entry& entry) {
    append_text(text, entry.settings_);
    append(text, entry.state_);
    append_number(text, std::uint8_t{entry.is_old_});
    append_text(text, entry.digest_);
    append_text(text, entry.findings_);
  }

  static Entry read_entry(ByteReader& reader) {
    Entry entry;
    entry.settings_ = reader.text();
    entry.state_ = read_state(reader);
    entry.is_old_ = reader.number<std::uint8_t>() != 0;
    entry.digest_ = reader.text();
    entry.findings_ = reader.text();
    return entry;
  }

  void read() {
    text = own_text(folder / name);
    const std::string_view all = text;
    if (!all.starts_with(kMagic) || all.size() < kMagic.size() + kDigestSize) {
      return;
    }
    const std::string_view body = all.substr(0, all.size() - kDigestSize);
    ByteReader reader(body.substr(kMagic.size()));
    if (reader.text() != key ||
        content_digest(body) != all.substr(body.size())) {
      return;
    }
    while (!reader.at_end()) {
      const std::string_view path = reader.text();
      const Entry entry = read_entry(reader);
      if (!reader.ok()) break;
      entries.emplace_hint(entries.end(), path, entry);
    }
  }

  // With all that was known before, or without what this run did not look at.
  std::string written(bool with_all) const {
    std::string made(kMagic);
    append_text(made, key);
    for (const auto& [path, entry] : kept) {
      if (entry.empty()) continue;
      append_text(made, path);
      made += entry;
    }
    if (with_all) {
      for (const auto& [path, entry] : entries) {
        if (kept.contains(std::string(path))) continue;
        append_text(made, path);
        append_entry(made, entry);
      }
    }
    return made + content_digest(made);
  }

  Result<void> write() const {
    std::string made = written(/*with_all=*/true);
    if (made.size() > kMaxBytes) made = written(/*with_all=*/false);
    if (made.size() > kMaxBytes) return {};
    SOTTO_RETURN_IF_ERROR(make_output_folder(folder));
    struct stat info{};
    const std::filesystem::path file = folder / name;
    if (::lstat(file.c_str(), &info) != 0) make_room(folder);
    SOTTO_RETURN_IF_ERROR(write_passing_file(file, made));
    return {};
  }
};

LintCache::LintCache(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LintCache::LintCache(LintCache&&) noexcept = default;
LintCache& LintCache::operator=(LintCache&&) noexcept = default;
LintCache::~LintCache() = default;

std::optional<std::filesystem::path> LintCache::folder() {
  auto folder = user_folder("XDG_CACHE_HOME", ".cache");
  if (folder) *folder /= "lint";
  return folder;
}

Result<LintCache> LintCache::open(const std::filesystem::path& folder,
                                  std::string_view project, std::string key) {
  return guarded([&]() -> Result<LintCache> {
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    impl->name = content_digest(project).substr(0, kNameSize);
    impl->key = std::move(key);
    impl->read();
    return LintCache(std::move(impl));
  });
}

const LintCache::Entry* LintCache::find(const std::string& path,
                                        std::string_view settings) const {
  const auto found = impl_->entries.find(path);
  if (found == impl_->entries.end()) return nullptr;
  return found->second.settings_ == settings ? &found->second : nullptr;
}

void LintCache::keep(const std::string& path, std::string_view settings,
                     const FileState& state, std::string_view bytes,
                     std::span<const Diagnostic> findings) {
  std::string text;
  if (is_to_be_kept(findings)) {
    std::string found;
    for (const Diagnostic& finding : findings) append(found, finding);
    std::string digest;
    if (impl_->entries.contains(path)) digest = content_digest(bytes);
    Entry entry;
    entry.settings_ = settings;
    entry.state_ = state;
    entry.is_old_ = is_old(state);
    entry.digest_ = digest;
    entry.findings_ = found;
    Impl::append_entry(text, entry);
  }
  const std::scoped_lock lock(impl_->mutex);
  impl_->kept[path] = std::move(text);
}

void LintCache::write() {
  if (impl_->kept.empty()) return;
  static_cast<void>(guarded([&] { return impl_->write(); }));
}

}  // namespace sotto
