// SPDX-License-Identifier: Apache-2.0

#include "service/lint_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "base/guarded.h"
#include "service/find_documents.h"
#include "service/output_file.h"

namespace sotto {
namespace {

// A fix may lead to the next; one that leads to itself is not followed.
constexpr int kMaxRounds = 10;

// A NUL near the beginning: so do others tell a binary file from text.
bool looks_binary(std::string_view bytes) {
  return bytes.substr(0, 8000).find('\0') != std::string_view::npos;
}

Error binary_file(const std::string& name) {
  return {ErrorCode::kIo,
          name == "-" ? "standard input is binary, not JSON"
                      : fmt::format("\"{}\" is a binary file, not JSON", name),
          "\"exclude\" in sotto.json leaves files out"};
}

// Values that stand in the document, which no text may show.
std::span<const Span> hidden_in(std::span<const Diagnostic> diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.hidden != nullptr) return *diagnostic.hidden;
  }
  return {};
}

std::string without(std::string_view text, std::span<const Span> hidden) {
  std::string result;
  std::size_t at = 0;
  for (const Span& span : hidden) {
    result += text.substr(at, span.begin - at);
    result += "***";
    at = span.end;
  }
  result += text.substr(at);
  return result;
}

// No more of a rule than are to be told.
void cut(std::vector<Diagnostic>& diagnostics, std::size_t max_per_rule) {
  DiagnosticList list(max_per_rule);
  for (Diagnostic& diagnostic : diagnostics) {
    if (list.admits(diagnostic.rule)) list.add(std::move(diagnostic));
  }
  diagnostics = list.take();
}

// One document and what counts for it.
struct Item {
  LintedFile* file = nullptr;
  std::shared_ptr<const LintSettings> settings;
  Format format = Format::kJson;
  FileState state;                // Of a file.
  std::string_view key;           // Of its settings: lint_settings_key().
  bool is_new = true;             // To be linted: read just now, or just fixed.
  bool has_old_findings = false;  // Those that the cache has are right.
};

// One lint_files(), batch by batch.
class FilesLint {
 public:
  FilesLint(const FactsSource& source, LintConfig& config,
            const LintFilesOptions& options)
      : source_(source), config_(config), options_(options) {}

  Result<LintFilesResult> run(std::span<const std::string> names) && {
    result_.files.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      result_.files[i].name = names[i];
      SOTTO_ASSIGN_OR_RETURN(result_.files[i].path, absolute_name(names[i]));
    }
    for (std::size_t begin = 0; begin < names.size();) {
      begin = take_batch(begin);
      SOTTO_RETURN_IF_ERROR(lint_batch());
    }
    return std::move(result_);
  }

 private:
  // As many as have not too much to be kept at once; answers where the next
  // begins.
  std::size_t take_batch(std::size_t begin) {
    batch_.clear();
    keys_.clear();
    std::size_t bytes = 0;
    std::size_t end = begin;
    while (end < result_.files.size() &&
           (end == begin || bytes < options_.batch_bytes)) {
      Item& item = batch_.emplace_back(make_item(result_.files[end++]));
      bytes += item.state.size;
    }
    return end;
  }

  Item make_item(LintedFile& file) {
    Item item;
    item.file = &file;
    item.settings = config_.settings_of(file.path);
    item.format = options_.format.value_or(format_by_name(file.name));
    struct stat info{};
    if (::stat(file.path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      item.state = file_state(info);
    }
    if (options_.cache != nullptr) {
      const auto place = std::pair(item.settings, item.format);
      const auto [key, is_new] = keys_.try_emplace(place);
      if (is_new) key->second = lint_settings_key(*item.settings, item.format);
      item.key = key->second;
    }
    return item;
  }

  Result<void> lint_batch() {
    SOTTO_RETURN_IF_ERROR(read());
    SOTTO_RETURN_IF_ERROR(lint_new(/*is_first=*/true));
    for (int round = 0; options_.fix && round < kMaxRounds; ++round) {
      SOTTO_ASSIGN_OR_RETURN(const bool fixed, fix());
      if (!fixed) break;
      SOTTO_RETURN_IF_ERROR(lint_new(/*is_first=*/false));
    }
    return each([&](Item& item) -> Result<void> {
      finish(item);
      return {};
    });
  }

  void finish(const Item& item) const {
    LintedFile& file = *item.file;
    if (file.before) {
      file.after =
          without(file.document->parsed.bytes(), hidden_in(file.diagnostics));
      file.hides = *file.after != file.document->parsed.bytes();
    }
    if (item.settings->max_per_rule > options_.max_per_rule) {
      cut(file.diagnostics, options_.max_per_rule);
    }
    if (options_.report && !file.diagnostics.empty()) {
      file.report = options_.report(file.source(), file.diagnostics);
    }
    if (file.before || !(options_.report || file.diagnostics.empty())) return;
    file.document.reset();
    file.text.reset();
  }

  template <typename Action>
  Result<void> each(const Action& action) {
    return parallel_for(
        batch_.size(),
        [&](std::size_t i) -> Result<void> { return action(batch_[i]); },
        options_.threads);
  }

  void tell(std::string_view step, std::atomic<std::size_t>& done) const {
    const std::size_t now = ++done;
    if (options_.progress) options_.progress(step, now);
  }

  Result<void> read() {
    // Standard input has one reader, on this thread.
    for (Item& item : batch_) {
      if (item.file->name == "-") read(item);
    }
    return each([&](Item& item) -> Result<void> {
      if (item.file->name != "-" && !recall(item)) read(item);
      tell("read", read_);
      return {};
    });
  }

  void read(Item& item) const {
    LintedFile& file = *item.file;
    auto input = file.name == "-" ? read_input_stream(options_.standard_input)
                                  : read_input_file(file.name);
    if (!input) {
      file.error = std::move(input.error());
    } else if (item.format != Format::kText && looks_binary(input->bytes)) {
      file.error = binary_file(file.name);
    } else if (!recall(item, *input)) {
      ParseOptions parse;
      parse.format = item.format;
      file.document = parse_document(*std::move(input), parse);
      // To be paid for here, side by side, and not where they are gathered.
      file.document->parsed.references();
    }
  }

  // Are the findings known of a file that has not been touched? They are shown
  // with its text.
  bool recall(Item& item) const {
    const LintCache::Entry* const entry = known(item);
    if (entry == nullptr || !entry->is_of(item.state)) return false;
    auto findings = entry->findings();
    if (!findings) return false;
    if (!findings->empty()) {
      auto input = read_input_file(item.file->name);
      if (!input || input->is_stream || input->state != item.state) {
        return false;
      }
      item.file->text = std::move(input->bytes);
    }
    take_old(item, *std::move(findings));
    return true;
  }

  // The same of one that was touched and has its old bytes.
  bool recall(Item& item, InputFile& input) const {
    const LintCache::Entry* const entry = known(item);
    if (entry == nullptr || !entry->is_of(input.bytes)) return false;
    auto findings = entry->findings();
    if (!findings) return false;
    options_.cache->keep(item.file->path, item.key, input.state, input.bytes,
                         *findings);
    item.file->text = std::move(input.bytes);
    take_old(item, *std::move(findings));
    return true;
  }

  const LintCache::Entry* known(const Item& item) const {
    if (options_.cache == nullptr) return nullptr;
    return options_.cache->find(item.file->path, item.key);
  }

  static void take_old(Item& item, std::vector<Diagnostic> findings) {
    item.file->diagnostics = std::move(findings);
    item.is_new = false;
    item.has_old_findings = true;
  }

  // What is known of the names in what is new.
  Result<LintFacts> facts() {
    std::vector<const Template*> templates;
    for (const Item& item : batch_) {
      if (!item.is_new || !item.file->document) continue;
      if (options_.look) options_.look(*item.file->document);
      templates.push_back(&item.file->document->parsed);
    }
    const bool asks =
        std::ranges::any_of(templates, [](const Template* parsed) {
          return !parsed->references().empty() ||
                 !parsed->diagnostics().empty();
        });
    if (!source_ || !asks || result_.error) return LintFacts::none();
    auto facts = source_(templates);
    if (facts) return facts;
    result_.error = std::move(facts.error());
    return LintFacts::none();
  }

  Result<void> lint_new(bool is_first) {
    SOTTO_ASSIGN_OR_RETURN(const LintFacts known, facts());
    return each([&](Item& item) -> Result<void> {
      LintedFile& file = *item.file;
      const bool is_new = std::exchange(item.is_new, false) && file.document;
      if (is_new) {
        file.diagnostics = lint(file.document->parsed, known, *item.settings);
        if (known.all_advised()) keep(item);
      }
      if ((is_new || std::exchange(item.has_old_findings, false)) &&
          options_.baseline != nullptr) {
        file.stale = options_.baseline->suppress(file.path, file.diagnostics);
      }
      if (is_first) tell("linted", linted_);
      return {};
    });
  }

  // Where the catalog was not to be asked less was found than there is; and
  // where there was too much to look for, what was found depends on the others.
  void keep(const Item& item) const {
    const Document& document = *item.file->document;
    if (options_.cache == nullptr || result_.error ||
        document.input.is_stream) {
      return;
    }
    options_.cache->keep(item.file->path, item.key, document.input.state,
                         document.parsed.bytes(), item.file->diagnostics);
  }

  // Was there something to fix?
  Result<bool> fix() {
    std::atomic<bool> fixed = false;
    SOTTO_RETURN_IF_ERROR(each([&](Item& item) -> Result<void> {
      LintedFile& file = *item.file;
      if (!file.document || file.document->input.is_stream) return {};
      Template& parsed = file.document->parsed;
      auto text = apply_fixes(parsed.bytes(), file.diagnostics);
      if (!text || *text == parsed.bytes()) return {};
      if (!file.before) {
        file.before = without(parsed.bytes(), hidden_in(file.diagnostics));
      }
      file.diagnostics.clear();
      ParseOptions parse;
      parse.format = parsed.format();
      parsed = parse_owned_template(*std::move(text), parse);
      item.is_new = true;
      fixed = true;
      return {};
    }));
    return fixed.load();
  }

  const FactsSource& source_;
  LintConfig& config_;
  const LintFilesOptions& options_;
  LintFilesResult result_;
  std::vector<Item> batch_;
  // By the settings themselves, which the items share.
  std::map<std::pair<std::shared_ptr<const LintSettings>, Format>, std::string>
      keys_;
  std::atomic<std::size_t> read_ = 0;
  std::atomic<std::size_t> linted_ = 0;
};

}  // namespace

Result<LintFilesResult> lint_files(const FactsSource& facts, LintConfig& config,
                                   std::span<const std::string> names,
                                   const LintFilesOptions& options) {
  return guarded([&] { return FilesLint(facts, config, options).run(names); });
}

Result<void> write_fixed(const LintedFile& file) {
  return guarded([&]() -> Result<void> {
    if (!file.document || !file.before) return {};
    SOTTO_RETURN_IF_ERROR(check_unchanged(file.document->input));
    SOTTO_RETURN_IF_ERROR(
        write_plain_file(file.name, file.document->parsed.bytes()));
    return {};
  });
}

}  // namespace sotto
